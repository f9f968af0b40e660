import { readFile, stat } from 'node:fs/promises';
import { t } from '../../l10n/src/words.ts';

/**
 * All bytes of a file. What is none is not read: a pipe would be waited for, and a device such as `/dev/zero` fill the memory,
 * without end.
 * @throws Error of the system, or for what is no file
 */
export async function readWhole(path: string): Promise<Buffer> {
  const found = await stat(path);
  // A folder is told by being read.
  if (!found.isFile() && !found.isDirectory()) throw new Error(t('it is not a file'));
  return readFile(path);
}
