import type { ChatEncoder } from '../../../model/src/chat/chat-encoder.ts';
import type { Tokenizer } from '../../../model/src/tokenizer.ts';
import { asTaught, type LabelForms, labelForms } from '../../../task/src/labels.ts';
import { fillTemplate, type Piece, parseTemplate, type Segment } from '../../../task/src/template.ts';
import type { DataSettings, TaskTemplate } from '../../../task/src/types.ts';
import { countTargets, type TokenRow } from './token-row.ts';

export type Row = Readonly<Record<string, unknown>>;

/** The backbone's first token where rows begin with it, else nothing. */
export function firstToken({ add_bos }: Pick<DataSettings, 'add_bos'>, { bosId, addsBos }: Tokenizer): number[] {
  return (add_bos ?? addsBos) && bosId !== undefined ? [bosId] : [];
}

/** How one task's rows become token rows. Training and prediction use the same object, so both see the same tokens. */
export class RowTokeniser {
  readonly template: TaskTemplate;
  readonly maxLength: number;
  /** How far a generated answer may go beyond `maxLength`. */
  private readonly beyond: number;
  private readonly segments: readonly Segment[];
  private readonly tokenizer: Tokenizer;
  private readonly start: readonly number[];
  private readonly end: readonly number[];
  private readonly chat: ChatEncoder | undefined;
  private readonly forms: LabelForms | undefined;
  /** The most tokens that a label takes, end token included; 0 without labels. */
  private readonly labelRoom: number;

  /**
   * @param prefix ids that stand in front of every prompt of this backbone, such as its language marks
   * @param maxPositions the most tokens that the backbone takes
   * @param chat for a template that is to stand in the model's chat template
   * @param end tokens that end an answer, in place of the model's own
   */
  constructor(
    template: TaskTemplate,
    data: DataSettings,
    tokenizer: Tokenizer,
    prefix: readonly number[],
    maxPositions: number,
    chat?: ChatEncoder,
    end?: readonly number[],
  ) {
    this.template = template;
    this.tokenizer = tokenizer;
    this.segments = parseTemplate(template.prompt_template, template.virtual_token_splits).segments;
    this.maxLength = Math.min(data.max_seq_length ?? maxPositions, maxPositions);
    this.beyond = maxPositions - this.maxLength;
    this.chat = chat;
    this.forms = template.labels ? labelForms(template.labels) : undefined;
    this.start = chat ? prefix : [...prefix, ...firstToken(data, tokenizer)];
    this.end = end ?? chat?.end ?? (data.add_eos && tokenizer.eosId !== undefined ? [tokenizer.eosId] : []);
    this.labelRoom = Math.max(0, ...Object.keys(template.labels ?? {}).map((label) => this.answer(label).length));
  }

  /**
   * A training or evaluation row, answer included; undefined where it is too long and nothing may be truncated, and
   * where it holds no token that could be learnt. The answer is tokenised by itself, as it is when it is predicted; in place
   * of a form of a label stands the label, because that is what is scored. To most tokenisers a blank in front makes another word.
   */
  row(given: Row): TokenRow | undefined {
    const row = asTaught(given, this.template.answer_field, this.forms);
    const last = this.pieces(row, false).at(-1);
    const answerTokens = last?.kind === 'answer' ? this.encodeAnswer(last.text).length : 0;
    // Room for the longest label, as a prediction keeps it, so that both cut a long row at the same place.
    const room = answerTokens > 0 ? Math.max(this.end.length, this.labelRoom - answerTokens) : this.end.length;
    const ids =
      this.fit(row, room, { withoutAnswer: false }) ?? this.fit(row, this.end.length, { withoutAnswer: false });
    if (!ids) return undefined;
    const firstTarget =
      this.template.answer_only_loss && answerTokens > 0
        ? // Nothing predicts the first token of all.
          Math.max(1, ids.length - answerTokens)
        : this.firstText(ids);
    const tokenRow = { ids: Int32Array.from([...ids, ...this.end]), firstTarget };
    return countTargets(tokenRow) > 0 ? tokenRow : undefined;
  }

  /**
   * The prompt of a row, up to the answer; undefined as in `row`. At least `room` tokens are kept for what follows, and as
   * many as the longest label takes.
   */
  prompt(row: Row, room: number): Int32Array | undefined {
    const ids = this.fit(row, Math.max(room, this.labelRoom), { withoutAnswer: true });
    return ids && Int32Array.from(ids);
  }

  /**
   * The prompt of a row whose answer is generated, up to the answer; undefined as in `row`. A field that may be truncated is, until
   * the backbone has room for `most` new tokens; where it is too short for that, and without one, there is room for one.
   */
  promptToContinue(row: Row, most: number): Int32Array | undefined {
    const mayCut = this.template.truncate_field !== null;
    return (mayCut ? this.prompt(row, Math.max(1, most - this.beyond)) : undefined) ?? this.prompt(row, 1);
  }

  /** An answer as it follows the prompt: its tokens and the end token. */
  answer(text: string): Int32Array {
    const field = this.template.answer_field;
    const pieces = field ? this.pieces({ [field]: text }, false) : [];
    const piece = pieces.find(({ kind }) => kind === 'answer');
    return Int32Array.from([...(piece?.kind === 'answer' ? this.encodeAnswer(piece.text) : []), ...this.end]);
  }

  /** How many tokens of its own an answer has. */
  answerLength(text: string): number {
    return this.answer(text).length - this.end.length;
  }

  /** The token with which the model says that an answer is at its end. */
  get endId(): number | undefined {
    return this.chat ? this.chat.endId : this.tokenizer.eosId;
  }

  /**
   * The tokens that every prompt of the task begins with: everything up to the last marker in front of the first field.
   */
  leading(): Int32Array {
    const firstField = this.segments.findIndex((segment) => segment.kind === 'field');
    const before = firstField < 0 ? this.segments : this.segments.slice(0, firstField);
    const marker = before.findLastIndex((segment) => segment.kind === 'virtual');
    const pieces = before.slice(0, marker + 1).filter((segment) => segment.kind !== 'field');
    return Int32Array.from(this.chat ? [...this.start, ...this.chat.leading(pieces)] : this.tokens(pieces));
  }

  private pieces(row: Row, withoutAnswer: boolean): Piece[] {
    const answerAlone = this.chat !== undefined;
    return fillTemplate(this.segments, row, { withoutAnswer, answerField: this.template.answer_field, answerAlone });
  }

  /** The backbone's start and the tokens of all pieces, virtual ones numbered from 0. */
  private tokens(pieces: readonly Piece[]): number[] {
    const ids = [...this.start];
    if (this.chat) {
      ids.push(...this.chat.prompt(pieces.filter((piece) => piece.kind !== 'answer')));
      const answer = pieces.find((piece) => piece.kind === 'answer');
      return answer ? [...ids, ...this.encodeAnswer(answer.text)] : ids;
    }
    let virtual = 0;
    for (const piece of pieces) {
      if (piece.kind === 'virtual') for (let i = 0; i < piece.tokens; i++) ids.push(-1 - virtual++);
      else ids.push(...this.encode(piece.text));
    }
    return ids;
  }

  /** Tokens of the filled template, shortened at the end of `truncate_field` where they leave no `room`. */
  private fit(row: Row, room: number, { withoutAnswer }: { withoutAnswer: boolean }): number[] | undefined {
    let shorter: Row | undefined = row;
    while (shorter) {
      const ids = this.tokens(this.pieces(shorter, withoutAnswer));
      const excess = ids.length + room - this.maxLength;
      if (excess <= 0) return ids;
      shorter = this.truncated(shorter, excess);
    }
    return undefined;
  }

  /**
   * The row with about `excess` tokens fewer in its truncated field; undefined where nothing is left to cut. The shorter
   * text is tokenised anew with its surroundings, so a token or two may be left over, which takes another round.
   */
  private truncated(row: Row, excess: number): Row | undefined {
    const field = this.template.truncate_field;
    const text = field !== null && Object.hasOwn(row, field) ? row[field] : undefined;
    if (field === null || typeof text !== 'string' || text === '') return undefined;
    const ids = this.tokenizer.encode(text);
    const decoded = this.tokenizer.decode(ids.slice(0, Math.max(0, ids.length - excess)));
    // What is decoded says only how much to keep: a cut within a character decodes to another one, and a tokeniser may
    // change the text, while what is kept must be the start of the text itself. Where it makes the text longer than it was, as it
    // does … to three dots, that says nothing, and half of what has to go on average goes: one character a round would take forever.
    const half = Math.floor((text.length * excess) / ids.length / 2);
    const kept = decoded.length < text.length ? decoded.length : text.length - Math.max(1, half);
    const shorter = text.slice(0, kept);
    return { ...row, [field]: shorter.replace(/[\ud800-\udbff]$/, '') };
  }

  private encodeAnswer(text: string): number[] {
    return this.chat ? this.chat.answer(text) : this.encode(text);
  }

  private encode(text: string): number[] {
    return text === '' ? [] : this.tokenizer.encode(text);
  }

  /** Index of the first token behind the backbone's own start and any virtual tokens there. */
  private firstText(ids: readonly number[]): number {
    const first = ids.findIndex((id, i) => i >= Math.max(1, this.start.length) && id >= 0);
    return first < 0 ? ids.length : first;
  }
}
