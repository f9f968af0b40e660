import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Row, RowTokeniser } from '../../../engine/src/data/tokenise.ts';
import type { DataSettings, TaskTemplate } from '../../../task/src/types.ts';
import { dataSettings, END, START, smallTokenizer, template } from './small-tokeniser.ts';

const tokenizer = smallTokenizer();
const encode = (text: string) => tokenizer.encode(text);

interface Settings {
  readonly of?: Partial<TaskTemplate>;
  readonly data?: Partial<DataSettings>;
  readonly prefix?: readonly number[];
  readonly maxPositions?: number;
}

function tokeniser({ of = {}, data = {}, prefix = [], maxPositions = 1000 }: Settings = {}): RowTokeniser {
  return new RowTokeniser(template(of), dataSettings(data), tokenizer, prefix, maxPositions);
}

const list = (ids: Int32Array | undefined) => ids && [...ids];

/** Text of characters of one to four bytes, blanks and things that look like parts of a template. */
const anyText = fc
  .array(
    fc.constantFrom('a', 'he', 'å', '€', '😀', ' ', '  ', '\n', '{label}', '<|VIRTUAL_PROMPT_0|>', '<|end|>', ':'),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

/** Templates with markers anywhere in front of the answer, which stands last. */
const anyTemplate = fc
  .record({
    parts: fc.array(fc.constantFrom('V', '{text}', '{other}', ' ', 'Q: ', ':', 'é'), { minLength: 1, maxLength: 7 }),
    splits: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 8, maxLength: 8 }),
    space: fc.boolean(),
    answerOnly: fc.boolean(),
  })
  .map(({ parts, splits, space, answerOnly }): Partial<TaskTemplate> => {
    let markers = 0;
    const text = ['V', ...parts].map((part) => (part === 'V' ? `<|VIRTUAL_PROMPT_${markers++}|>` : part)).join('');
    const used = splits.slice(0, markers);
    return {
      prompt_template: `${text}${space ? ' ' : ''}{label}`,
      virtual_token_splits: used,
      total_virtual_tokens: used.reduce((a, b) => a + b, 0),
      answer_only_loss: answerOnly,
    };
  });

const anyRow: fc.Arbitrary<Row & { text: string; label: string }> = fc.record({
  text: anyText,
  other: anyText,
  label: anyText.filter((text) => text !== ''),
});

describe('a row as tokens', () => {
  it('is virtual tokens, text, the answer with its space, and the end token', () => {
    const row = tokeniser().row({ text: 'hej', label: 'ja' });
    expect(list(row?.ids)).toEqual([-1, -2, -3, ...encode(' hej:'), ...encode(' ja'), END]);
    expect(row?.firstTarget).toBe(3 + encode(' hej:').length);
  });

  it('numbers virtual tokens through all markers', () => {
    const of = {
      prompt_template: '<|VIRTUAL_PROMPT_0|>a{text}<|VIRTUAL_PROMPT_1|>{label}',
      virtual_token_splits: [2, 3],
      total_virtual_tokens: 5,
    };
    expect(list(tokeniser({ of }).row({ text: 'b', label: 'c' })?.ids)).toEqual([-1, -2, 97, 98, -3, -4, -5, 99, END]);
  });

  it('begins with the marks of the backbone and then the start token', () => {
    const with_ = { data: { add_bos: true, add_eos: false }, prefix: [7, 8] };
    const row = tokeniser(with_).row({ text: '', label: 'x' });
    expect(list(row?.ids)).toEqual([7, 8, START, -1, -2, -3, ...encode(' :'), ...encode(' x')]);
  });

  it('begins with the start token where it is asked to, else where the tokeniser itself puts it', () => {
    const tokenizers = [smallTokenizer(), { ...smallTokenizer(), addsBos: true }];
    for (const [add_bos, ...begins] of [
      [null, false, true],
      [false, false, false],
      [true, true, true],
    ] as const) {
      const starts = tokenizers.map((tokenizer) => {
        const rows = new RowTokeniser(template(), dataSettings({ add_bos }), tokenizer, [], 100);
        return rows.row({ text: '', label: 'x' })?.ids[0] === START;
      });
      expect(starts).toEqual(begins);
    }
  });

  it('counts in the loss all text behind the backbone’s start, where more than the answer is learnt', () => {
    const of = { answer_only_loss: false };
    expect(tokeniser({ of }).row({ text: 'a', label: 'b' })?.firstTarget).toBe(3);
    const marked = tokeniser({ of, data: { add_bos: true }, prefix: [7] });
    expect(marked.row({ text: 'a', label: 'b' })?.firstTarget).toBe(5);
    const textFirst = { ...of, prompt_template: 'ab<|VIRTUAL_PROMPT_0|>{label}' };
    expect(tokeniser({ of: textFirst }).row({ label: 'c' })?.firstTarget).toBe(1);
  });

  it('takes what data says for text, whatever it looks like', () => {
    const text = '<|VIRTUAL_PROMPT_0|> {label} <|end|>';
    const row = tokeniser({ data: { add_eos: false } }).row({ text, label: '<|start|>' });
    expect(list(row?.ids)).toEqual([-1, -2, -3, ...encode(` ${text}:`), ...encode(' <|start|>')]);
    expect(tokenizer.decode([...row!.ids].filter((id) => id >= 0))).toBe(` ${text}: <|start|>`);
  });

  it('is none where nothing of it can be learnt', () => {
    const of = { prompt_template: '<|VIRTUAL_PROMPT_0|>{text}', answer_only_loss: false, answer_field: null };
    const rows = tokeniser({ of, data: { add_eos: false } });
    expect(rows.row({ text: '' })).toBeUndefined();
    expect(rows.row({ text: 'a' })).toBeDefined();
  });

  it('keeps text behind the answer when it is truncated', () => {
    const of = {
      prompt_template: '<|VIRTUAL_PROMPT_0|>{text}={label}.',
      truncate_field: 'text',
      answer_only_loss: false,
    };
    const row = tokeniser({ of, data: { max_seq_length: 10 } }).row({ text: 'abcdefgh', label: 'X' });
    expect(list(row?.ids)).toEqual([-1, -2, -3, ...encode('abc='), ...encode('X'), ...encode('.'), END]);
  });

  it('has a prompt that training saw: the front of every row', () => {
    fc.assert(
      fc.property(anyTemplate, anyRow, fc.boolean(), fc.boolean(), (of, row, add_bos, add_eos) => {
        const rows = tokeniser({ of, data: { add_bos, add_eos }, prefix: [5] });
        const { ids, firstTarget } = rows.row(row)!;
        const prompt = rows.prompt(row, 0)!;
        expect([...ids.slice(0, prompt.length)]).toEqual([...prompt]);
        expect([...ids.slice(prompt.length)]).toEqual([...rows.answer(row.label)]);
        if (of.answer_only_loss) expect(firstTarget).toBe(prompt.length);
        const virtual = [...ids].filter((id) => id < 0);
        expect(virtual).toEqual(Array.from({ length: of.total_virtual_tokens! }, (_, k) => -1 - k));
      }),
    );
  });

  it('teaches a label as it is scored, in whatever form and with however many blanks the row has it', () => {
    // The second as in NeMo's examples, whose templates end in ":{label}".
    for (const label of ['ja', ' ja']) {
      const labels = { [label]: ['jo'], nej: [] };
      const rows = tokeniser({ of: { prompt_template: '<|VIRTUAL_PROMPT_0|>{text}:{label}', labels } });
      for (const answer of ['ja', ' ja', '  ja\n', 'jo', ' jo']) {
        const { ids, firstTarget } = rows.row({ text: 'hej', label: answer })!;
        expect(list(ids.slice(firstTarget))).toEqual(list(rows.answer(label)));
      }
    }
    const free = tokeniser();
    expect(free.row({ text: '', label: ' ja' })).not.toEqual(free.row({ text: '', label: 'ja' }));
  });

  it('has the same prompt without its answer and with any other answer', () => {
    fc.assert(
      fc.property(anyTemplate, anyRow, anyText, (of, row, label) => {
        const rows = tokeniser({ of });
        const { label: _, ...unanswered } = row;
        expect(list(rows.prompt(unanswered, 0))).toEqual(list(rows.prompt(row, 0)));
        expect(list(rows.prompt({ ...row, label }, 0))).toEqual(list(rows.prompt(row, 0)));
      }),
    );
  });

  it('begins with the leading tokens, which end with a virtual token or the backbone’s start', () => {
    fc.assert(
      fc.property(anyTemplate, anyRow, fc.boolean(), (of, row, add_bos) => {
        const rows = tokeniser({ of: { ...of, truncate_field: 'text' }, data: { add_bos }, maxPositions: 60 });
        const leading = rows.leading();
        const prompt = rows.prompt(row, 1);
        if (prompt) expect([...prompt.slice(0, leading.length)]).toEqual([...leading]);
        expect(leading.at(-1)).toBeLessThan(0);
      }),
    );
    const none = { prompt_template: 'a {text}{label}', virtual_token_splits: [], total_virtual_tokens: 0 };
    expect(list(tokeniser({ of: none, data: { add_bos: true }, prefix: [4] }).leading())).toEqual([4, START]);
  });
});

describe('truncation', () => {
  const of = { truncate_field: 'text', prompt_template: '<|VIRTUAL_PROMPT_0|>{text}={label}' };

  it('cuts the end of the field and nothing else', () => {
    const rows = tokeniser({ of, data: { max_seq_length: 9 } });
    expect(list(rows.row({ text: 'abcdefgh', label: 'X' })?.ids)).toEqual([-1, -2, -3, ...encode('abc='), 88, END]);
  });

  it('cuts whole characters, and never puts others in their place', () => {
    // Each is several tokens, so that the limit falls within a character.
    for (const [text, kept] of [
      ['åäö', 'åä'],
      ['€€', '€'],
      ['ab😀😀', 'ab'],
    ] as const) {
      const rows = tokeniser({ of, data: { max_seq_length: 3 + 5 + 3 } });
      const ids = list(rows.row({ text, label: 'X' })?.ids)!.filter((id) => id >= 0);
      expect(tokenizer.decode(ids)).toBe(`${kept}=X`);
    }
  });

  it('gives a row that fits, of which only the end of the field is missing, or none', () => {
    fc.assert(
      fc.property(anyTemplate, anyRow, fc.integer({ min: 1, max: 70 }), (parts, row, max_seq_length) => {
        const settings = { ...parts, truncate_field: 'text' };
        const rows = tokeniser({ of: settings, data: { max_seq_length } });
        const free = tokeniser({ of: settings });
        const cuts = Array.from({ length: row.text.length + 1 }, (_, n) => row.text.slice(0, row.text.length - n));
        const whole = free.row(row)!.ids;
        const shortest = free.row({ ...row, text: '' })!.ids.length;
        const tokens = rows.row(row);
        if (whole.length <= max_seq_length) expect(list(tokens?.ids)).toEqual([...whole]);
        if (!tokens) expect(shortest).toBeGreaterThan(max_seq_length);
        else {
          expect(tokens.ids.length).toBeLessThanOrEqual(max_seq_length);
          const possible = cuts.map((text) => String(free.row({ ...row, text })!.ids));
          expect(possible).toContain(String(tokens.ids));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('leaves as much as fits, where each character is a token', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 7, max: 30 }), (length, max_seq_length) => {
        const row = tokeniser({ of, data: { max_seq_length } }).row({ text: 'x'.repeat(length), label: 'X' });
        expect(row?.ids.length).toBe(Math.min(length + 6, max_seq_length));
      }),
    );
  });

  it('leaves about as much as fits in a few rounds, too, where the tokeniser makes text longer than it is', () => {
    const longer = smallTokenizer({ normalizer: { type: 'NFKC' } });
    const rows = new RowTokeniser(template(of), dataSettings({ max_seq_length: 1000 }), longer, [], 1000);
    const encoded = vi.spyOn(longer, 'encode');
    for (const text of ['…'.repeat(5000), 'an … and a ½, '.repeat(500), 'a'.repeat(700) + '…'.repeat(300)]) {
      encoded.mockClear();
      const { ids } = rows.row({ text, label: 'X' })!;
      expect(ids.length).toBeLessThanOrEqual(1000);
      expect(ids.length).toBeGreaterThan(985);
      // Each round encodes the field, and what stands around it.
      expect(encoded.mock.calls.length).toBeLessThan(60);
    }
  });

  it('cuts a prompt where its row was cut, when it keeps room for the same answer', () => {
    fc.assert(
      fc.property(anyTemplate, anyRow, fc.integer({ min: 1, max: 70 }), (parts, row, max_seq_length) => {
        const rows = tokeniser({ of: { ...parts, truncate_field: 'text' }, data: { max_seq_length } });
        const answer = rows.answer(row.label);
        const tokens = rows.row(row);
        const prompt = rows.prompt(row, answer.length);
        expect(prompt && [...prompt, ...answer]).toEqual(list(tokens?.ids));
      }),
    );
  });

  it('cuts a row of any label where its prediction is cut', () => {
    const labels = { a: [], 'hehe hehe': [] };
    const rows = tokeniser({ of: { ...of, labels }, data: { max_seq_length: 24 } });
    const text = 'he '.repeat(40);
    const longest = Math.max(...Object.keys(labels).map((label) => rows.answer(label).length));
    const prompt = list(rows.prompt({ text }, longest))!;
    for (const label of Object.keys(labels)) {
      const { ids } = rows.row({ text, label })!;
      expect(list(ids)).toEqual([...prompt, ...rows.answer(label)]);
    }
    // Other words would fill the place that the longest label needs.
    expect(prompt.length + longest).toBe(24);
  });

  it('leaves room in the backbone for an answer that is to be generated, if anything can be cut', () => {
    const lengthOf = (text: string, settings: Settings) => tokeniser(settings).promptToContinue({ text }, 40)?.length;
    const text = (length: number) => 'x'.repeat(length - 4);
    const cut = { of, maxPositions: 100 };
    expect([60, 61, 99, 200].map((length) => lengthOf(text(length), cut))).toEqual([60, 60, 60, 60]);
    // What is generated may go beyond the limit of rows.
    const limited = (max_seq_length: number) => ({ ...cut, data: { max_seq_length } });
    expect([50, 80].map((limit) => lengthOf(text(200), limited(limit)))).toEqual([49, 60]);
    // Fewer than 40 are left whatever is cut.
    expect(lengthOf(text(200), { of, maxPositions: 30 })).toBe(29);
    const uncut = { of: { ...of, truncate_field: null }, maxPositions: 100 };
    expect([99, 100].map((length) => lengthOf(text(length), uncut))).toEqual([99, undefined]);
  });

  it('gives none without a field to truncate, or with one that is no text', () => {
    const data = { max_seq_length: 8 };
    expect(tokeniser({ data }).row({ text: 'abcdefgh', label: 'X' })).toBeUndefined();
    expect(tokeniser({ of, data }).row({ text: 5, label: 'abcdefgh' })).toBeUndefined();
    const inherited = { ...of, truncate_field: 'toString' };
    expect(tokeniser({ of: inherited, data }).row({ text: 'abcdefgh', label: 'X' })).toBeUndefined();
  });

  it('goes by the backbone where it takes less than the task file allows', () => {
    expect(tokeniser({ data: { max_seq_length: 2000 }, maxPositions: 50 }).maxLength).toBe(50);
    expect(tokeniser({ data: { max_seq_length: 20 }, maxPositions: 50 }).maxLength).toBe(20);
    expect(tokeniser({ maxPositions: 50 }).maxLength).toBe(50);
  });
});
