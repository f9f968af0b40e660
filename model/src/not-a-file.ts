import { stat } from 'node:fs/promises';
import { t } from '../../l10n/src/words.ts';

/**
 * Why what stands at a path is not to be opened; undefined where it may be. A pipe would be waited for, and a device such as
 * `/dev/zero` fill the memory, without end. A folder is told by being opened.
 * @throws Error of the system, such as for what is not there
 */
export async function notAFile(path: string): Promise<string | undefined> {
  const found = await stat(path);
  return found.isFile() || found.isDirectory() ? undefined : t('it is not a file');
}
