import type { Range, SemanticTokens, SemanticTokensLegend } from 'vscode-languageserver-types';
import type { TaskContext } from '../../../task/src/context.ts';
import type { Span } from '../../../task/src/json-tree.ts';
import { type Name, namesInTaskFile } from './names.ts';

const TYPES = ['macro', 'parameter', 'class', 'enumMember'] as const;
const MODIFIERS = ['declaration', 'answer'] as const;

type TokenType = (typeof TYPES)[number];
type TokenModifier = (typeof MODIFIERS)[number];

/**
 * The types and modifiers that the tokens number. Markers are macros, fields parameters, tasks classes and labels enum
 * members; a name is declared where it is given, and the field that the model is to write is the answer.
 */
export const SEMANTIC_TOKENS_LEGEND: SemanticTokensLegend = {
  tokenTypes: [...TYPES],
  tokenModifiers: [...MODIFIERS],
};

interface Token extends Span {
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

const TYPE_OF_NAME: Readonly<Record<Name['kind'], TokenType>> = {
  task: 'class',
  field: 'parameter',
  label: 'enumMember',
};

/** Markers, placeholders and the names of tasks, fields and labels, in the protocol's encoding. @param range of lines wanted */
export function semanticTokens(context: TaskContext, range?: Range): SemanticTokens {
  const data: number[] = [];
  let line = 0;
  let character = 0;
  let end = 0;
  const within = range && {
    start: context.lines.offset({ line: range.start.line, character: 0 }),
    end: context.lines.offset({ line: range.end.line + 1, character: 0 }),
  };
  for (const token of tokensOf(context, within).sort((a, b) => a.start - b.start)) {
    const at = context.lines.range(token);
    // A token must not go over a line's end, nor overlap another one.
    if (token.start < end || at.start.line !== at.end.line) continue;
    if (range !== undefined && (at.start.line < range.start.line || at.start.line > range.end.line)) continue;
    const ahead = at.start.line - line;
    const bits = token.modifiers.reduce((sum, modifier) => sum | (1 << MODIFIERS.indexOf(modifier)), 0);
    data.push(ahead, at.start.character - (ahead === 0 ? character : 0), token.end - token.start);
    data.push(TYPES.indexOf(token.type), bits);
    ({ line, character } = at.start);
    end = token.end;
  }
  return { data };
}

function tokensOf(context: TaskContext, within: Span | undefined): Token[] {
  const answers = new Map(context.templates.map(({ settings }) => [settings.taskname, settings.answer_field]));
  const segments = context.templates.flatMap((template) =>
    [...template.markers, ...template.placeholders].flatMap((segment): Token[] => {
      const span = context.inTemplate(template, segment);
      if (span === undefined) return [];
      if (segment.kind === 'virtual') return [{ ...span, type: 'macro', modifiers: [] }];
      const isAnswer = segment.name === template.settings.answer_field;
      return [{ ...span, type: 'parameter', modifiers: ['declaration', ...answerIf(isAnswer)] }];
    }),
  );
  const names = namesInTaskFile(context, within)
    // A placeholder is one token, braces and all.
    .filter(({ name, isDefinition }) => !(name.kind === 'field' && isDefinition))
    .map(({ name, start, end, isDefinition }): Token => {
      const isAnswer = name.kind === 'field' && answers.get(name.task) === name.field;
      const declaration = isDefinition ? (['declaration'] as const) : [];
      return { start, end, type: TYPE_OF_NAME[name.kind], modifiers: [...declaration, ...answerIf(isAnswer)] };
    });
  return [...segments, ...names];
}

function answerIf(isAnswer: boolean): readonly TokenModifier[] {
  return isAnswer ? ['answer'] : [];
}
