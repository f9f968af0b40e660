import type { Work } from '../data/work.ts';

/** How the letters of a data file are written. */
export type DataEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** What Windows writes for the bytes from 0x80 on, where Unicode has control characters, which some versions of Node give instead. */
const OF_WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** A longer chunk is decoded in parts, so that none takes long. */
const PART_BYTES = 16 * 1024;

/**
 * The encoding of a file, by its mark or by all of its bytes. What is neither marked nor UTF-8 is taken for what Excel writes in
 * western Europe where it is not told otherwise.
 * @param head the first bytes, as Latin-1
 * @param open opens the file, where its bytes tell
 * @throws what opening, the chunks and the work throw
 */
export async function encodingOf(
  head: string,
  open: () => Promise<AsyncIterable<Uint8Array>>,
  work: Work,
): Promise<DataEncoding> {
  if (head.startsWith('\xff\xfe')) return 'utf-16le';
  if (head.startsWith('\xfe\xff')) return 'utf-16be';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of await open()) {
      for (const part of partsOf(chunk)) {
        await work.pause();
        decoder.decode(part, { stream: true });
      }
    }
    decoder.decode();
    return 'utf-8';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'windows-1252';
    throw error;
  }
}

/** The text of a file, a part at a time, without the mark at its beginning. */
export async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
  encoding: DataEncoding,
  work: Work,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  const lettersOf = encoding === 'windows-1252' ? withLettersOfWindows : (text: string) => text;
  for await (const chunk of chunks) {
    for (const part of partsOf(chunk)) {
      await work.pause();
      yield lettersOf(decoder.decode(part, { stream: true }));
    }
  }
  yield lettersOf(decoder.decode());
}

function withLettersOfWindows(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (control) => OF_WINDOWS[control.charCodeAt(0) - 0x80]!);
}

function* partsOf(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += PART_BYTES) yield chunk.subarray(at, at + PART_BYTES);
}
