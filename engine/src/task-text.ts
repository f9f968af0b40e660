import { isUtf8 } from 'node:buffer';
import { t } from '../../l10n/src/words.ts';
import { readWhole } from '../../model/src/read-whole.ts';
import { FileError } from './errors.ts';

/** What holds rows, by its name, and is given in place of a task file now and then. */
const ROWS = /\.(?:csv|tsv|jsonl)$/i;

/** In bytes; with all the examples that anyone would look at, a task file stays far below. */
const MOST_OF_TASK_FILE = 64 * 2 ** 20;

/** How UTF-16 comes out, which is for the parser to tell of: its mark is no UTF-8. */
const UTF_16_MARK = '\uFFFD\uFFFD';

/**
 * The text of a task file. In another encoding letters would be lost without a word, those of a template among them.
 * @throws FileError
 */
export async function readTaskText(file: string): Promise<string> {
  const bytes = await readWhole(file, MOST_OF_TASK_FILE).catch((error: unknown) => {
    throw FileError.from(file, 'read', error);
  });
  if (ROWS.test(file)) {
    throw new FileError(
      file,
      t(
        'it holds rows, by its name, and that of a task file ends with .ptask.json; {0} makes a task file of rows',
        'ptask new',
      ),
    );
  }
  const text = bytes.toString('utf8');
  if (!isUtf8(bytes) && !text.startsWith(UTF_16_MARK)) {
    throw new FileError(file, t('cannot be read: {0}', t('it is not UTF-8 text; save the file as UTF-8')));
  }
  return text;
}
