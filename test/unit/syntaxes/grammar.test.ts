import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../task/src/template.ts';
import { coloured, type Token, tokenise } from './tokenise.ts';

const MARKER = 'meta.marker.ptask';
const FIELD = 'meta.placeholder.ptask';
const INVALID = 'invalid.illegal';

/** A template written into a task file as it stands, escapes and all. */
const inTemplate = (written: string) => `{ "task_templates": [{ "prompt_template": "${written}" }] }`;

describe('a template', () => {
  it('has its markers and placeholders coloured, inside the string', () => {
    const text = inTemplate('<|VIRTUAL_PROMPT_0|> {sentence} och <|VIRTUAL_PROMPT_12|>:{svar-på_2}');
    expect(coloured(text, MARKER)).toEqual(['<|VIRTUAL_PROMPT_0|>', '<|VIRTUAL_PROMPT_12|>']);
    expect(coloured(text, 'constant.numeric.marker')).toEqual(['0', '12']);
    expect(coloured(text, 'variable.parameter.placeholder')).toEqual(['sentence', 'svar-på_2']);
    expect(coloured(text, INVALID)).toEqual([]);
    for (const { text: part, scopes } of tokenise(text).filter(({ scopes }) => scopes.includes(MARKER))) {
      expect(scopes, part).toContain('string.quoted.double.json.comments.ptask');
    }
  });

  it.each([
    '\\u003c|VIRTUAL_PROMPT_0|\\u003e',
    '<\\u007cVIRTUAL_PROMPT_0\\u007C>',
    '\\u003C\\u007CVIRTUAL_PROMPT_0\\u007C\\u003E',
  ])('knows a marker written %s', (written) => {
    expect(coloured(inTemplate(`a ${written} b`), MARKER)).toEqual([written]);
    expect(coloured(inTemplate(`a ${written} b`), INVALID)).toEqual([]);
  });

  it('knows a placeholder with escapes, which stay escapes in its name', () => {
    const text = inTemplate('\\u007bs\\u00e4tt\\u007d {a \\"b\\"}');
    expect(coloured(text, FIELD)).toEqual(['\\u007bs\\u00e4tt\\u007d', '{a \\"b\\"}']);
    expect(coloured(text, 'constant.character.escape')).toEqual(['\\u00e4', '\\"', '\\"']);
  });

  it('does not take an escaped backslash for the start of an escape', () => {
    const text = inTemplate('\\\\u003c|VIRTUAL_PROMPT_0|> \\\\{a}');
    expect(coloured(text, MARKER)).toEqual([]);
    expect(coloured(text, INVALID)).toEqual(['|VIRTUAL_PROMPT_0|>']);
    expect(coloured(text, FIELD)).toEqual(['{a}']);
  });

  it.each([
    ['<|VIRTUAL_PROMPT0|> {a}', '<|VIRTUAL_PROMPT0|>'],
    ['<|VIRTUAL_PROMPT_00|> {a}', '<|VIRTUAL_PROMPT_00|>'],
    ['<|virtual_prompt_1|> {a}', '<|virtual_prompt_1|>'],
    ['<VIRTUAL_PROMPT_1> {a}', '<VIRTUAL_PROMPT_1>'],
    ['< | Virtual Prompts 1 | > {a}', '< | Virtual Prompts 1 | >'],
    ['VIRTUAL_PROMPT_1|> {a}', 'VIRTUAL_PROMPT_1|>'],
    ['\\u003c|VIRTUAL_PROMPT_1> {a}', '\\u003c|VIRTUAL_PROMPT_1>'],
    ['{sentence {a}', '{sentence'],
    ['{वाक्य {a}', '{वाक्य'],
    ['{نوشته\u200cها: {a}', '{نوشته\u200cها'],
    ['{ } {a}', '{ }'],
    ['{} {a}', '{}'],
    ['{first\\nsecond} {a}', '{first'],
  ])('marks what is malformed: %s', (written, bad) => {
    expect(coloured(inTemplate(written), INVALID)).toEqual([bad]);
    expect(coloured(inTemplate(written), 'variable.parameter.placeholder')).toEqual(['a']);
  });

  it.each(['a < b | c > d', 'virtual prompts', '<|endoftext|>', '} and {{a}}'])('leaves text alone: %s', (written) => {
    expect(coloured(inTemplate(written), MARKER)).toEqual([]);
    expect(coloured(inTemplate(written), 'invalid.illegal.marker-malformed')).toEqual([]);
  });

  it('marks an escape that JSON does not have', () => {
    expect(coloured(inTemplate('\\q \\u12 {a} \\n'), INVALID)).toEqual(['\\q', '\\u']);
  });
});

describe('a template is coloured as it is parsed', () => {
  type Kind = 'text' | 'field' | 'virtual' | 'malformed';

  /** What the parser takes each character of a template for. */
  function parsedKinds(template: string): Kind[] {
    const kinds = Array.from<Kind>({ length: template.length }).fill('text');
    const { segments, problems } = parseTemplate(template, []);
    for (const { kind, start, end } of segments) kinds.fill(kind, start, end);
    for (const { start, end } of problems) kinds.fill('malformed', start, end);
    return kinds;
  }

  function kindOf({ scopes }: Token): Kind {
    if (scopes.some((scope) => scope.startsWith(INVALID))) return 'malformed';
    if (scopes.includes(MARKER)) return 'virtual';
    return scopes.includes(FIELD) ? 'field' : 'text';
  }

  /** What the grammar takes each character of the template's value for; `written[i]` is how character i is written. */
  function colouredKinds(written: readonly string[]): Kind[] {
    const inside = tokenise(`{"prompt_template":"${written.join('')}"}`)
      .filter(({ scopes }) => scopes.includes('meta.template.ptask'))
      .flatMap((token) => Array.from<Kind>({ length: token.text.length }).fill(kindOf(token)));
    let offset = 1;
    return written.map((character) => {
      const kind = inside[offset]!;
      offset += character.length;
      return kind;
    });
  }

  const piece = fc.constantFrom(
    ...[
      '<',
      '|',
      '>',
      '{',
      '}',
      '_',
      '-',
      ' ',
      '\n',
      '\t',
      '"',
      '\\',
      '0',
      '7',
      'a',
      'ö',
      '<|',
      '|>',
      '{}',
      '{sentence}',
    ],
    ...['VIRTUAL_PROMPT', 'VIRTUAL_PROMPT_0', '<|VIRTUAL_PROMPT_1|>', '<|VIRTUAL_PROMPT_01|>', '<|virtual prompt 3 |>'],
  );
  const ESCAPED = /[<>|{}]/;

  it('for any template, its brackets, bars and braces escaped or not', () => {
    const escapes = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), escapes, (pieces, isEscaped) => {
        const template = pieces.join('');
        const written = [...template].map((character) => {
          if (!ESCAPED.test(character) || !isEscaped.next().value) return JSON.stringify(character).slice(1, -1);
          return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
        });
        expect(colouredKinds(written)).toEqual(parsedKinds(template));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the rest of a task file', () => {
  it('is JSON with comments', () => {
    const text =
      '{\n  // a "line"\n  "lr": -1.5e-4, /* a\n block { */ "on": [true, null, 10], "a\\"b": { "c": "d\\n" },\n}';
    expect(coloured(text, 'comment.line')).toEqual(['// a "line"']);
    expect(coloured(text, 'comment.block')).toEqual(['/* a block { */']);
    expect(coloured(text, 'support.type.property-name')).toEqual(['"lr"', '"on"', '"a\\"b"', '"c"']);
    expect(coloured(text, 'string.quoted')).toEqual(['"d\\n"']);
    expect(coloured(text, 'constant.numeric')).toEqual(['-1.5e-4', '10']);
    expect(coloured(text, 'constant.language')).toEqual(['true', 'null']);
    expect(coloured(text, INVALID)).toEqual([]);
  });

  it('has no markers or placeholders, since they mean nothing there', () => {
    const text = '{ "examples": [{ "sentence": "<|VIRTUAL_PROMPT_0|> {label}" }], "x": "<|VIRTUAL_PROMPT0|> {" }';
    for (const scope of [MARKER, FIELD, INVALID]) expect(coloured(text, scope)).toEqual([]);
  });

  it('shows what is no JSON', () => {
    expect(coloured('{ "language": sv, "seed": 012, "betas": [0.9 }] }', INVALID)).toEqual(['sv', '012', '}']);
  });

  it.each([
    ['an unclosed template', '"prompt_template": "<|VIRTUAL_PROMPT_0|> {a},'],
    ['a forgotten comma', '"prompt_template": "{a}"'],
    ['a template that is still to be written', '"prompt_template":'],
    ['a comment in between', '"prompt_template": // "here":\n  "{a}",'],
    ['an unclosed value', '"taskname": "sentiment-task'],
    ['an unclosed key', '"taskname'],
  ])('is coloured as ever after %s', (_, line) => {
    const text = `{\n  ${line}\n  "answer_field": "{label}", "labels": {}\n}`;
    expect(coloured(text, 'support.type.property-name').slice(1)).toEqual(['"answer_field"', '"labels"']);
    expect(coloured(text, 'string.quoted')).toContain('"{label}"');
    expect(coloured(text, FIELD)).not.toContain('{label}');
    expect(coloured(text, INVALID)).toEqual([]);
  });
});

describe('the examples', () => {
  const folder = path.resolve(import.meta.dirname, '../../../examples');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ptask.json'),
  );

  it.each(files)('%s has every marker coloured and nothing invalid', (file) => {
    const text = readFileSync(path.join(folder, file), 'utf8');
    const code = text.replaceAll(/^\s*\/\/.*$/gm, '');
    expect(coloured(text, MARKER)).toEqual(code.match(/<\|VIRTUAL_PROMPT_\d+\|>/g));
    expect(coloured(text, INVALID)).toEqual([]);
  });
});
