import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Random } from '../../engine/src/random.ts';
import { serializeSafetensors, type TensorData } from '../../model/src/safetensors.ts';
import { tinyTokenizer, writeFolder } from '../unit/model/tiny-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
export const PTASK = path.join(ROOT, 'dist/ptask.js');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  /** Called with standard output and error so far, whenever there is more; `leave` closes standard output, as `head` does. */
  readonly watch?: (text: string, kill: (signal: NodeJS.Signals) => void, leave: () => void) => void;
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** Called with the process's number when it has begun. */
  readonly begun?: (pid: number) => void;
  /** What `ulimit` takes, such as `-f 16`: the largest file that may be written, in blocks of 512 or 1024 bytes. */
  readonly limit?: string;
  /** A file that standard output goes to. */
  readonly stdoutTo?: string;
  /** Another program than the one that was built. */
  readonly program?: string;
}

/** Runs `ptask` to its end. The date is fixed, so that the same training gives the same bytes. */
export function ptask(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [command, ...commandArgs] = [
    ...(options.stdoutTo === undefined ? [] : ['sh', '-c', 'out=$1; shift; exec "$@" >"$out"', 'sh', options.stdoutTo]),
    ...(options.limit === undefined ? [] : ['sh', '-c', `ulimit ${options.limit} && exec "$@"`, 'sh']),
    process.execPath,
    options.program ?? PTASK,
    ...args,
  ];
  const child = spawn(command!, commandArgs, {
    cwd: options.cwd,
    env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000', ...options.env },
  });
  if (child.pid !== undefined) options.begun?.(child.pid);
  let stdout = '';
  let stderr = '';
  const leave = () => child.stdout.destroy();
  const seen = () => options.watch?.(stdout + stderr, (signal) => child.kill(signal), leave);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    seen();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    seen();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** The events of `--json`; fails where a line is no JSON object. */
export function events(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const event = JSON.parse(line) as Record<string, unknown>;
      if (typeof event.event !== 'string') throw new Error(`not an event: ${line}`);
      return event;
    });
}

export interface TaskFileChanges {
  readonly [key: string]: unknown;
}

const HIDDEN = 32;
const VOCAB = 300;
const POSITIONS = 64;
const LAYERS = 2;

/** A GPT-2 of a few thousand random weights, with a token per byte. */
export async function writeRandomModel(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const random = Random.fromSeed(7);
  const normal = (shape: number[], deviation: number): TensorData => ({
    dtype: 'F32',
    shape,
    data: Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => random.normal(0, deviation)),
  });
  const constant = (shape: number[], value: number): TensorData => ({
    dtype: 'F32',
    shape,
    data: new Float32Array(shape[0]!).fill(value),
  });
  const tensors = new Map<string, TensorData>([
    ['wte.weight', normal([VOCAB, HIDDEN], 0.4)],
    ['wpe.weight', normal([POSITIONS, HIDDEN], 0.05)],
    ['ln_f.weight', constant([HIDDEN], 1)],
    ['ln_f.bias', constant([HIDDEN], 0)],
  ]);
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const norm of ['ln_1', 'ln_2']) {
      tensors.set(`h.${layer}.${norm}.weight`, constant([HIDDEN], 1));
      tensors.set(`h.${layer}.${norm}.bias`, constant([HIDDEN], 0));
    }
    const linears: [string, number, number][] = [
      ['attn.c_attn', HIDDEN, 3 * HIDDEN],
      ['attn.c_proj', HIDDEN, HIDDEN],
      ['mlp.c_fc', HIDDEN, 4 * HIDDEN],
      ['mlp.c_proj', 4 * HIDDEN, HIDDEN],
    ];
    for (const [name, from, to] of linears) {
      tensors.set(`h.${layer}.${name}.weight`, normal([from, to], 0.3));
      tensors.set(`h.${layer}.${name}.bias`, constant([to], 0));
    }
  }
  await writeFolder(dir, {
    'config.json': {
      model_type: 'gpt2',
      vocab_size: VOCAB,
      n_embd: HIDDEN,
      n_layer: LAYERS,
      n_head: 2,
      n_positions: POSITIONS,
      eos_token_id: 256,
      bos_token_id: 257,
    },
    'tokenizer.json': tinyTokenizer(),
    'model.safetensors': serializeSafetensors(tensors, { format: 'pt' }),
  });
}

const ROWS = { train: 80, validation: 20, test: 20 } as const;

/** Rows of a task that is learnt from the letters of its words; no word is in two splits. */
export function rowsOf(taskname: string, split: keyof typeof ROWS): Record<string, string>[] {
  const random = Random.fromSeed(1);
  const seen = new Set<string>();
  for (const [name, rows] of Object.entries(ROWS)) {
    const made = Array.from({ length: rows }, (_, i) => {
      const letters = i % 2 === 0 ? 'abcd' : 'wxyz';
      let text: string;
      do text = Array.from({ length: 3 + random.integer(4) }, () => letters[random.integer(4)]).join('');
      while (seen.has(text));
      seen.add(text);
      return { taskname, text, label: i % 2 === 0 ? 'e' : 'u' };
    });
    if (name === split) return made;
  }
  return [];
}

export function taskTemplate(taskname: string): Record<string, unknown> {
  return {
    taskname,
    prompt_template: '<|VIRTUAL_PROMPT_0|> {text}: {label}',
    total_virtual_tokens: 4,
    virtual_token_splits: [4],
    answer_only_loss: true,
    answer_field: 'label',
    labels: { e: ['early'], u: ['upper'] },
  };
}

export async function writeJsonl(file: string, rows: readonly object[]): Promise<void> {
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** A folder with a model, data and `t.ptask.json`; `changes` replaces keys of the task file. Returns the task file. */
export async function writeProject(dir: string, changes: TaskFileChanges = {}): Promise<string> {
  await writeRandomModel(path.join(dir, 'model'));
  for (const split of ['train', 'validation', 'test'] as const) {
    await writeJsonl(path.join(dir, `${split}.jsonl`), rowsOf('kind', split));
  }
  return writeTaskFile(dir, changes);
}

export async function writeTaskFile(
  dir: string,
  changes: TaskFileChanges = {},
  name = 't.ptask.json',
): Promise<string> {
  const file = path.join(dir, name);
  const content = {
    model: 'model',
    prompt_table: 't.prompts.safetensors',
    new_tasks: ['kind'],
    task_templates: [taskTemplate('kind')],
    data: { train_ds: ['train.jsonl'], validation_ds: ['validation.jsonl'], test_ds: ['test.jsonl'] },
    p_tuning: { encoder_type: 'mlp' },
    optim: { lr: 0.02, sched: { name: 'constant', warmup_steps: 0 } },
    trainer: { max_epochs: 20, batch_size: 8, early_stopping: null },
    examples: [{ taskname: 'kind', text: 'abba' }],
    ...changes,
  };
  await writeFile(file, JSON.stringify(content, null, 2));
  return file;
}

export function readTable(dir: string): Promise<Buffer> {
  return readFile(path.join(dir, 't.prompts.safetensors'));
}
