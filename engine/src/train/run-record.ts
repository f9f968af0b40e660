import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import { isAbsence } from '../../../model/src/file-reason.ts';
import { readWhole } from '../../../model/src/read-whole.ts';
import type { RunState } from '../../../protocol/src/runs.ts';
import { onePath } from '../../../task/src/one-path.ts';
import { FileError } from '../errors.ts';
import { whenLetGo } from '../when-let-go.ts';
import type { Fit } from './fit.ts';

/** What was asked, on what: `run.json`. */
export interface RunRecord {
  /** Where it was when the run began; `taskFileOf` says where it is now. */
  readonly task_file: string;
  readonly tasks: readonly string[];
  readonly model: string;
  readonly backbone: string;
  readonly device: string;
  readonly train_rows: number;
  readonly validation_rows: number;
  /** Of the whole run. */
  readonly epochs: number;
  readonly steps: number;
  readonly settings: unknown;
  /** How it is made to fit into memory, on which the order of sums depends; a resumed run goes on with it. */
  readonly fit?: Fit;
  /** It goes on beside others, and is resumed with them only (`run-group.ts`). */
  readonly together?: true;
  /** Hash of all that the result depends on; a run is resumed only where it is the same. */
  readonly plan: string;
  /** ISO 8601; also the date of the prompts that the run gives. */
  readonly created: string;
  readonly version: string;
  readonly state: RunState;
}

/** States of a run that nothing goes on from. */
export const ENDED: readonly RunState[] = ['done', 'failed', 'cancelled'];

export const RUN = 'run.json';
export const METRICS = 'metrics.jsonl';

export function runsFolder(taskFile: string): string {
  return path.join(path.dirname(taskFile), '.ptask', 'runs');
}

/** The task file of the run in a folder: beside the `.ptask` in which the run lies, wherever they were moved or copied to. */
export function taskFileOf(dir: string, recorded: string): string {
  return path.join(dir, '..', '..', '..', fileNameOf(recorded));
}

/** Of an absolute path that another system may have written. */
function fileNameOf(file: string): string {
  return (path.posix.isAbsolute(file) ? path.posix : path.win32).basename(file);
}

/** In bytes, of a file that says what a run is: it has some thousand, and those of other people's projects are read unasked. */
const MOST_OF_RECORD = 16 * 2 ** 20;

/**
 * A small file of a run. What is none is not opened, nor what a link leads to: it may be a pipe, or a device without an end.
 * @throws Error where it cannot be read
 */
export async function readOwn(dir: string, name: string): Promise<string> {
  const file = path.join(dir, name);
  const found = await lstat(file);
  if (!found.isFile()) throw new FileError(file, t('it is not a file'));
  return String(await readWhole(file, MOST_OF_RECORD));
}

/**
 * What JSON a small file of a run holds; undefined where there is none.
 * @throws FileError where the system refuses to read it: a run is not passed over for that, as a newer one would take its place
 */
export async function readOwnJson(dir: string, name: string): Promise<unknown> {
  const text = await whenLetGo(() => readOwn(dir, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined || isAbsence(error)) return '';
    throw FileError.from(path.join(dir, name), 'read', error);
  });
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Undefined where there is none that a run could go on from.
 * @throws FileError as `readOwnJson`
 */
export async function readRecord(dir: string): Promise<RunRecord | undefined> {
  const record = (await readOwnJson(dir, RUN)) as RunRecord;
  try {
    const { tasks, task_file, fit, created } = record;
    const isWhole =
      areTexts(tasks) &&
      typeof task_file === 'string' &&
      (fit === undefined || isFit(fit)) &&
      !Number.isNaN(Date.parse(created));
    return isWhole ? record : undefined;
  } catch {
    return undefined;
  }
}

export function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isFit({ tokensARun, recompute, prepack }: Fit): boolean {
  const flags = [recompute, prepack];
  return Number.isSafeInteger(tokensARun) && tokensARun > 0 && flags.every((flag) => typeof flag === 'boolean');
}

/**
 * A run that goes on writes into the files that it finds. One that came with a project from elsewhere may have links in their
 * places, to files that are nobody's to write to, or pipes, which would be waited for without end.
 * @throws FileError
 */
export async function requireNoLinks(dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    throw FileError.from(dir, 'read', error);
  });
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link) throw new FileError(path.join(dir, link.name), t('is a link, and a run has no links among its files'));
  const other = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (other) throw new FileError(path.join(dir, other.name), t('it is not a file'));
}

/** A run of some tasks, or the first of several side by side, that is in question for a task file. */
export interface FoundRun {
  readonly dir: string;
  readonly record: RunRecord;
  /** Hash of all that the result depends on. */
  readonly plan: string;
  readonly hasEnded: boolean;
}

/**
 * The newest run of these tasks, where it has not ended; runs side by side aside.
 * @param plan hash of all that the result depends on, by which a run of another name is known; undefined to look for none
 */
export async function newestRun(
  taskFile: string,
  tasks: readonly string[],
  plan: string | undefined,
): Promise<string | undefined> {
  return (await newestOf(taskFile, plan, runsAlone(taskFile, tasks)))?.dir;
}

async function* runsAlone(taskFile: string, tasks: readonly string[]): AsyncGenerator<FoundRun> {
  for await (const { dir, record } of runsOf(taskFile, tasks)) {
    if (!record.together) yield { dir, record, plan: record.plan, hasEnded: ENDED.includes(record.state) };
  }
}

/**
 * The runs in `runsFolder(taskFile)` of these tasks, the newest first.
 * @throws FileError where the system refuses to say which there are
 */
export async function* runsOf(
  taskFile: string,
  tasks: readonly string[],
): AsyncGenerator<Pick<FoundRun, 'dir' | 'record'>> {
  const parent = runsFolder(taskFile);
  const names = await readdir(parent).catch((error: NodeJS.ErrnoException) => {
    if (isAbsence(error)) return [];
    throw FileError.from(parent, 'read', error);
  });
  for (const name of names.sort().toReversed()) {
    const dir = path.join(parent, name);
    const record = await readRecord(dir);
    if (record?.tasks.join('\n') === tasks.join('\n')) yield { dir, record };
  }
}

/**
 * The newest of some runs, where it has not ended: one of this task file, or where there is none, the one of a file that is gone and can
 * only have been given this name since.
 * @param runs the newest first
 */
export async function newestOf(
  taskFile: string,
  plan: string | undefined,
  runs: AsyncIterable<FoundRun>,
): Promise<FoundRun | undefined> {
  const others = new Map<string, FoundRun>();
  for await (const run of runs) {
    const former = formerName(run.record, taskFile);
    if (former === undefined) return run.hasEnded ? undefined : run;
    if (!others.has(onePath(former))) others.set(onePath(former), run);
  }
  const renamed: FoundRun[] = [];
  for (const run of others.values()) {
    if (run.plan !== plan || run.hasEnded) continue;
    if (!(await isThere(taskFileOf(run.dir, run.record.task_file)))) renamed.push(run);
  }
  return renamed.length === 1 ? renamed[0] : undefined;
}

/** The name of the file that a run was begun for, where it has another one now. */
export function formerName({ task_file }: Pick<RunRecord, 'task_file'>, taskFile: string): string | undefined {
  const name = fileNameOf(task_file);
  return isSameName(name, path.basename(taskFile)) ? undefined : name;
}

/** To Windows a name is the same in capitals, however a command has it. */
function isSameName(one: string, other: string): boolean {
  const [a, b] = [onePath(one), onePath(other)];
  return a === b || (process.platform === 'win32' && a.toLowerCase() === b.toLowerCase());
}

/** Whether anything has the path; of what cannot be told it is said that it is there. */
export async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    (error) => !isAbsence(error),
  );
}
