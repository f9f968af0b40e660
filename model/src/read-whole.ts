import { readFile } from 'node:fs/promises';
import { notAFile } from './not-a-file.ts';

/**
 * All bytes of a file.
 * @throws Error of the system, or for what is no file
 */
export async function readWhole(path: string): Promise<Buffer> {
  const reason = await notAFile(path);
  if (reason !== undefined) throw new Error(reason);
  return readFile(path);
}
