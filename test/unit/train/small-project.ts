import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { openProject, type Project } from '../../../engine/src/project.ts';
import { planTraining, type TrainingPlan } from '../../../engine/src/train/plan.ts';
import { type StopRequest, type TrainOptions, train } from '../../../engine/src/train/train.ts';
import type { TrainEvent } from '../../../protocol/src/training-events.ts';
import { writeSmallBackbone } from './small-backbone.ts';

// Test files that share a process share this module, so the folder stays until the run of the tests ends.
const folder = mkdtempSync(path.join(tmpdir(), 'ptask-test-'));
const MODEL = writeSmallBackbone(path.join(folder, 'model'));
let projects = 0;

export type Json = Record<string, unknown>;

const mood = {
  taskname: 'mood',
  prompt_template: '<|VIRTUAL_PROMPT_0|> {text}: {label}',
  total_virtual_tokens: 3,
  truncate_field: 'text',
  answer_only_loss: true,
  answer_field: 'label',
  labels: { good: ['g'], bad: ['b'] },
};

const echo = {
  taskname: 'echo',
  prompt_template: 'Say{text}<|VIRTUAL_PROMPT_0|>!<|VIRTUAL_PROMPT_1|>{answer}',
  total_virtual_tokens: 5,
  virtual_token_splits: [2, 3],
  answer_only_loss: true,
  answer_field: 'answer',
};

function moodRow(n: number): Json {
  const good = n % 3 > 0;
  return { taskname: 'mood', text: `${good ? 'up' : 'down'} ${n}`, label: ['bad', 'good', 'g'][n % 3] };
}

const rowsFrom = (from: number, count: number, rowOf: (n: number) => Json) =>
  Array.from({ length: count }, (_, n) => rowOf(from + n));

/** A project of a task whose answers have more tokens than are generated, but for one. */
export function writeLongAnswers(): string {
  const answer = (n: number) => `${n}${'qzxj'.repeat(n === 0 ? 2 : 20)}`;
  const rows = Array.from({ length: 4 }, (_, n) => ({ taskname: 'echo', text: `t${n}`, answer: answer(n) }));
  const data = { train_ds: ['long.jsonl'], test_ds: ['long.jsonl'] };
  const model = writeSmallBackbone(path.join(folder, 'long-model'), { positions: 192 });
  return writeProject({ model, new_tasks: ['echo'], data }, { 'long.jsonl': rows });
}

/** A project of a task whose answers have two lines, with a model that never met the end of one. */
export function writeUnlearntAnswers(labels: Json = {}): string {
  const rows = Array.from({ length: 4 }, (_, n) => ({ taskname: 'echo', text: `t${n}`, answer: `a\nb${n % 2}` }));
  const data = { train_ds: ['lines.jsonl'], test_ds: ['lines.jsonl'] };
  const model = writeSmallBackbone(path.join(folder, 'unlearnt-model'), { unlearnt: 32 });
  const templates = { task_templates: [mood, { ...echo, ...labels }] };
  return writeProject({ model, new_tasks: ['echo'], data, ...templates }, { 'lines.jsonl': rows });
}

export const DATA: Record<string, Json[]> = {
  'train.jsonl': rowsFrom(0, 10, moodRow),
  'validation.jsonl': rowsFrom(100, 5, moodRow),
  'test.jsonl': rowsFrom(200, 5, moodRow),
  'echo.jsonl': rowsFrom(300, 5, (n) => ({ taskname: 'echo', text: `t${n}`, answer: `t${n}` })),
};

/** A trainer that makes two epochs, but for these changes. */
export function withTrainer(changes: Json): Json {
  return { trainer: { max_epochs: 2, batch_size: 4, seed: 7, early_stopping: null, ...changes } };
}

/** Three steps an epoch, two epochs. */
const TASK_FILE: Json = {
  model: MODEL,
  new_tasks: ['mood'],
  task_templates: [mood, echo],
  data: { train_ds: ['train.jsonl'], validation_ds: ['validation.jsonl'], test_ds: ['test.jsonl'] },
  p_tuning: { encoder_type: 'mlp', encoder_hidden: 8 },
  optim: { lr: 0.02, sched: { name: 'CosineAnnealing', warmup_steps: 2 } },
  ...withTrainer({}),
};

/** Both tasks, with the encoder that has every kind of parameter, and dropout. */
export const BOTH_TASKS: Json = {
  new_tasks: ['mood', 'echo'],
  data: { train_ds: ['train.jsonl', 'echo.jsonl'], validation_ds: ['validation.jsonl'] },
  p_tuning: { encoder_type: 'lstm', num_layers: 2, encoder_hidden: 8, dropout: 0.3 },
  ...withTrainer({}),
};

/** Writes a task file with these keys instead of its own, its data and nothing else. Returns the task file's path. */
export function writeProject(keys: Json = {}, data: Record<string, Json[]> = {}): string {
  const dir = path.join(folder, `project-${projects++}`);
  mkdirSync(dir);
  for (const [name, rows] of Object.entries({ ...DATA, ...data })) {
    writeFileSync(path.join(dir, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  const file = path.join(dir, 'small.ptask.json');
  rewriteProject(file, keys);
  return file;
}

/** Replaces the task file by one with these keys. */
export function rewriteProject(file: string, keys: Json): void {
  writeFileSync(file, JSON.stringify({ ...TASK_FILE, ...keys }));
}

/** @throws Error with the problems where one is an error */
export async function open(file: string): Promise<Project> {
  const { project, problems } = await openProject(file);
  if (!project) throw new Error(problems.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  return project;
}

export interface Trained {
  readonly plan: TrainingPlan;
  readonly events: TrainEvent[];
  /** The prompt table's bytes; undefined without one. */
  readonly table: Buffer | undefined;
}

/** Plans and trains, and collects what it says. `stopAfter` counts the steps of this call. */
export async function trainProject(
  file: string,
  options: Partial<TrainOptions> & {
    readonly tasks?: readonly string[];
    readonly stopAfter?: number;
    readonly how?: StopRequest;
  } = {},
): Promise<Trained> {
  const plan = await planTraining(await open(file), options.tasks ?? []);
  const events: TrainEvent[] = [];
  let steps = 0;
  const stopRequested = () => (steps === options.stopAfter ? (options.how ?? 'pause') : undefined);
  try {
    for await (const event of train(plan, { resume: false, stopRequested, ...options })) {
      events.push(event);
      if (event.event === 'step') steps++;
    }
  } finally {
    plan.train.close();
    plan.validation.close();
  }
  return { plan, events, table: tableBytes(file) };
}

export function tablePath(file: string): string {
  return path.join(path.dirname(file), 'small.prompts.safetensors');
}

export function tableBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(tablePath(file));
  } catch {
    return undefined;
  }
}

/** Folders of the project's runs, the oldest first. */
export function runs(file: string): string[] {
  const parent = path.join(path.dirname(file), '.ptask/runs');
  return readdirSync(parent)
    .sort()
    .map((name) => path.join(parent, name));
}

export function metrics(run: string): Json[] {
  const text = readFileSync(path.join(run, 'metrics.jsonl'), 'utf8');
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Json);
}

/** The numbers of the steps that were taken, by events or by lines of metrics. */
export function stepsOf(events: readonly (TrainEvent | Json)[]): unknown[] {
  return events.flatMap((event) => (event.event === 'step' ? [(event as Json).step] : []));
}

/** A prompt's date is that of its run, so that tables of two runs are compared under one date. */
export function withFixedDate(): void {
  beforeEach(() => {
    vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
}

/** The checkpoint of the project's newest run. */
export function checkpointOf(file: string): string {
  return path.join(runs(file).at(-1)!, 'checkpoint.safetensors');
}

/** `run.json` of the project's newest run. */
export function recordOf(file: string): Json {
  return JSON.parse(readFileSync(path.join(runs(file).at(-1)!, 'run.json'), 'utf8')) as Json;
}
