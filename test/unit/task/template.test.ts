import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate, marker, parseTemplate } from '../../../task/src/template.ts';

const M0 = marker(0);
const M1 = marker(1);

describe('parseTemplate', () => {
  it('gives text, fields and markers with their places', () => {
    const { segments, problems } = parseTemplate(`${M0} Fråga: {fråga}${M1}`, [7, 3]);
    expect(problems).toEqual([]);
    expect(segments).toEqual([
      { kind: 'virtual', index: 0, tokens: 7, start: 0, end: 20 },
      { kind: 'text', text: ' Fråga: ', start: 20, end: 28 },
      { kind: 'field', name: 'fråga', start: 28, end: 35 },
      { kind: 'virtual', index: 1, tokens: 3, start: 35, end: 55 },
    ]);
  });

  it('gives a marker without a split no tokens', () => {
    expect(parseTemplate(M1, [7]).segments).toMatchObject([{ index: 1, tokens: 0 }]);
  });

  it('takes what is malformed as text', () => {
    const { segments, problems } = parseTemplate('{a {b}', []);
    expect(problems.map(({ code, start, end }) => [code, start, end])).toEqual([['placeholder-malformed', 0, 2]]);
    expect(segments.map(({ kind, start, end }) => [kind, start, end])).toEqual([
      ['text', 0, 3],
      ['field', 3, 6],
    ]);
  });

  it('takes the name between two braces without its blanks, as it is meant', () => {
    const { segments, problems } = parseTemplate('{{ label }}', []);
    expect(problems).toMatchObject([{ code: 'placeholder-malformed', meant: '{label}' }]);
    expect(segments.filter(({ kind }) => kind === 'field')).toMatchObject([{ name: 'label', start: 1, end: 10 }]);
  });

  it('covers every template without gap or overlap', () => {
    const part = fc.constantFrom(
      '{',
      '}',
      'a',
      ' ',
      '\n',
      M0,
      M1,
      '<|',
      '|>',
      'VIRTUAL_PROMPT_',
      '<|VIRTUAL_PROMPT',
      '0',
      '🙂',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const template = parts.join('');
        const { segments, problems } = parseTemplate(template, []);
        expect(segments.map(({ start, end }) => template.slice(start, end)).join('')).toBe(template);
        for (const [i, segment] of segments.entries()) expect(segment.start).toBe(segments[i - 1]?.end ?? 0);
        for (const { start, end } of problems) expect(0 <= start && start < end && end <= template.length).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('fillTemplate', () => {
  const fill = (
    template: string,
    row: Record<string, unknown>,
    withoutAnswer = false,
    answerField: string | null = 'label',
  ) => fillTemplate(parseTemplate(template, [2, 3]).segments, row, { withoutAnswer, answerField });

  it('makes the answer a piece of its own', () => {
    expect(fill(`${M0} {sentence}:{label}`, { sentence: 'Bra', label: 'positiva' })).toEqual([
      { kind: 'virtual', index: 0, tokens: 2 },
      { kind: 'text', text: ' Bra:' },
      { kind: 'answer', text: 'positiva' },
    ]);
  });

  it('puts one space before the answer with it', () => {
    const row = { sentence: 'Bra', label: 'positiva' };
    expect(fill('{sentence}  {label}', row).at(-1)).toEqual({ kind: 'answer', text: ' positiva' });
    expect(fill('{sentence}  {label}', row, true)).toEqual([{ kind: 'text', text: 'Bra ' }]);
  });

  it('leaves a space that belongs to a value where it is', () => {
    expect(fill('{sentence}{label}', { sentence: 'Bra ', label: 'positiva' })).toEqual([
      { kind: 'text', text: 'Bra ' },
      { kind: 'answer', text: 'positiva' },
    ]);
  });

  it('leaves out everything from the answer on for prediction', () => {
    expect(fill(`{label}? {sentence} ${M0} {label}! ${M1}`, { sentence: 'Bra', label: 'x' }, true)).toEqual([
      { kind: 'text', text: '? Bra ' },
      { kind: 'virtual', index: 0, tokens: 2 },
    ]);
  });

  it('fills every field when no answer is named', () => {
    expect(fill('{a}{b}', { a: 'x' }, true, null)).toEqual([{ kind: 'text', text: 'x' }]);
  });

  it('never expands what a row says', () => {
    const piece = fc.constantFrom('{label}', '{sentence}', M0, '{', '}', 'å', ' ');
    const value = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(value, value, (sentence, label) => {
        expect(fill(`${M0}<{sentence}>{label}`, { sentence, label })).toEqual([
          { kind: 'virtual', index: 0, tokens: 2 },
          { kind: 'text', text: `<${sentence}>` },
          { kind: 'answer', text: label },
        ]);
      }),
    );
  });

  it('knows only the row’s own fields', () => {
    expect(fill('a{constructor}b', {})).toEqual([{ kind: 'text', text: 'ab' }]);
  });
});
