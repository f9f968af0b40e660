import type { ChatEncoder } from '../../model/src/chat/chat-encoder.ts';
import { atOnce } from '../../model/src/tokenizer/in-slices.ts';
import type { TemplateView } from './context.ts';
import type { ModelFacts, TokenEncoder } from './environment.ts';
import { asTaught } from './labels.ts';
import type { RowObject } from './rows.ts';
import { fillTemplate, type Piece } from './template.ts';
import type { TaskFile } from './types.ts';

/** How long a row is to the model. */
export interface RowTokens {
  /** Everything counted: the backbone's prefix, first and end token, virtual tokens, text and answer. */
  count: number;
  limit: number;
  /** How many tokens fewer the row has when nothing of the truncated field is left; 0 without one. */
  truncatable: number;
}

/**
 * Counts tokens as training does: each piece of text between markers is tokenised by itself, and so is the answer; in a chat
 * with what the model's chat template puts around them.
 */
export class TokenMeter {
  readonly limit: number;
  readonly #encoder: TokenEncoder;
  readonly #prefix: number;
  readonly #ends: number;
  readonly #chat: ChatEncoder | undefined;
  readonly #crossings: Map<string, boolean>;

  constructor(model: ModelFacts & { kind: 'ok' }, encoder: TokenEncoder, file: TaskFile) {
    const { max_seq_length, add_bos, add_eos } = file.data;
    this.#encoder = encoder;
    this.#crossings = crossingsOf(encoder);
    this.#prefix = model.prefixTokens;
    this.#ends = ((add_bos ?? model.addsBos) ? 1 : 0) + (add_eos ? 1 : 0);
    this.#chat = model.chat === undefined || 'unusable' in model.chat ? undefined : model.chat;
    this.limit = Math.min(max_seq_length ?? model.maxPositions, model.maxPositions);
  }

  /**
   * How long the texts of a row may be together so that it cannot be too long, counted as `mostTokens` does: 1 for each
   * ASCII character and 3 for each other UTF-16 unit.
   */
  safeLength(template: TemplateView): number {
    let fixed = this.#around(template);
    const uses = new Map<string, number>();
    for (const segment of template.parsed.segments) {
      // Each piece of text adds what a tokeniser may put in front of it.
      fixed += segment.kind === 'virtual' ? segment.tokens : mostTokens(segment.kind === 'text' ? segment.text : '');
      if (segment.kind === 'field') uses.set(segment.name, (uses.get(segment.name) ?? 0) + 1);
    }
    // In place of its form a row has the label, which may be longer.
    const labels = Object.keys(template.settings.labels ?? {});
    fixed += labels.reduce((most, label) => Math.max(most, mostTokens(label)), 0);
    return (this.limit - fixed) / [...uses.values()].reduce((most, times) => Math.max(most, times), 1);
  }

  /** The row's tokens. For a row that cannot be too long the count is an upper bound, which costs no tokenising. */
  measure(template: TemplateView, row: RowObject): RowTokens {
    return atOnce(this.measuring(template, row));
  }

  /** An upper bound of the row's tokens, where that shows that it is not too long. */
  bound(template: TemplateView, row: RowObject): RowTokens | undefined {
    return this.#bound(template, this.#pieces(template, row, false));
  }

  #bound(template: TemplateView, pieces: readonly Piece[]): RowTokens | undefined {
    const count = this.#around(template) + sumOf(pieces, mostTokens);
    return count <= this.limit ? { count, limit: this.limit, truncatable: 0 } : undefined;
  }

  /** As `measure`, in steps of a fraction of a millisecond: a row may have megabytes. */
  *measuring(template: TemplateView, row: RowObject): Generator<void, RowTokens> {
    const pieces = this.#pieces(template, row, false);
    const bound = this.#bound(template, pieces);
    if (bound !== undefined) return bound;
    const count = yield* this.#counting(template, pieces);
    const field = template.settings.truncate_field;
    const isCut = field !== null && Object.hasOwn(row, field) && typeof row[field] === 'string';
    if (count <= this.limit || !isCut) return { count, limit: this.limit, truncatable: 0 };
    // Training cuts until the row fits or nothing of the field is left, wherever and however often it stands.
    const without = yield* this.#counting(template, this.#pieces(template, { ...row, [field]: '' }, false));
    return { count, limit: this.limit, truncatable: count - without };
  }

  /**
   * The row's tokens, all text tokenised.
   * @param withoutAnswer counts the row as prediction sees it, up to its answer
   */
  count(template: TemplateView, row: RowObject, { withoutAnswer }: { withoutAnswer: boolean }): number {
    return atOnce(this.#counting(template, this.#pieces(template, row, withoutAnswer)));
  }

  #pieces(template: TemplateView, row: RowObject, withoutAnswer: boolean): Piece[] {
    const { parsed, settings, forms } = template;
    const { answer_field: answerField, chat: answerAlone } = settings;
    const taught = asTaught(row, answerField, forms);
    return fillTemplate(parsed.segments, taught, { withoutAnswer, answerField, answerAlone });
  }

  #chatOf(template: TemplateView): ChatEncoder | undefined {
    return template.settings.chat ? this.#chat : undefined;
  }

  /** Tokens around those of the template. */
  #around(template: TemplateView): number {
    return this.#prefix + (this.#chatOf(template)?.frameTokens ?? this.#ends);
  }

  *#counting(template: TemplateView, pieces: readonly Piece[]): Generator<void, number> {
    const chat = this.#chatOf(template);
    if (!chat) {
      let sum = this.#around(template);
      for (const piece of pieces) {
        if (piece.kind === 'virtual') sum += piece.tokens;
        else if (piece.text !== '') sum += (yield* this.#encoding(piece.text)).length;
      }
      return sum;
    }
    const said = pieces.filter((piece) => piece.kind !== 'answer');
    const answer = pieces.find((piece) => piece.kind === 'answer');
    const answered = answer === undefined ? 0 : (yield* chat.answering(answer.text)).length;
    return this.#prefix + (yield* chat.prompting(said)).length + answered + chat.end.length;
  }

  *#encoding(text: string): Generator<void, number[]> {
    return this.#encoder.encoding === undefined ? this.#encoder.encode(text) : yield* this.#encoder.encoding(text);
  }

  /**
   * Whether text and answer give other tokens together than one after the other. Tokenisers split at blanks before they
   * merge, so the word in front of the answer and the first word of the answer decide; that pair repeats in most rows and is
   * remembered. A suspicion is confirmed on the whole text, in steps, as it may be long.
   */
  *mergingAcrossAnswer(template: TemplateView, row: RowObject): Generator<void, boolean> {
    const field = template.settings.answer_field;
    // In a chat, the chat template stands between them.
    if (field === null || template.settings.chat) return false;
    const pieces = this.#pieces(template, row, false);
    const at = pieces.findIndex(({ kind }) => kind === 'answer');
    const [before, answer] = [pieces[at - 1], pieces[at]];
    if (before?.kind !== 'text' || answer?.kind !== 'answer' || answer.text === '') return false;
    const tail = /\s*\S*\s*$/.exec(before.text.slice(-MAX_WORD))![0];
    const head = /^\s*\S*/.exec(answer.text.slice(0, MAX_WORD))![0];
    const pair = `${tail.length}:${tail}${head}`;
    let crosses = this.#crossings.get(pair);
    if (crosses === undefined) {
      crosses = yield* this.#crossing(tail, head);
      if (this.#crossings.size >= MAX_PAIRS) this.#crossings.clear();
      this.#crossings.set(pair, crosses);
    }
    return crosses && (yield* this.#crossing(before.text, answer.text));
  }

  *#crossing(before: string, answer: string): Generator<void, boolean> {
    const apart = [...(yield* this.#encoding(before)), ...(yield* this.#encoding(answer))];
    const together = yield* this.#encoding(before + answer);
    return apart.length !== together.length || apart.some((token, index) => token !== together[index]);
  }
}

function sumOf(pieces: readonly Piece[], tokens: (text: string) => number): number {
  let sum = 0;
  for (const piece of pieces) {
    if (piece.kind === 'virtual') sum += piece.tokens;
    else if (piece.text !== '') sum += tokens(piece.text);
  }
  return sum;
}

const crossings = new WeakMap<TokenEncoder, Map<string, boolean>>();

/** A new meter is made for every change of the task file, and the tokeniser stays. */
function crossingsOf(encoder: TokenEncoder): Map<string, boolean> {
  const known = crossings.get(encoder) ?? new Map<string, boolean>();
  crossings.set(encoder, known);
  return known;
}

const MAX_WORD = 64;
const MAX_PAIRS = 50_000;

/**
 * The most tokens a text can have: one a byte of UTF-8, of which a UTF-16 unit has at most three; and two more for what a
 * tokeniser may put in front.
 */
function mostTokens(text: string): number {
  let bytes = 2;
  for (let i = 0; i < text.length; i++) bytes += text.charCodeAt(i) < 0x80 ? 1 : 3;
  return bytes;
}
