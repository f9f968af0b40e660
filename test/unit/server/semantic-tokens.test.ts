import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Range, SemanticTokens } from 'vscode-languageserver-types';
import { SEMANTIC_TOKENS_LEGEND, semanticTokens } from '../../../server/src/service/semantic-tokens.ts';
import { TaskContext } from '../../../task/src/context.ts';
import { TASK_PATH } from '../task/harness.ts';
import { editor, TASK, TRAIN } from './harness.ts';
import { mutatedTaskFile } from './mutated-text.ts';

interface Token {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly says: string;
}

function decoded({ data }: SemanticTokens): Token[] {
  const tokens: Token[] = [];
  let line = 0;
  let start = 0;
  for (let i = 0; i < data.length; i += 5) {
    const [ahead, across, length, type, bits] = data.slice(i, i + 5) as [number, number, number, number, number];
    start = ahead === 0 ? start + across : across;
    line += ahead;
    const modifiers = SEMANTIC_TOKENS_LEGEND.tokenModifiers.filter((_, bit) => bits & (1 << bit));
    tokens.push({
      line,
      start,
      end: start + length,
      says: [SEMANTIC_TOKENS_LEGEND.tokenTypes[type], ...modifiers].join('.'),
    });
  }
  return tokens;
}

/** Each token as `text type.modifier`. */
function told(text: string, range?: Range): string[] {
  const { service } = editor();
  service.openDocument(TASK, text);
  const lines = text.split(/\r\n|\r|\n/);
  return decoded(service.semanticTokens(TASK, range)).map(
    ({ line, start, end, says }) => `${lines[line]!.slice(start, end)} ${says}`,
  );
}

describe('semantic tokens', () => {
  it('may stand close to each other', () => {
    expect(
      told('{ "task_templates": [{ "taskname": "", "prompt_template": "<|VIRTUAL_PROMPT_0|>{text}{label}" }] }'),
    ).toEqual(['<|VIRTUAL_PROMPT_0|> macro', '{text} parameter.declaration', '{label} parameter.declaration']);
  });

  it('are markers, placeholders and the names of tasks, fields and labels', () => {
    expect(
      told(`{
        "new_tasks": ["mood"],
        "task_templates": [{
          "taskname": "mood",
          "prompt_template": "\\u003c|VIRTUAL_PROMPT_0|> text {text}:{label}",
          "answer_field": "label", "truncate_field": "text",
          "labels": { "good": ["fine"] }
        }],
        "examples": [{ "taskname": "mood", "text": "text" }]
      }`),
    ).toEqual([
      'mood class',
      'mood class.declaration',
      '\\u003c|VIRTUAL_PROMPT_0|> macro',
      '{text} parameter.declaration',
      '{label} parameter.declaration.answer',
      'label parameter.answer',
      'text parameter',
      'good enumMember.declaration',
      'fine enumMember.declaration',
      'mood class',
      'text parameter',
    ]);
  });

  it('are one where a text is two labels, since two templates have its task', () => {
    const template = (label: string) =>
      `{ "taskname": "mood", "answer_field": "a", "labels": { "${label}": ["yes"] } }`;
    const text = `{ "task_templates": [${template('good')}, ${template('right')}], "examples": [{ "taskname": "mood", "a": "yes" }] }`;
    expect(told(text).slice(-3)).toEqual(['mood class', 'a parameter.answer', 'yes enumMember']);
  });

  it('are given for the lines of a range alone', () => {
    const text = '{ "new_tasks": ["a",\r\n"b",\r"c",\n"d"] }';
    const range = { start: { line: 1, character: 3 }, end: { line: 2, character: 0 } };
    expect(told(text, range)).toEqual(['b class', 'c class']);
  });

  it('are none of a data file', () => {
    const { service } = editor();
    service.openDocument(TRAIN, '{"taskname": "sentiment-task"}');
    expect(service.semanticTokens(TRAIN)).toEqual({ data: [] });
  });

  it('are sorted, do not overlap and stay within their lines, whatever the text', () => {
    fc.assert(
      fc.property(mutatedTaskFile, (text) => {
        const lines = text.split(/\r\n|\r|\n/);
        const tokens = decoded(semanticTokens(new TaskContext(TASK_PATH, text)));
        for (const [i, { line, start, end }] of tokens.entries()) {
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(lines[line]!.length);
          const before = tokens[i - 1];
          if (before?.line === line) expect(start).toBeGreaterThanOrEqual(before.end);
          else expect(line).toBeGreaterThan(before?.line ?? -1);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
