import { readFile } from 'node:fs/promises';
import { t } from '../../../l10n/src/words.ts';
import { notAFile } from '../../../model/src/not-a-file.ts';
import {
  parseSafetensors,
  type SafetensorsHeader,
  serializeSafetensors,
  type TensorData,
} from '../../../model/src/safetensors.ts';
import { brokenTable, notATable, type PromptRecord, recordKey, recordOf } from '../../../task/src/prompt-table.ts';
import { requireWritable, writeFileAtomic } from '../atomic-write.ts';
import { FileError, InputError } from '../errors.ts';
import { withFileLock } from '../file-lock.ts';
import { canonicalJson } from '../json-value.ts';

export interface Prompt {
  readonly virtualTokens: number;
  readonly hidden: number;
  /** Row-major [virtualTokens, hidden]. */
  readonly embeddings: Float32Array;
}

export interface TablePrompt extends Prompt {
  /** Undefined for a prompt that another program put into the file, or whose record is not one. */
  readonly record: PromptRecord | undefined;
}

export interface NewPrompt extends Prompt {
  readonly record: Omit<PromptRecord, 'date'>;
}

/** By taskname; in no particular order. */
export type PromptTable = ReadonlyMap<string, TablePrompt>;

interface TableFile {
  readonly bytes: Uint8Array;
  readonly header: SafetensorsHeader;
}

/**
 * Reads and checks a prompt table. A file that does not exist is a table without tasks.
 * @throws FileError when it cannot be read or is broken
 */
export async function readPromptTable(path: string): Promise<PromptTable> {
  const file = await readTable(path);
  const table = new Map<string, TablePrompt>();
  if (!file) return table;
  for (const [taskname, { shape, begin, end }] of file.header.tensors) {
    const [virtualTokens, hidden] = shape as [number, number];
    // A copy: the tensor may start anywhere in the file's buffer, and a Buffer's own `slice` is only a view.
    const embeddings = new Float32Array(new Uint8Array(file.bytes.subarray(begin, end)).buffer);
    const record = recordOf(file.header, taskname);
    table.set(taskname, { virtualTokens, hidden, embeddings, record });
  }
  return table;
}

/**
 * Puts prompts into a prompt table, in place of those of the same tasks if there are any. Everything else in the file
 * stays byte for byte: the other tasks' tensors and records, and metadata of other programs. Runs that end at the
 * same time wait for each other, and the file is replaced as a whole.
 * @param date when the prompts were trained; the environment variable SOURCE_DATE_EPOCH (seconds) takes its place
 *   where it is set, so that the same training gives the same bytes
 * @throws FileError when the table is broken or cannot be written; it is left as it was
 * @throws InputError when a prompt cannot be stored
 */
export async function updatePromptTable(
  path: string,
  prompts: ReadonlyMap<string, NewPrompt>,
  date: Date,
): Promise<void> {
  const stamp = dateStamp(date);
  for (const [taskname, prompt] of prompts) checkPrompt(taskname, prompt);
  await withFileLock(path, async () => {
    const file = await readTable(path);
    const tensors = new Map<string, TensorData>();
    const metadata: Record<string, string> = { ...file?.header.metadata };
    if (file)
      for (const [taskname, { dtype, shape, begin, end }] of file.header.tensors)
        tensors.set(taskname, { dtype, shape, data: file.bytes.subarray(begin, end) });
    for (const [taskname, { virtualTokens, hidden, embeddings, record }] of prompts) {
      tensors.set(taskname, { dtype: 'F32', shape: [virtualTokens, hidden], data: embeddings });
      metadata[recordKey(taskname)] = canonicalJson({ ...record, date: stamp });
    }
    await writeFileAtomic(path, serializeSafetensors(tensors, metadata));
  });
}

/**
 * Finds out before a run, which may take hours, whether its prompts could be put into a table at its end.
 * @throws FileError, InputError as `updatePromptTable`
 */
export async function requireTablePlace(path: string): Promise<void> {
  dateStamp(new Date());
  await requireWritable(path);
  await withFileLock(path, async () => undefined);
}

async function readTable(path: string): Promise<TableFile | undefined> {
  let bytes: Uint8Array;
  try {
    const reason = await notAFile(path);
    if (reason !== undefined) throw new Error(reason);
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw FileError.from(path, 'read', error);
  }
  const result = parseSafetensors(bytes);
  if (result.kind === 'broken') throw new FileError(path, brokenTable(result.problem));
  const problem = notATable(result.header);
  if (problem !== undefined) throw new FileError(path, problem);
  return { bytes, header: result.header };
}

function checkPrompt(taskname: string, { virtualTokens, hidden, embeddings }: NewPrompt): void {
  if (taskname === '__metadata__') throw new InputError(t("a task cannot be named '__metadata__'"));
  if (virtualTokens < 1 || hidden < 1 || embeddings.length !== virtualTokens * hidden)
    throw new InputError(
      t("the prompt of '{0}' has {1} numbers, not {2} × {3}", taskname, embeddings.length, virtualTokens, hidden),
    );
  if (!embeddings.every(Number.isFinite))
    throw new InputError(
      t("the prompt of '{0}' holds a number that is not finite; the table is left as it was", taskname),
    );
}

function dateStamp(date: Date): string {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const taken = epoch ? new Date(Number(epoch) * 1000) : date;
  if (Number.isNaN(taken.getTime()))
    throw new InputError(t("SOURCE_DATE_EPOCH is '{0}', not a number of seconds since 1970", epoch ?? ''));
  return taken.toISOString().replace(/\.\d+Z$/, 'Z');
}
