import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { EpochEvent, StepEvent } from '../../../protocol/src/training-events.ts';
import { writeFileAtomic } from '../atomic-write.ts';
import { FileError, InputError } from '../errors.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';

export type RunState = 'running' | 'stopped' | 'done' | 'failed';

/** What was asked, on what: `run.json`. */
export interface RunRecord {
  readonly task_file: string;
  readonly tasks: readonly string[];
  readonly model: string;
  readonly backbone: string;
  readonly device: string;
  readonly train_rows: number;
  readonly validation_rows: number;
  readonly settings: unknown;
  /** Hash of all that the result depends on; a run is resumed only where it is the same. */
  readonly plan: string;
  /** ISO 8601; also the date of the prompts that the run gives. */
  readonly created: string;
  readonly version: string;
  readonly state: RunState;
}

const RUN = 'run.json';
const METRICS = 'metrics.jsonl';
const CHECKPOINT = 'checkpoint.safetensors';
const BEST = 'best.prompts.safetensors';

/** The folder of one run, `.ptask/runs/<time>-<task>/` beside the task file. */
export class RunFolder {
  readonly dir: string;
  record: RunRecord;

  private constructor(dir: string, record: RunRecord) {
    this.dir = dir;
    this.record = record;
  }

  /** @throws FileError where the folder cannot be made */
  static async create(record: RunRecord): Promise<RunFolder> {
    const parent = runsFolder(record.task_file);
    const time = record.created.replace(/[-:]|\.\d+Z$/g, '').replace('T', '-');
    const name = `${time}-${record.tasks[0]!.replace(/[^\p{L}\p{N}_-]+/gu, '_').slice(0, 60)}`;
    const dir = await makeUnused(path.join(parent, name));
    const run = new RunFolder(dir, record);
    await run.write(record);
    return run;
  }

  /**
   * The newest run of these tasks that has not ended, if there is one.
   * @throws InputError where it was started with other settings, data or model, so that it cannot go on as it began
   */
  static async findUnfinished(
    taskFile: string,
    tasks: readonly string[],
    plan: string,
  ): Promise<RunFolder | undefined> {
    const parent = runsFolder(taskFile);
    const names = await readdir(parent).catch(() => []);
    for (const name of names.sort().toReversed()) {
      const record = await readRecord(path.join(parent, name, RUN));
      if (!record || record.task_file !== taskFile || record.tasks.join('\n') !== tasks.join('\n')) continue;
      if (record.state === 'done' || record.state === 'failed') return undefined;
      if (record.plan !== plan) {
        throw new InputError(
          `${path.join(parent, name)} cannot be resumed: its settings, data or model have changed since it was started; start a new run without --resume`,
        );
      }
      return new RunFolder(path.join(parent, name), record);
    }
    return undefined;
  }

  /** A prompt table of this run's own, with the best prompts so far. */
  get bestPromptsPath(): string {
    return path.join(this.dir, BEST);
  }

  async setState(state: RunState): Promise<void> {
    if (state !== this.record.state) await this.write({ ...this.record, state });
  }

  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await saveCheckpoint(path.join(this.dir, CHECKPOINT), checkpoint);
  }

  /** Undefined where the run ended before its first checkpoint. @throws FileError where it is broken */
  async loadCheckpoint(): Promise<Checkpoint | undefined> {
    try {
      return await loadCheckpoint(path.join(this.dir, CHECKPOINT));
    } catch (error) {
      if (error instanceof FileError && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async addMetrics(event: StepEvent | EpochEvent): Promise<void> {
    const file = path.join(this.dir, METRICS);
    await appendFile(file, `${JSON.stringify(event)}\n`).catch((error: unknown) => {
      throw FileError.from(file, 'written', error);
    });
  }

  /** Drops what was measured after a checkpoint that the run goes on from, a half written line included. */
  async keepMetrics(step: number, epoch: number): Promise<void> {
    const file = path.join(this.dir, METRICS);
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
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

  private async write(record: RunRecord): Promise<void> {
    await writeFileAtomic(path.join(this.dir, RUN), new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`));
    this.record = record;
  }
}

function runsFolder(taskFile: string): string {
  return path.join(path.dirname(taskFile), '.ptask', 'runs');
}

async function makeUnused(dir: string): Promise<string> {
  try {
    await mkdir(path.dirname(dir), { recursive: true });
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

async function readRecord(file: string): Promise<RunRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as RunRecord;
    return Array.isArray(record.tasks) ? record : undefined;
  } catch {
    return undefined;
  }
}
