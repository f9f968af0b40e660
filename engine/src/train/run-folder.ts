import { appendFile, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import type { RunState } from '../../../protocol/src/runs.ts';
import type { EpochEvent, StepEvent } from '../../../protocol/src/training-events.ts';
import { makeFolders } from '../atomic-folder.ts';
import { writeFileAtomic } from '../atomic-write.ts';
import { BusyError, FileError, InputError } from '../errors.ts';
import { type FileLock, holderText, LockedError, lockFile, lockHolder } from '../file-lock.ts';
import { whenLetGo } from '../when-let-go.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import {
  ENDED,
  formerName,
  METRICS,
  newestRun,
  RUN,
  type RunRecord,
  readRecord,
  requireNoLinks,
  runsFolder,
} from './run-record.ts';

/** Milliseconds to wait for a process that is about to leave a run, such as that of a window that was closed just now. */
const PATIENCE = 10_000;

/** Of a run beside others, for each step of all that they were saved at, and none for its end. */
const checkpointName = (step?: number) =>
  step === undefined ? 'checkpoint.safetensors' : `checkpoint-${step}.safetensors`;

/** A prompt table of a run's own, with its best prompts so far. @param dir the run's folder */
export const bestPromptsPath = (dir: string) => path.join(dir, 'best.prompts.safetensors');

/**
 * The folder of one run, `.ptask/runs/<time>-<task>/` beside the task file. It is held by one process at a time, by the
 * lock of its `run.json`, so that two never train it at once and a run that was killed is told from one that goes on.
 */
export class RunFolder {
  readonly dir: string;
  record: RunRecord;
  private readonly lock: FileLock;

  private constructor(dir: string, record: RunRecord, lock: FileLock) {
    this.dir = dir;
    this.record = record;
    this.lock = lock;
  }

  /** @throws FileError where the folder cannot be made */
  static async create(record: RunRecord): Promise<RunFolder> {
    const parent = runsFolder(record.task_file);
    const time = record.created.replace(/[-:]|\.\d+Z$/g, '').replace('T', '-');
    const task = record.tasks[0]!.replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '_').slice(0, 60);
    // Half a character is none that a file could be named with.
    const name = `${time}-${task.replace(/[\ud800-\udbff]$/, '')}`;
    const dir = await makeUnused(path.join(parent, name));
    try {
      const run = new RunFolder(dir, record, await hold(dir));
      await run.orRelease(run.write(record));
      return run;
    } catch (error) {
      // Nothing is in it, and nothing goes on from it.
      await rmdir(dir).catch(() => undefined);
      throw error;
    }
  }

  /**
   * The newest run of these tasks, where it has not ended; an older one would undo what came after it.
   * @throws InputError where it was started with other settings, data or model, so that it cannot go on as it began
   * @throws BusyError where another process is at it
   */
  static async findUnfinished(
    taskFile: string,
    tasks: readonly string[],
    plan: string,
  ): Promise<RunFolder | undefined> {
    const dir = await newestRun(taskFile, tasks, plan);
    if (dir === undefined) return undefined;
    const [lock, record] = await holdAndRead(dir, () => readRecord(dir));
    if (record && !ENDED.includes(record.state) && record.plan === plan) return new RunFolder(dir, record, lock);
    await lock.release();
    if (!record || ENDED.includes(record.state)) return undefined;
    throw new InputError(
      t(
        '{0} cannot be resumed: its settings, data or model have changed since it was started; start a new run without --resume',
        dir,
      ),
    );
  }

  /** The run of a folder, whatever has become of it. @throws BusyError where another process is at it */
  static async reopen(dir: string): Promise<RunFolder> {
    const [lock, record] = await holdAndRead(dir, () => readRecord(dir));
    if (record) return new RunFolder(dir, record, lock);
    await lock.release();
    throw new FileError(path.join(dir, RUN), t('cannot be read; start new runs without --resume'));
  }

  /** Lets other processes have the run. */
  async release(): Promise<void> {
    await this.lock.release();
  }

  get bestPromptsPath(): string {
    return bestPromptsPath(this.dir);
  }

  async setState(state: RunState): Promise<void> {
    if (state !== this.record.state) await this.write({ ...this.record, state });
  }

  /**
   * Goes on, for the task file as it is called now.
   * @returns how that was called before, where it has been renamed
   */
  async goOn(taskFile: string): Promise<string | undefined> {
    const former = formerName(this.record, taskFile);
    if (former === undefined) await this.orRelease(this.setState('running'));
    else await this.orRelease(this.write({ ...this.record, task_file: taskFile, state: 'running' }));
    return former;
  }

  /** @param step of all runs, where it is one of several */
  async saveCheckpoint(checkpoint: Checkpoint, step?: number): Promise<void> {
    await saveCheckpoint(path.join(this.dir, checkpointName(step)), checkpoint);
  }

  /**
   * Undefined where the run ended before its first checkpoint.
   * @param step of all runs, where it is one of several; what it ended with is given where it had ended by then
   * @throws FileError where it is broken
   */
  async loadCheckpoint(step?: number): Promise<Checkpoint | undefined> {
    try {
      return await loadCheckpoint(path.join(this.dir, checkpointName(step)));
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== 'ENOENT') throw error;
      return step === undefined ? undefined : this.loadCheckpoint();
    }
  }

  async addMetrics(event: StepEvent | EpochEvent): Promise<void> {
    const file = path.join(this.dir, METRICS);
    await whenLetGo(() => appendFile(file, `${JSON.stringify(event)}\n`)).catch((error: unknown) => {
      throw FileError.from(file, 'written', error);
    });
  }

  /** Drops what was measured after a checkpoint that the run goes on from, a half written line included. */
  async keepMetrics(step: number, epoch: number): Promise<void> {
    const file = path.join(this.dir, METRICS);
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      // A run that was stopped before its first step has none. What cannot be read now is not to be written anew as empty.
      if (error.code === 'ENOENT') return '';
      throw FileError.from(file, 'read', error);
    });
    const lines = text.split('\n');
    const kept = lines.filter((line) => {
      try {
        const event = JSON.parse(line) as StepEvent | EpochEvent;
        return event.event === 'step' ? event.step <= step : event.epoch <= epoch;
      } catch {
        return false;
      }
    });
    await writeFileAtomic(file, new TextEncoder().encode(kept.map((line) => `${line}\n`).join('')));
  }

  /** Lets other processes have the run where it cannot be begun. */
  private async orRelease(beginning: Promise<void>): Promise<void> {
    await beginning.catch(async (error: unknown) => {
      await this.release();
      throw error;
    });
  }

  private async write(record: RunRecord): Promise<void> {
    await writeFileAtomic(path.join(this.dir, RUN), new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`));
    this.record = record;
  }
}

/** The folder of the run that `findUnfinished` would give, if nobody is at it; it is not taken. */
export async function resumableRun(
  taskFile: string,
  tasks: readonly string[],
  plan: string,
): Promise<string | undefined> {
  const dir = await newestRun(taskFile, tasks, plan);
  if (dir === undefined || (await lockHolder(path.join(dir, RUN)))) return undefined;
  return (await readRecord(dir))?.plan === plan ? dir : undefined;
}

/** @throws InputError where a run is not the one that `findUnfinished` would give, so that another one would go on, or a new one begin */
export async function requireResumable(
  dir: string,
  taskFile: string,
  tasks: readonly string[],
  plan: string,
): Promise<void> {
  const newest = await newestRun(taskFile, tasks, plan);
  if (newest !== undefined && path.basename(newest) === path.basename(dir)) return;
  throw new InputError(
    (await readRecord(dir))?.together
      ? t('{0} cannot be resumed alone: it goes on beside others, with the command that began them', dir)
      : t('{0} cannot be resumed: it has ended or is gone, or a newer run of the same tasks came after it', dir),
  );
}

/**
 * Holds the folder of a run that is to go on, and reads what it says then: whoever held it may have brought it to its end.
 * @param file of the folder, which is locked
 */
export async function holdAndRead<T>(dir: string, read: () => Promise<T>, file = RUN): Promise<readonly [FileLock, T]> {
  await requireNoLinks(dir);
  const lock = await hold(dir, file);
  try {
    return [lock, await read()];
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** @param file of the folder, which is locked */
export async function hold(dir: string, file = RUN): Promise<FileLock> {
  try {
    return await lockFile(path.join(dir, file), PATIENCE);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new BusyError(
      t('{0}: this run is going on in {1}; if it is not, delete {2}', dir, holderText(error.holder), error.lock),
    );
  }
}

async function makeUnused(dir: string): Promise<string> {
  const parent = path.dirname(dir);
  await makeFolders(parent).catch((error: NodeJS.ErrnoException) => {
    throw FileError.from(error.path ?? parent, 'written', error);
  });
  try {
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? dir : `${dir}-${n}`;
      const made = await mkdir(candidate).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (made) return candidate;
    }
  } catch (error) {
    throw FileError.from(dir, 'written', error);
  }
}

/** Takes away the checkpoints of a run beside others, but that of one step. What cannot go now goes after the next one. */
export async function keepCheckpoint(dir: string, step: number): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    if (!/^checkpoint-\d+\.safetensors$/.test(name) || name === checkpointName(step)) continue;
    await whenLetGo(() => rm(path.join(dir, name))).catch(() => undefined);
  }
}
