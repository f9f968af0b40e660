import type { Work } from '../data/work.ts';

/** How the letters of a data file are written. */
export type DataEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** What Windows writes for the bytes from 0x80 on, where Unicode has control characters, which some versions of Node give instead. */
const OF_WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** A longer chunk is decoded in parts, so that none takes long. */
const PART_BYTES = 16 * 1024;

/** How a file is read. */
export interface DataLetters {
  readonly encoding: DataEncoding;
  /** How many letters are not of the encoding, and cannot be told. */
  readonly lost: number;
}

const UTF_8_MARK = '\xef\xbb\xbf';

/**
 * The encoding of a file, by its mark or by all of its bytes. What is neither marked nor UTF-8 is taken for what Excel writes in
 * western Europe where it is not told otherwise, unless it can hardly be that. A few letters that are not UTF-8, such as one that was
 * cut, do not make all others of it wrong.
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
  const { utf8, lost, mayBeWestern } = await countLetters(await open(), work);
  if (utf8 > lost || head.startsWith(UTF_8_MARK)) return { encoding: 'utf-8', lost };
  return mayBeWestern ? { encoding: 'windows-1252', lost: 0 } : undefined;
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
/** Letters beyond ASCII that follow one another: hardly as many do in a word of western Europe; of other scripts most do. */
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

  get mayBeWestern(): boolean {
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
  const lettersOf = encoding === 'windows-1252' ? withLettersOfWindows : (text: string) => text;
  for await (const part of partsOf(chunks, work)) yield lettersOf(decoder.decode(part, { stream: true }));
  yield lettersOf(decoder.decode());
}

function withLettersOfWindows(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (control) => OF_WINDOWS[control.charCodeAt(0) - 0x80]!);
}

async function* partsOf(chunks: AsyncIterable<Uint8Array>, work: Work): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PART_BYTES) {
      await work.pause();
      yield chunk.subarray(at, at + PART_BYTES);
    }
  }
}
