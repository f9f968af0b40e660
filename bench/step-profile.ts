/**
 * Where the time of a training step goes: the runtime's own profile by operator, each node at its fastest of all steps. On one
 * thread, since a node that waits for another thread looks like one that computes. Prints a Markdown table.
 *
 *     npm run bench step-profile -- MODEL-FOLDER [--shape VIRTUALxLENGTHxBATCH] [--steps 12] [--sizes]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { backboneOf } from '../engine/src/backbone/backbone.ts';
import { Random } from '../engine/src/random.ts';
import { BackboneStep } from '../engine/src/train/backbone-step.ts';
import { openModelFolder } from '../model/src/model-folder.ts';

/** What the runtime's profile says of one run of a node. */
interface NodeEvent {
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args: {
    readonly op_name: string;
    /** By input: its type and its sizes. */
    readonly input_type_shape: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

const { values, positionals } = parseArgs({
  options: {
    shape: { type: 'string', default: '10x32x16' },
    steps: { type: 'string', default: '12' },
    // One line for each operator and sizes of its inputs.
    sizes: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const opened = await openModelFolder(positionals[0]!, { tokenizer: 'optional' });
if (opened.kind !== 'ok') throw new Error(opened.problem);
const { hidden, vocabSize } = opened.model.config;
const [virtual, length, rows] = values.shape.split('x').map(Number) as [number, number, number];
const random = Random.fromSeed(0);
const batch = Array.from({ length: rows }, () => {
  const ids = Int32Array.from({ length: virtual + length }, (_, i) =>
    i < virtual ? -1 - i : random.integer(vocabSize),
  );
  return { taskname: 'a', row: { ids, firstTarget: ids.length - 2 } };
});
const prompts = new Map([['a', Float32Array.from({ length: virtual * hidden }, () => 0.02 * random.uniform(-1, 1))]]);

const folder = mkdtempSync(path.join(tmpdir(), 'ptask-profile-'));
try {
  const step = new BackboneStep(backboneOf(opened.model), { threads: 1, profilePrefix: path.join(folder, 'step') });
  for (let n = 0; n < Number(values.steps); n++) await step.run(batch, prompts);
  // The profile is written when a session ends.
  await step.release();
  printTable(readdirSync(folder).flatMap((name) => nodeEvents(path.join(folder, name))));
} finally {
  rmSync(folder, { recursive: true });
}

function nodeEvents(file: string): NodeEvent[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as NodeEvent[]).filter(({ name }) => name.endsWith('_kernel_time'));
}

function printTable(events: readonly NodeEvent[]): void {
  const nodes = new Map<string, { title: string; fastest: number }>();
  for (const { name, dur, args } of events) {
    const node = nodes.get(name);
    if (node) node.fastest = Math.min(node.fastest, dur);
    else nodes.set(name, { title: titleOf(args), fastest: dur });
  }
  const kinds = new Map<string, { count: number; time: number }>();
  for (const { title, fastest } of nodes.values()) {
    const { count, time } = kinds.get(title) ?? { count: 0, time: 0 };
    kinds.set(title, { count: count + 1, time: time + fastest });
  }
  const total = [...kinds.values()].reduce((sum, { time }) => sum + time, 0);
  console.log('| operator | nodes | ms | share |\n|---|---|---|---|');
  for (const [title, { count, time }] of [...kinds].sort(([, a], [, b]) => b.time - a.time)) {
    console.log(`| ${title} | ${count} | ${(time / 1000).toFixed(1)} | ${((100 * time) / total).toFixed(1)} % |`);
  }
  console.log(`| all | ${nodes.size} | ${(total / 1000).toFixed(1)} | 100 % |`);
}

function titleOf({ op_name, input_type_shape }: NodeEvent['args']): string {
  if (!values.sizes) return op_name;
  return `${op_name} ${input_type_shape.map((input) => `[${Object.values(input)[0]!.join(', ')}]`).join(' · ')}`;
}
