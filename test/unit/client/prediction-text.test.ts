import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answeredMarkdown,
  escapeMarkdown,
  hintParts,
  neighboursMarkdown,
  rowMarkdown,
} from '../../../client/src/predictions/prediction-text.ts';
import type { Answer, PredictedRow, PromptState } from '../../../protocol/src/predicting.ts';
import { english } from './texts.ts';

const current: PromptState = {
  state: 'current',
  key: '1',
  trained: { date: '', virtualTokens: 10, trainRows: 64, validationRows: 46, accuracy: 0.87 },
};
const stale: PromptState = {
  state: 'stale',
  key: '2',
  changed: 'template',
  message: 'of the engine',
  trained: undefined,
};

const positive = (right?: boolean): Answer => ({
  text: 'positiva',
  candidates: [
    { text: 'positiva', probability: 0.971 },
    { text: 'negativa', probability: 0.029 },
  ],
  cut: false,
  right,
});

const row = (more: Partial<PredictedRow>): PredictedRow => ({
  text: 'Kursen stiger:',
  expected: undefined,
  trained: undefined,
  stale: undefined,
  untrained: undefined,
  problem: undefined,
  ...more,
});

describe('the hint beside a row', () => {
  const hint = (prompt: PromptState, more: Partial<PredictedRow>) =>
    hintParts({ prompt, answer: row(more) }, english)?.join('');

  it('has the label and its probability', () => expect(hint(current, { trained: positive() })).toBe('→ positiva 97%'));
  it('has a mark where the answer is known', () => {
    expect(hint(current, { trained: positive(true) })).toBe('→ positiva 97% ✓');
    expect(hint(current, { trained: positive(false) })).toBe('→ positiva 97% ✗');
  });
  it('has generated text, in one line and not too long', () => {
    const text = `alarm;\n${'x'.repeat(100)}`;
    expect(hint(current, { trained: { text, candidates: undefined, cut: false, right: undefined } })).toMatch(
      /^→ alarm; x{53}…$/,
    );
  });
  it('has a sign where the answer was cut', () => {
    const cut = { text: 'alarm; time: sev', candidates: undefined, cut: true, right: false };
    expect(hint(current, { trained: cut })).toBe('→ alarm; time: sev… ✗');
    expect(hint(current, { trained: { ...cut, text: 'x'.repeat(61) } })).toMatch(/^→ x{60}… ✗$/);
  });
  it('is marked where the prompt is stale', () =>
    expect(hint(stale, { stale: positive(true) })).toBe('→ positiva 97% (stale)'));
  it('is not there without an answer', () => expect(hint(current, { problem: 'too long' })).toBeUndefined());
});

describe('answers in other scripts', () => {
  const labels = (...all: string[]): Answer => ({
    text: all[0]!,
    candidates: all.map((text, place) => ({ text, probability: place === 0 ? 0.9 : 0.1 / (all.length - 1) })),
    cut: false,
    right: true,
  });

  it('have bars below each other, whose labels keep their side', () => {
    const hover = rowMarkdown('t', current, row({ trained: labels('سلبي', '消极', 'ลบที่', 'neutral') }), english);
    expect(hover.split('\n').slice(3, 7)).toEqual([
      '\u2068سلبي\u2069    ██████████████████·· 90.0%',
      '消极    █··················· 3.3%',
      'ลบที่     █··················· 3.3%',
      'neutral █··················· 3.3%',
    ]);
  });

  it('stand in front of their share', () => {
    const hover = rowMarkdown('مزاج', current, row({ untrained: labels('سلبي', 'محايد') }), english);
    expect(hover).toMatch(/^\*\*\u2068مزاج\u2069\*\* · trained/);
    expect(hover).toContain('**\u2068سلبي\u2069 90%** ✓');
  });

  it('are cut between characters, by how wide they are', () => {
    const hint = (text: string) =>
      hintParts(
        { prompt: current, answer: row({ trained: { text, candidates: undefined, cut: false, right: undefined } }) },
        english,
      )?.[1];
    expect(hint('ที่'.repeat(61))).toBe(`${'ที่'.repeat(60)}…`);
    expect(hint('电'.repeat(31))).toBe(`${'电'.repeat(30)}…`);
    expect(hint(`${'x'.repeat(59)}😀`)).toBe(`${'x'.repeat(59)}…`);
  });

  it('are in parts beside a row, without signs that an editor would show', () =>
    expect(hintParts({ prompt: current, answer: row({ trained: labels('سلبي', 'محايد') }) }, english)).toEqual([
      '→ ',
      'سلبي',
      ' 90% ✓',
    ]));

  it('are set off in messages, and nothing else is', () => {
    expect(english.t('Training {0}', 'مزاج')).toBe('Training \u2068مزاج\u2069');
    expect(english.t('Training {0}', '情感')).toBe('Training 情感');
    expect(english.t('Training {0}', 3)).toBe('Training 3');
  });
});

describe('the hover of a row', () => {
  const hover = (prompt: PromptState, more: Partial<PredictedRow>) =>
    rowMarkdown('sentiment-task', prompt, row(more), english);

  it('names the task file whose prompt it is, where there are several', () =>
    expect(rowMarkdown('mood', stale, row({}), english, 'my_own.ptask.json')).toMatch(
      /^\*\*mood\*\* · `my_own\.ptask\.json` · ⚠/,
    ));

  it('has a bar for each label, the row’s answer and that without a prompt', () => {
    expect(
      hover(current, {
        trained: positive(true),
        expected: { text: 'positivt', label: 'positiva' },
        untrained: {
          text: 'negativa',
          candidates: [{ text: 'negativa', probability: 0.41 }],
          cut: false,
          right: false,
        },
      }),
    ).toBe(`**sentiment\\-task** · trained: 87% of 46 validation rows right

\`\`\`text
positiva ███████████████████· 97.1%
negativa █··················· 2.9%
\`\`\`

The row’s own answer: **positivt** ✓ right

Without a trained prompt: **negativa 41%** ✗`);
  });
  it('says that a prompt is stale', () =>
    expect(hover(stale, { stale: positive() })).toMatch(/⚠ The template has changed/));
  it('says that an answer was cut', () => {
    const cut = { text: 'alarm; time: sev', candidates: undefined, cut: true, right: undefined };
    expect(hover(current, { trained: cut })).toMatch(
      /^```text\nalarm; time: sev…\n```\n\nThe answer is cut: no more tokens are generated\.$/m,
    );
    expect(hover(current, { trained: { ...cut, cut: false } })).toMatch(/^```text\nalarm; time: sev\n```$/m);
    expect(hover(current, { untrained: cut })).toContain('**alarm; time: sev…**');
  });
  it('says why there is no answer', () =>
    expect(hover(current, { problem: 'The row is too long.' })).toContain('The row is too long'));
  it('keeps text that looks like a fence inside its own', () =>
    expect(answeredMarkdown('t', current, row({ text: '```\n# no' }), english)).toMatch(/^````text\n```\n# no\n````/));
});

it('the nearest words of each virtual token are in a line, blanks seen', () =>
  expect(
    neighboursMarkdown(
      [
        { marker: 0, nearest: [{ id: 3, text: 'news', cosine: 0.7 }] },
        {
          marker: 0,
          nearest: [
            { id: 1, text: ' good', cosine: 0.51 },
            { id: 2, text: '`', cosine: 0.4 },
          ],
        },
      ],
      english,
    ),
  ).toContain('1. `news` 0.70\n2. `␣good` 0.51 · `` ` `` 0.40'));

it('a word of the vocabulary stays on its line, whatever ends of lines it has, behind which an image would be one', () => {
  const word = 'a\r\r![x](https://example.org/x.png)';
  const shown = neighboursMarkdown([{ marker: 0, nearest: [{ id: 1, text: word, cosine: 0.5 }] }], english);
  expect(shown).toContain('1. `a⏎⏎![x](https://example.org/x.png)` 0.50');
});

it('escaped text has no Markdown left', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(escapeMarkdown(text).replace(/\\[\\`*_{}[\]()#+\-.!<>|~&$]/g, '')).not.toMatch(/[\\`*_{}[\]()#<>|~&$\n]/);
    }),
  );
});

it('prices in a row are no formula, which VS Code would set between two dollars', () =>
  expect(escapeMarkdown('From $5 to 6$')).toBe('From \\$5 to 6\\$'));
