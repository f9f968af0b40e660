import path from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import { writeFileAtomic } from '../atomic-write.ts';
import { InputError } from '../errors.ts';
import type { FileLock } from '../file-lock.ts';
import type { Fit } from './fit.ts';
import type { TrainingPlan } from './plan.ts';
import { hold, holdAndRead, keepCheckpoint } from './run-folder.ts';
import {
  areTexts,
  type FoundRun,
  formerName,
  newestOf,
  type RunRecord,
  readOwnJson,
  readRecord,
  runsFolder,
  runsOf,
} from './run-record.ts';

/** `together.json` in the folder of the first of the runs. */
interface GroupRecord {
  /** How they were asked for, such as `seeds 1,2,3`. */
  readonly asked: string;
  /** Their folders' names, in their order. */
  readonly runs: readonly string[];
  /** Hashes of their plans. */
  readonly plans: readonly string[];
  /** The last step of all of them at which every one was saved, from which they go on. */
  readonly step: number;
  readonly ended: boolean;
}

const TOGETHER = 'together.json';

/**
 * Runs that go on side by side, as they are found again when they were stopped or killed. Their steps are computed together, and how the
 * sums of one are rounded may depend on the others; so they go on from one step of all, as if nothing had been, and end
 * with the same bytes. Each is saved under the number of that step, and this file names the last one at which all have been.
 */
export class RunGroup {
  /** How the runs are made to fit into memory; undefined for new ones. */
  readonly fit: Fit | undefined;
  /** What the task file of runs that go on was called before, where it has been renamed. */
  readonly former: string | undefined;
  private readonly asked: string;
  private readonly plans: readonly string[];
  private record: GroupRecord | undefined;
  private parent: string;
  private lock: FileLock | undefined;

  private constructor(
    asked: string,
    plans: readonly TrainingPlan[],
    found?: { record: GroupRecord; run: RunRecord; lock: FileLock },
  ) {
    this.asked = asked;
    this.plans = plans.map(({ hash }) => hash);
    this.parent = runsFolder(plans[0]!.project.path);
    this.record = found?.record;
    this.fit = found?.run.fit;
    this.former = found && formerName(found.run, plans[0]!.project.path);
    this.lock = found?.lock;
  }

  /** For new runs. @param asked tells runs that were asked for otherwise apart */
  static fresh(asked: string, plans: readonly TrainingPlan[]): RunGroup {
    return new RunGroup(asked, plans);
  }

  /**
   * The newest runs that were asked for in this way, where they have not ended; those of a file that was renamed are found as
   * `newestOf` has it.
   * @throws InputError where their settings, data or model have changed
   * @throws BusyError where another process is at them
   */
  static async findUnfinished(asked: string, plans: readonly TrainingPlan[]): Promise<RunGroup | undefined> {
    const { project, tasks } = plans[0]!;
    const hashes = hashesOf(plans);
    const found = await newestOf(project.path, hashes, firstRuns(asked, project.path, [...tasks.keys()]));
    if (!found) return undefined;
    const { dir } = found;
    const read = async () => [await readGroup(dir), await readRecord(dir)] as const;
    const [lock, [group, run]] = await holdAndRead(dir, read, TOGETHER);
    if (group && run && !group.ended && group.plans.join() === hashes) {
      return new RunGroup(asked, plans, { record: group, run, lock });
    }
    await lock.release();
    if (!group || group.ended) return undefined;
    throw new InputError(
      t(
        '{0} cannot be resumed: its settings, data or model have changed since it was started; start a new run without --resume',
        dir,
      ),
    );
  }

  /** The step of all runs that they go on from. */
  get step(): number {
    return this.record?.step ?? 0;
  }

  /** The folder of a run that is resumed. */
  dir(run: number): string | undefined {
    return this.record && path.join(this.parent, this.record.runs[run]!);
  }

  /** To be called when every run that goes on has been saved at a step. @param dirs of all runs, in their order */
  async savedAt(step: number, dirs: readonly string[]): Promise<void> {
    this.lock ??= await hold(dirs[0]!, TOGETHER);
    const runs = dirs.map((dir) => path.basename(dir));
    await this.write({ asked: this.asked, runs, plans: this.plans, step, ended: false });
    for (const dir of dirs) await keepCheckpoint(dir, step);
  }

  /** Nothing goes on from them any more. */
  async end(): Promise<void> {
    if (this.record) await this.write({ ...this.record, ended: true });
  }

  /** Lets other processes have them. */
  async release(): Promise<void> {
    await this.lock?.release();
    this.lock = undefined;
  }

  private async write(record: GroupRecord): Promise<void> {
    const file = path.join(this.parent, record.runs[0]!, TOGETHER);
    await writeFileAtomic(file, new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`));
    this.record = record;
  }
}

function hashesOf(plans: readonly TrainingPlan[]): string {
  return plans.map(({ hash }) => hash).join();
}

/** The first of each time that runs were asked for in this way, the newest first. */
async function* firstRuns(asked: string, taskFile: string, tasks: readonly string[]): AsyncGenerator<FoundRun> {
  for await (const { dir, record } of runsOf(taskFile, tasks)) {
    const group = record.together && (await readGroup(dir));
    if (group?.asked === asked) yield { dir, record, plan: group.plans.join(), hasEnded: group.ended };
  }
}

/** The name of a folder beside, which leads nowhere else. */
function isNameBeside(name: unknown): boolean {
  return typeof name === 'string' && !['', '.', '..'].includes(name) && path.basename(name) === name;
}

async function readGroup(dir: string): Promise<GroupRecord | undefined> {
  const record = (await readOwnJson(dir, TOGETHER)) as GroupRecord;
  try {
    const { runs, plans, step } = record;
    const beside = Array.isArray(runs) && runs.every(isNameBeside);
    const isWhole = beside && areTexts(plans) && plans.length > 0 && runs.length >= plans.length;
    return isWhole && Number.isSafeInteger(step) && step >= 0 ? record : undefined;
  } catch {
    return undefined;
  }
}
