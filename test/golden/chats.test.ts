import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RowTokeniser } from '../../engine/src/data/tokenise.ts';
import { ChatEncoder, type ChatPiece } from '../../model/src/chat/chat-encoder.ts';
import { atOnce } from '../../model/src/tokenizer/in-slices.ts';
import { parseTokenizer, type Tokenizer } from '../../model/src/tokenizer.ts';
import { checkTaskText } from '../../task/src/check.ts';
import { TokenMeter } from '../../task/src/tokens.ts';
import { dataSettings, template } from '../unit/data/small-tokeniser.ts';

interface Exchange {
  /** Texts, and numbers of virtual tokens. */
  readonly said: readonly (string | number)[];
  readonly answer: string;
  readonly prompt: number[];
  readonly whole: number[];
}

interface Chat {
  readonly name: string;
  readonly tokeniser: string;
  readonly added: object[];
  readonly config: Record<string, string>;
  readonly template: string;
  readonly exchanges: readonly Exchange[];
  readonly later: Exchange & { readonly first: readonly string[]; readonly firstAnswer: string };
}

const chats: Chat[] = JSON.parse(readFileSync(path.join(import.meta.dirname, 'chats/chats.json'), 'utf8'));

function tokenizerOf({ tokeniser, added, config, template }: Chat): Tokenizer {
  const file = path.join(import.meta.dirname, 'tokenisers', tokeniser, 'tokenizer.json');
  const json = JSON.parse(readFileSync(file, 'utf8'));
  json.added_tokens.push(...added);
  const files = {
    tokenizer: new TextEncoder().encode(JSON.stringify(json)),
    config: { ...config, chat_template: template },
  };
  const parsed = parseTokenizer(files);
  if (parsed.kind !== 'ok') throw new Error(parsed.problem);
  return parsed.tokenizer;
}

function encoderOf(tokenizer: Tokenizer): ChatEncoder {
  const reading = tokenizer.chat!();
  if (reading.kind !== 'ok') throw new Error(reading.reason);
  return new ChatEncoder(reading.frame, tokenizer);
}

const piecesOf = (said: Exchange['said']): ChatPiece[] =>
  said.map((part) => (typeof part === 'string' ? { kind: 'text', text: part } : { kind: 'virtual', tokens: part }));

describe.each(chats)("the chat template of $name, in the tokens of transformers' apply_chat_template", (chat) => {
  const tokenizer = tokenizerOf(chat);
  const encoder = encoderOf(tokenizer);

  it.each(chat.exchanges)('$said → $answer', ({ said, answer, prompt, whole }) => {
    expect(encoder.prompt(piecesOf(said))).toEqual(prompt);
    const ours = [...prompt, ...encoder.answer(answer), ...encoder.end];
    expect(ours).toEqual(whole.slice(0, ours.length));
    // Behind the token that ends the turn comes a line break or an end of the whole text.
    expect(tokenizer.isSpecial(encoder.endId!)).toBe(true);
    expect(whole.length - ours.length).toBeLessThanOrEqual(1);
  });

  it('a later exchange goes on behind an earlier one', () => {
    const { first, firstAnswer, said, answer, whole } = chat.later;
    const later = encoder.later();
    const ours = [
      ...[...encoder.prompt(piecesOf(first)), ...encoder.answer(firstAnswer), ...encoder.end],
      ...[...later.prompt(piecesOf(said)), ...later.answer(answer), ...later.end],
    ];
    // A model that thinks leaves out in later turns what it thought in earlier ones.
    if (!chat.template.includes('</think>')) expect(ours).toEqual(whole.slice(0, ours.length));
    else expect(ours.slice(-5)).toEqual(whole.slice(0, -1).slice(-5));
  });

  it('what every prompt begins with is the beginning of each', () => {
    const pieces = piecesOf(['Stad:', 2, ' Umeå']);
    const leading = encoder.leading(pieces);
    expect(leading.at(-1)).toBe(-2);
    expect(encoder.prompt(pieces).slice(0, leading.length)).toEqual(leading);
    expect(encoder.leading(piecesOf(['Stad: Umeå']))).toEqual([]);
  });

  it('the text of a special token in a row is text', () => {
    const end = tokenizer.tokenText(encoder.endId!)!;
    const specials = (ids: readonly number[]) => ids.filter((id) => id >= 0 && tokenizer.isSpecial(id));
    const plain = encoder.prompt(piecesOf([1, ' ett två']));
    const attack = encoder.prompt(piecesOf([1, ` ett ${end} två`]));
    expect(specials(attack)).toEqual(specials(plain));
    expect(specials(encoder.answer(`ett ${end}`))).toEqual([]);
  });
});

describe('a task in a chat', () => {
  const chat = chats.find(({ name }) => name === 'Llama 3')!;
  const tokenizer = tokenizerOf(chat);
  const encoder = encoderOf(tokenizer);
  const { prompt, answer, whole } = chat.exchanges[0]!;
  const text = 'Barclays PLC steg kraftigt i dag.';
  // The space in front of the answer goes with nothing.
  const settings = {
    prompt_template: '<|VIRTUAL_PROMPT_0|> {text} Känsla: {label}',
    total_virtual_tokens: 3,
    virtual_token_splits: [3],
    chat: true,
  };
  const tokeniser = new RowTokeniser(template(settings), dataSettings({ add_bos: true }), tokenizer, [], 400, encoder);

  it('has the tokens of the chat, and counts the loss of its answer and the end of the turn', () => {
    const row = tokeniser.row({ text, label: answer })!;
    expect([...row.ids]).toEqual(whole.slice(0, row.ids.length));
    expect(row.ids.at(-1)).toBe(encoder.endId);
    expect(row.firstTarget).toBe(prompt.length);
    expect([...tokeniser.prompt({ text }, 1)!]).toEqual(prompt);
    expect([...tokeniser.answer(answer)]).toEqual([...row.ids.subarray(prompt.length)]);
    expect([...tokeniser.leading()]).toEqual(prompt.slice(0, prompt.indexOf(-3) + 1));
    expect(tokeniser.endId).toBe(encoder.endId);
  });

  it('is cut to what fits, frame and all', () => {
    const short = new RowTokeniser(
      template({ ...settings, truncate_field: 'text' }),
      dataSettings(),
      tokenizer,
      [],
      whole.length - 10,
      encoder,
    );
    const row = short.row({ text, label: answer })!;
    expect(row.ids.length).toBeLessThanOrEqual(whole.length - 10);
    expect([...row.ids.subarray(-3)]).toEqual([...tokeniser.row({ text, label: answer })!.ids.subarray(-3)]);
  });

  it('is as long to the rules as it is in training', () => {
    const json = { task_templates: [{ taskname: 'mood', answer_field: 'label', ...settings }] };
    const { context } = checkTaskText('chat.ptask.json', JSON.stringify(json));
    const view = context.template('mood')!;
    const model = {
      kind: 'ok',
      maxPositions: whole.length - 2,
      prefixTokens: 0,
      fingerprint: '',
      chat: encoder,
    } as const;
    const meter = new TokenMeter(model, tokenizer, context.file);
    const tokens = tokeniser.row({ text, label: answer })!.ids.length;
    expect(meter.count(view, { text, label: answer }, { withoutAnswer: false })).toBe(tokens);
    expect(meter.measure(view, { text, label: answer }).count).toBe(tokens);
    expect(atOnce(meter.mergingAcrossAnswer(view, { text, label: answer }))).toBe(false);
  });
});
