import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shotOrder, shotsThatFit, withoutVirtualTokens } from '../../../engine/src/evaluate/baseline.ts';
import { Random } from '../../../engine/src/random.ts';
import { parseTemplate } from '../../../task/src/template.ts';
import { template } from '../data/small-tokeniser.ts';

const labels = { good: ['g'], bad: ['b'], so: [] };
const labelled = template({ labels });
const forms = ['good', 'g', 'bad', 'b', 'so'];
const labelOf = (form: unknown) => ({ g: 'good', b: 'bad' })[form as string] ?? (form as string);

const anyRows = fc
  .array(fc.constantFrom(...forms), { maxLength: 30 })
  .map((answers) => answers.map((label, n) => ({ text: String(n), label })));

const order = (rows: { text: string; label: string }[], seed = 1, of = labelled) =>
  shotOrder(of, rows, Random.fromSeed(seed));

describe('the order of shots', () => {
  it('is balanced over the labels for any count, as far as there are rows', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(30), fc.nat(9), (rows, count, seed) => {
        const shots = order(rows, seed).slice(0, count);
        const used = new Map<string, number>();
        for (const { label } of shots) used.set(labelOf(label), (used.get(labelOf(label)) ?? 0) + 1);
        const most = Math.max(0, ...used.values());
        for (const label of Object.keys(labels)) {
          const there = rows.filter((row) => labelOf(row.label) === label).length;
          // A label may have one less than the commonest, unless it has run out of rows.
          expect(used.get(label) ?? 0).toBeGreaterThanOrEqual(Math.min(there, most - 1));
        }
      }),
    );
  });

  it('has every row once', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const byText = (a: { text?: unknown }, b: { text?: unknown }) => Number(a.text) - Number(b.text);
        expect(order(rows).sort(byText)).toEqual(rows);
      }),
    );
  });

  it('is the same for the same seed and another for another', () => {
    const rows = Array.from({ length: 30 }, (_, n) => ({ text: String(n), label: forms[n % forms.length]! }));
    expect(order(rows, 4)).toEqual(order(rows, 4));
    expect(order(rows, 4)).not.toEqual(order(rows, 5));
  });

  it('is random for free text', () => {
    const rows = Array.from({ length: 30 }, (_, n) => ({ text: String(n), label: `answer ${n}` }));
    const shuffled = order(rows, 4, template());
    expect(shuffled).not.toEqual(rows);
    expect(new Set(shuffled)).toEqual(new Set(rows));
  });
});

describe('the number of shots', () => {
  it('is none, one at most, or as many as fit in order', () => {
    expect(shotsThatFit([5, 5, 5], 100, 'zero')).toBe(0);
    expect(shotsThatFit([5, 5, 5], 100, 'one')).toBe(1);
    expect(shotsThatFit([5, 5, 5], 10, 'few')).toBe(2);
    expect(shotsThatFit([5, 5, 5], 4, 'one')).toBe(0);
    expect(shotsThatFit([], 100, 'few')).toBe(0);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 })), fc.integer({ min: -5, max: 200 }), (lengths, room) => {
        const total = (count: number) => lengths.slice(0, count).reduce((a, b) => a + b, 0);
        const count = shotsThatFit(lengths, room, 'few');
        if (count > 0) expect(total(count)).toBeLessThanOrEqual(room);
        if (count < lengths.length) expect(total(count + 1)).toBeGreaterThan(room);
      }),
    );
  });
});

describe('a template without its virtual tokens', () => {
  it('keeps its text and fields', () => {
    const of = {
      prompt_template: 'Q:<|VIRTUAL_PROMPT_0|> {text} <|VIRTUAL_PROMPT_1|> A: {label}',
      virtual_token_splits: [1, 2],
    };
    const bare = withoutVirtualTokens(template({ ...of, labels }));
    expect(bare).toMatchObject({ prompt_template: 'Q: {text} A: {label}', total_virtual_tokens: 0, labels });
    expect(bare.virtual_token_splits).toEqual([]);
    expect(parseTemplate(bare.prompt_template, []).problems).toEqual([]);
  });

  it('has one blank where a marker stood between two, and leaves others as they are', () => {
    const bare = (prompt_template: string) => withoutVirtualTokens(template({ prompt_template })).prompt_template;
    expect(bare('<|VIRTUAL_PROMPT_0|> {text}:{label}')).toBe(' {text}:{label}');
    expect(bare('<|VIRTUAL_PROMPT_0|>{text}:  {label}')).toBe('{text}:  {label}');
    expect(bare('a <|VIRTUAL_PROMPT_0|>\n  b {label}')).toBe('a \n  b {label}');
  });
});
