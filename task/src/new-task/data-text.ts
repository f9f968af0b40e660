import type { Work } from '../data/work.ts';
import { type EasternEncoding, HighBytes, type LetterGuess } from './letter-guess.ts';
import { withLettersOfWindows } from './western-letters.ts';

/** How the letters of a data file are written. */
export type DataEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | EasternEncoding;

/** A longer chunk is decoded in parts, so that none takes long. */
const PART_BYTES = 16 * 1024;

/** How a file is read. */
export interface DataLetters {
  readonly encoding: DataEncoding;
  /** How many letters are not of the encoding, and cannot be told. */
  readonly lost: number;
  /** What may well be the encoding instead. */
  readonly perhaps?: EasternEncoding | undefined;
}

const UTF_8_MARK = '\xef\xbb\xbf';

/**
 * The encoding of a file, by its mark or by all of its bytes. What is neither marked nor UTF-8 is taken for what Excel writes where it
 * is not told otherwise: in western Europe, unless its letters hardly fit that, or are surely those of another part of it. A few
 * letters that are not UTF-8, such as one that was cut, do not make all others of it wrong.
 * @param head the first bytes, as Latin-1
 * @param open opens the file, where its bytes tell
 * @returns undefined where it is in none of these encodings
 * @throws what opening, the chunks and the work throw
 */
export async function encodingOf(
  head: string,
  open: () => Promise<AsyncIterable<Uint8Array>>,
  work: Work,
): Promise<DataLetters | undefined> {
  if (head.startsWith('\xff\xfe')) return { encoding: 'utf-16le', lost: 0 };
  if (head.startsWith('\xfe\xff')) return { encoding: 'utf-16be', lost: 0 };
  if (await isUtf8(await open(), work)) return { encoding: 'utf-8', lost: 0 };
  const { utf8, lost, mayBeLatin, guess } = await countLetters(await open(), work);
  if (utf8 > lost || head.startsWith(UTF_8_MARK)) return { encoding: 'utf-8', lost };
  if (!mayBeLatin) return undefined;
  return guess?.isSure
    ? { encoding: guess.encoding, lost: 0 }
    : { encoding: 'windows-1252', lost: 0, perhaps: guess?.encoding };
}

async function isUtf8(chunks: AsyncIterable<Uint8Array>, work: Work): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const part of partsOf(chunks, work)) decoder.decode(part, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return false;
    throw error;
  }
}

const LOST = 0xfffd;
const ASCII_END = 0x7f;
/** Letters beyond ASCII that follow one another: hardly as many do in a word in Latin letters; of other scripts most do. */
const RUN = 3;

/** What the bytes of a text that is not UTF-8, or not all of it, tell of its encoding. */
class LetterCounts {
  /** Letters beyond ASCII that are UTF-8, in UTF-16 units, and what is not. */
  utf8 = 0;
  lost = 0;
  #high = 0;
  #highInRuns = 0;
  #run = 0;
  #last = 0;
  #isText = true;
  readonly #bytes = new HighBytes();

  get guess(): LetterGuess | undefined {
    return this.#bytes.guess();
  }

  get mayBeLatin(): boolean {
    // What is no text is told as such where it is read.
    return this.#highInRuns <= this.#high / 2 || !this.#isText;
  }

  add(text: string, bytes: Uint8Array): void {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === LOST) this.lost += 1;
      else if (unit > ASCII_END) this.utf8 += 1;
    }
    for (const byte of bytes) this.#addByte(byte);
  }

  #addByte(byte: number): void {
    this.#bytes.add(byte);
    if (byte === 0) this.#isText = false;
    if (byte <= ASCII_END) this.#run = 0;
    else {
      this.#high += 1;
      // A letter that is drawn out, or a row of dots, makes no run.
      if (byte !== this.#last) this.#run += 1;
      if (byte !== this.#last && this.#run >= RUN) this.#highInRuns += this.#run === RUN ? RUN : 1;
    }
    this.#last = byte;
  }
}

async function countLetters(chunks: AsyncIterable<Uint8Array>, work: Work): Promise<LetterCounts> {
  const decoder = new TextDecoder('utf-8');
  const counts = new LetterCounts();
  for await (const part of partsOf(chunks, work)) counts.add(decoder.decode(part, { stream: true }), part);
  counts.add(decoder.decode(), new Uint8Array());
  return counts;
}

/** The text of a file, a part at a time, without the mark at its beginning. */
export async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
  encoding: DataEncoding,
  work: Work,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  const letters = LETTERS[encoding] ?? ((text) => text);
  let held = '';
  for await (const part of partsOf(chunks, work)) {
    const text = held + decoder.decode(part, { stream: true });
    // What follows may be another accent of the last letter.
    held = encoding === 'windows-1258' ? (LAST_LETTER.exec(text)?.[0] ?? '') : '';
    yield letters(text.slice(0, text.length - held.length));
  }
  yield letters(held + decoder.decode());
}

const LAST_LETTER = /\P{M}\p{M}{0,9}$/u;

/** What else is to be done with the letters of an encoding. */
const LETTERS: Partial<Record<DataEncoding, (text: string) => string>> = {
  'windows-1252': withLettersOfWindows,
  'windows-1258': (text) => text.normalize('NFC'),
};

async function* partsOf(chunks: AsyncIterable<Uint8Array>, work: Work): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PART_BYTES) {
      await work.pause();
      yield chunk.subarray(at, at + PART_BYTES);
    }
  }
}
