import { atOnce } from '../tokenizer/in-slices.ts';
import { encoding, encodingSpecial, type Tokenizer } from '../tokenizer.ts';
import type { Blanks } from './blanks.ts';
import { type ChatFrame, chatFrameHash } from './chat-template.ts';
import { stripLetters } from './strip-calls.ts';

/** A part of what the user says: text, or so many virtual tokens. */
export type ChatPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'virtual'; readonly tokens: number };

/**
 * Turns exchanges into tokens: what the user says within the frame of the model's chat template, and the assistant's answer.
 * The tokens are those that the tokeniser gives for the whole rendered text, cut where virtual tokens stand and where the
 * answer begins; but the text of a special token within what the user says or the answer stays text.
 */
export class ChatEncoder {
  /** Behind an answer: up to and with the token that ends the assistant's turn. */
  readonly end: readonly number[];
  /** What a model writes when its turn ends. */
  readonly endId: number | undefined;
  private readonly tokenizer: Tokenizer;
  private readonly frame: ChatFrame;
  /** In front of what the user says. */
  private readonly before: string;
  /** The text of the token that stands in front of all that, where the exchange is a later one. */
  private readonly behind: string | undefined;
  /** The text of a special token to stand where virtual tokens do. */
  private readonly anchor: string;
  private readonly specials: { readonly before: number; readonly after: number };
  private readonly afterIds: readonly number[];
  /** Asked for with every row. */
  private frameCount: number | undefined;

  /** @param turn whether the exchange begins a conversation, or stands behind the end of an answer */
  constructor(frame: ChatFrame, tokenizer: Tokenizer, turn: 'first' | 'later' = 'first') {
    this.tokenizer = tokenizer;
    this.frame = frame;
    const special = (text: string) => tokenizer.encodeSpecial(text).filter((id) => tokenizer.isSpecial(id));
    const inFrame = [frame.before, frame.after, frame.end].flatMap(special);
    this.anchor = this.findAnchor(inFrame);
    const closing = this.closing();
    const last = closing.findIndex((id) => tokenizer.isSpecial(id));
    const usual = tokenizer.eosId === undefined ? [] : [tokenizer.eosId];
    this.end = last < 0 ? usual : closing.slice(0, last + 1);
    this.endId = this.end.at(-1);
    const endText = this.endId === undefined ? undefined : tokenizer.tokenText(this.endId);
    this.before = turn === 'first' ? frame.before : behind(frame.between, endText);
    this.behind = turn === 'first' ? undefined : endText;
    this.specials = { before: special(this.before).length, after: special(frame.after).length };
    this.afterIds = this.encodeInside(frame.after);
  }

  /** Changes with what the chat template puts around an exchange. */
  get frameHash(): string {
    return chatFrameHash(this.frame);
  }

  /** For exchanges that stand behind another one. */
  later(): ChatEncoder {
    return new ChatEncoder(this.frame, this.tokenizer, 'later');
  }

  /** Tokens in front of the answer, virtual ones as −1 − k. Neighbouring texts are joined. */
  prompt(pieces: readonly ChatPiece[]): number[] {
    return atOnce(this.prompting(pieces));
  }

  /** As `prompt`, in steps of a fraction of a millisecond, for a thread that others want as well. */
  prompting(pieces: readonly ChatPiece[]): Generator<void, number[]> {
    return this.within(pieces, this.frame.after);
  }

  /** The beginning of a prompt, up to its last virtual tokens; nothing without any. */
  leading(pieces: readonly ChatPiece[]): number[] {
    const last = pieces.findLastIndex(({ kind }) => kind === 'virtual');
    return last < 0 ? [] : atOnce(this.within(pieces.slice(0, last + 1), ''));
  }

  /** The tokens of an answer, without those behind it. */
  answer(text: string): number[] {
    return atOnce(this.answering(text));
  }

  /** As `answer`, in such steps. */
  *answering(text: string): Generator<void, number[]> {
    const { lead, answerBlanks } = this.frame;
    const begun = stripLetters(text, answerBlanks.start, 'lstrip');
    const said = lead + stripLetters(begun, answerBlanks.end, 'rstrip');
    if (said === '') return [];
    const whole = yield* this.encodingInside(this.frame.after + said);
    const separate = this.afterIds.every((id, i) => whole[i] === id);
    const own = separate ? whole.slice(this.afterIds.length) : yield* this.encodingInside(said);
    return own.some((id) => this.tokenizer.isSpecial(id)) ? yield* encoding(this.tokenizer, said) : own;
  }

  /** The most tokens that the frame adds to what is said. */
  get frameTokens(): number {
    this.frameCount ??= this.countFrame();
    return this.frameCount;
  }

  private countFrame(): number {
    const { after, lead } = this.frame;
    const inFrame = this.tokenizer.encodeSpecial(this.before).length + this.tokenizer.encodeSpecial(after).length;
    return inFrame + this.tokenizer.encode(lead).length + this.end.length;
  }

  private *within(pieces: readonly ChatPiece[], after: string): Generator<void, number[]> {
    const ids: number[] = [];
    let virtual = 0;
    let run: string[] = [];
    let first = true;
    const { before } = this;
    const encodeRun = this.encodeRun.bind(this);
    function* endRun(behind: string): Generator<void, void> {
      for (const id of yield* encodeRun(first ? before : '', run.join(''), behind, first)) ids.push(id);
      run = [];
      first = false;
    }
    const said = trimmed(pieces, this.frame.userBlanks);
    for (const piece of said) {
      if (piece.kind === 'text') {
        run.push(piece.text);
        continue;
      }
      yield* endRun('');
      for (let i = 0; i < piece.tokens; i++) ids.push(-1 - virtual++);
    }
    if (after !== '' || run.length > 0) yield* endRun(after);
    return ids;
  }

  /** Frame and text between two virtual tokens, as one text; in parts where the text holds that of a special token. */
  private *encodeRun(before: string, text: string, after: string, first: boolean): Generator<void, number[]> {
    const encode = (part: string) => (first ? this.encodingFirst(part) : this.encodingInside(part));
    const ids = yield* encode(before + text + after);
    const expected = (before === '' ? 0 : this.specials.before) + (after === '' ? 0 : this.specials.after);
    if (ids.filter((id) => this.tokenizer.isSpecial(id)).length === expected) return ids;
    const parts = [yield* encode(before), yield* encoding(this.tokenizer, text), yield* this.encodingInside(after)];
    return parts.flat();
  }

  /** What stands behind an answer, as it is cut there: a space at a text's beginning may be another token. */
  private closing(): number[] {
    const { lead, end } = this.frame;
    const answer = this.encodeInside(`${lead}a`);
    const whole = this.encodeInside(`${lead}a${end}`);
    return answer.every((id, i) => whole[i] === id) ? whole.slice(answer.length) : this.tokenizer.encodeSpecial(end);
  }

  private encodingFirst(text: string): Generator<void, number[]> {
    return this.behind === undefined ? encodingSpecial(this.tokenizer, text) : this.encodingBehind(this.behind, text);
  }

  private encodeInside(text: string): number[] {
    return atOnce(this.encodingInside(text));
  }

  private encodingInside(text: string): Generator<void, number[]> {
    return this.anchor === '' ? encodingSpecial(this.tokenizer, text) : this.encodingBehind(this.anchor, text);
  }

  /** Tokens of a text behind a special token, since tokenisers may treat a text that stands first otherwise. */
  private *encodingBehind(special: string, text: string): Generator<void, number[]> {
    return text === '' ? [] : (yield* encodingSpecial(this.tokenizer, special + text)).slice(1);
  }

  /** The text of a special token that takes no blanks with it. */
  private findAnchor(ids: readonly number[]): string {
    const { bosId, eosId } = this.tokenizer;
    for (const id of [bosId, eosId, ...ids]) {
      const text = id === undefined ? undefined : this.tokenizer.tokenText(id);
      if (text === undefined) continue;
      const [found, ...rest] = this.tokenizer.encodeSpecial(`${text} \n x`);
      if (found === id && this.tokenizer.decode(rest).includes('\n')) return text;
    }
    return '';
  }
}

/** The part of a text that stands behind the first `part` of it; all of it without one. */
function behind(text: string, part: string | undefined): string {
  const at = part === undefined ? -1 : text.indexOf(part);
  return at < 0 ? text : text.slice(at + part!.length);
}

/** Without blanks in front of the first thing said and behind the last one. */
function trimmed(pieces: readonly ChatPiece[], blanks: Blanks): ChatPiece[] {
  const joined: ChatPiece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text')
      joined[joined.length - 1] = { ...last, text: last.text + piece.text };
    else joined.push(piece);
  }
  return joined.map((piece, i) => {
    if (piece.kind !== 'text') return piece;
    const text = i === 0 ? stripLetters(piece.text, blanks.start, 'lstrip') : piece.text;
    return { ...piece, text: i === joined.length - 1 ? stripLetters(text, blanks.end, 'rstrip') : text };
  });
}
