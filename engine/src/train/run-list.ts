import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import type {
  BestEpoch,
  EpochPoint,
  RunMetricsResult,
  RunState,
  RunSummary,
  StepPoint,
} from '../../../protocol/src/runs.ts';
import type { ValidationMetrics } from '../../../protocol/src/training-events.ts';
import { InputError } from '../errors.ts';
import { lockHolder } from '../file-lock.ts';
import { METRICS, RUN, readOwn, runsFolder, taskFileOf } from './run-record.ts';

/*
 * What run folders say of their runs, for people who look at them. Nothing in a folder is trusted: it may be of another
 * version, half written, or changed by hand; what cannot be read is left out.
 */

/** Bytes of a metrics file that are read, the newest: some 500,000 steps. */
const MOST_BYTES = 64 * 2 ** 20;

/** Runs that are read at a time, of whatever folders: more would take the memory of all their numbers at once, and more open files than a system may allow. */
const AT_A_TIME = 8;

/** The runs of the task files in some folders, the newest first. */
export async function listRuns(folders: readonly string[]): Promise<RunSummary[]> {
  const found = await inParts(folders, async (folder) => {
    const parent = runsFolder(path.join(folder, 'task file'));
    const names = await readdir(parent).catch(() => []);
    return names.map((name) => path.join(parent, name));
  });
  const runs = await inParts(found.flat(), (dir) => readRun(dir, ofSummary));
  return runs.flatMap((run) => (run ? [run.run] : [])).sort((a, b) => compare(b.created, a.created));
}

async function inParts<T, R>(all: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += AT_A_TIME) {
    results.push(...(await Promise.all(all.slice(from, from + AT_A_TIME).map(each))));
  }
  return results;
}

/** Of the lines of a metrics file those that a summary is made from: epochs, and the last steps. */
function ofSummary(lines: readonly string[]): string[] {
  const last = lines.length - LAST_LINES;
  return lines.filter((line, place) => place >= last || !line.startsWith('{"event":"step"'));
}

/** There is a step among so many, though the last line may be half written, and the one before an epoch. */
const LAST_LINES = 8;

/**
 * A run with what it measured.
 * @param points the most steps to give, at even distances and with the newest
 * @throws InputError where the folder is none of a run
 */
export async function runMetrics(dir: string, points: number): Promise<RunMetricsResult> {
  const run = await readRun(dir);
  if (!run) throw new InputError(t("{0} is no run's folder: there is no {1} in it that can be read", dir, RUN));
  return { ...run, steps: thinned(run.steps, points) };
}

/** @param wanted picks the lines of the metrics file that are read */
async function readRun(
  dir: string,
  wanted: (lines: readonly string[]) => readonly string[] = (lines) => lines,
): Promise<RunMetricsResult | undefined> {
  const record = asObject(parse(await readOwn(dir, RUN).catch(() => '')));
  const tasknames = texts(record?.tasks);
  const state = STATES.find((known) => known === record?.state);
  if (!record || !state || tasknames.length === 0) return undefined;
  const holder = state === 'running' ? await lockHolder(path.join(dir, RUN)) : undefined;
  const { steps, epochs } = readMetrics(wanted((await newestBytes(path.join(dir, METRICS))).split('\n')));
  const last = steps.at(-1);
  const best = epochs.findLast((epoch) => epoch.best);
  const run: RunSummary = {
    dir,
    taskFile: taskFileOf(dir, text(record.task_file) ?? ''),
    tasknames,
    // Its process was killed before it could say so.
    state: state === 'running' && !holder ? 'stopped' : state,
    pid: holder?.pid,
    model: text(record.model) ?? '',
    device: text(record.device) ?? '',
    created: text(record.created) ?? '',
    trainRows: count(record.train_rows) ?? 0,
    validationRows: count(record.validation_rows) ?? 0,
    step: last?.step ?? 0,
    steps: count(record.steps),
    epoch: epochs.at(-1)?.epoch ?? 0,
    epochs: count(record.epochs),
    loss: last?.loss,
    best: best && bestOf(best),
  };
  return { run, steps, epochs };
}

const STATES: readonly RunState[] = ['running', 'stopped', 'cancelled', 'done', 'failed'];

function bestOf({ epoch, validationLoss, accuracy, macroF1, slotF1, wordF1 }: EpochPoint): BestEpoch {
  return { epoch, validationLoss, accuracy, macroF1, slotF1, wordF1 };
}

function readMetrics(lines: readonly string[]): { steps: StepPoint[]; epochs: EpochPoint[] } {
  const steps: StepPoint[] = [];
  const epochs: EpochPoint[] = [];
  for (const line of lines) {
    const event = line === '' ? undefined : asObject(parse(line));
    if (event?.event === 'step') {
      const [step, epoch, loss, lr] = [count(event.step), count(event.epoch), finite(event.loss), finite(event.lr)];
      if (step === undefined || epoch === undefined || loss === undefined) continue;
      steps.push({ step, epoch, loss, lr: lr ?? 0 });
    } else if (event?.event === 'epoch') {
      const [epoch, trainLoss] = [count(event.epoch), finite(event.train_loss)];
      if (epoch === undefined || trainLoss === undefined) continue;
      epochs.push({
        epoch,
        step: steps.at(-1)?.step ?? 0,
        trainLoss,
        validationLoss: finite(event.validation_loss),
        accuracy: byTask(event.validation, 'accuracy'),
        macroF1: byTask(event.validation, 'macro_f1'),
        slotF1: byTask(event.validation, 'slot_f1'),
        wordF1: byTask(event.validation, 'word_f1'),
        best: event.best === true,
      });
    }
  }
  return { steps, epochs };
}

function byTask(validation: unknown, metric: keyof ValidationMetrics): Record<string, number> {
  const measured = Object.entries(asObject(validation) ?? {}).flatMap(([task, metrics]) => {
    const value = finite(asObject(metrics)?.[metric]);
    return value === undefined ? [] : [[task, value] as const];
  });
  return Object.fromEntries(measured);
}

/** At most `points` of them at even distances, the last among them. */
function thinned<T>(all: readonly T[], points: number): T[] {
  if (all.length <= points) return [...all];
  return Array.from({ length: points }, (_, i) => all[Math.ceil(((i + 1) * all.length) / points) - 1]!);
}

async function newestBytes(file: string): Promise<string> {
  // A pipe would be waited for without end.
  const isFile = await lstat(file)
    .then((found) => found.isFile())
    .catch(() => false);
  const handle = isFile ? await open(file, 'r').catch(() => undefined) : undefined;
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, MOST_BYTES));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  } finally {
    await handle.close();
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
const texts = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
const finite = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const count = (value: unknown) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
