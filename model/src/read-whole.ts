import { open } from 'node:fs/promises';
import { t } from '../../l10n/src/words.ts';
import { notAFile } from './not-a-file.ts';

const MB = 2 ** 20;

/** In bytes. The largest that models come with are some 40 MB; a list of words of that size, read and parsed, takes ten times that. */
export const MOST_OF_TOKENIZER = 256 * MB;

/** In bytes, of a configuration, a chat template or a list of tensors: those of models with thousands of tensors are a few MB. */
export const MOST_OF_CONFIG = 64 * MB;

/** Bytes at a time. */
const PIECE = MB;

/**
 * All bytes of a file.
 * @param most bytes that such a file may have: a link may lead to any file, or to one that has no end though it says it is short
 * @throws Error of the system, or for what is no file or larger
 */
export async function readWhole(path: string, most: number): Promise<Buffer> {
  const reason = await notAFile(path);
  if (reason !== undefined) throw new Error(reason);
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > most) throw tooLarge(most);
    const pieces: Buffer[] = [];
    let length = 0;
    const end = most;
    for await (const piece of file.createReadStream({ end, highWaterMark: PIECE, autoClose: false })) {
      pieces.push(piece as Buffer);
      length += (piece as Buffer).length;
    }
    if (length > most) throw tooLarge(most);
    return Buffer.concat(pieces, length);
  } finally {
    await file.close();
  }
}

function tooLarge(most: number): Error {
  return new Error(t('it is larger than {0} MB, as no such file is', most / MB));
}
