import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { engineStart } from '../../client/src/engine/engine-start.ts';
import { THOROUGH } from '../thorough.ts';
import { temporaryFolder, tinyTokenizer } from '../unit/model/tiny-folder.ts';
import { events, ptask, taskTemplate, writeJsonl, writeTaskFile } from './ptask.ts';

const MAKE_MODEL = path.resolve(import.meta.dirname, '../../bench/make-random-model.mjs');

interface Shape {
  /** Layers, width, heads, tokens, positions. */
  readonly model: string;
  readonly dtype: string;
  /** Tokens of a row, a byte each. */
  readonly length: number;
  readonly batch: number;
  readonly recompute?: boolean;
  readonly precision?: 'float32' | 'int8';
  readonly answerOnly?: boolean;
  /** Answers are texts, and the best epoch is chosen by those that are generated. */
  readonly texts?: boolean;
}

/** What `ptask train` says before its first step, and what the process had in the end, with an editor's environment. */
async function trained({
  model,
  dtype,
  length,
  batch,
  recompute = false,
  precision = 'float32',
  answerOnly = true,
  texts = false,
}: Shape) {
  const dir = await temporaryFolder();
  const folder = path.join(dir, 'model');
  await promisify(execFile)(process.execPath, [MAKE_MODEL, '--out', folder, '--shape', model, '--dtype', dtype]);
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
  const rows = (count: number, first: number) =>
    Array.from({ length: count }, (_, i) => {
      const label = (first + i) % 2 === 0 ? 'e' : 'u';
      return { taskname: 'kind', text: `${first + i}`.padEnd(length - 5, 'abcdefg'), label };
    });
  await writeJsonl(path.join(dir, 'train.jsonl'), rows(2 * batch, 0));
  await writeJsonl(path.join(dir, 'validation.jsonl'), rows(batch, 1000));
  const file = await writeTaskFile(dir, {
    task_templates: [{ ...taskTemplate('kind'), answer_only_loss: answerOnly, ...(texts && { labels: undefined }) }],
    data: { train_ds: ['train.jsonl'], validation_ds: ['validation.jsonl'] },
    trainer: { max_epochs: 1, batch_size: batch, recompute, precision, val_metric: texts ? 'accuracy' : 'loss' },
  });
  const memory = new PeakMemory();
  const { env } = engineStart('train', {});
  const { code, stdout, stderr } = await ptask(['train', file, '--json'], { env, begun: (pid) => memory.watch(pid) });
  expect(code, stderr).toBe(0);
  const estimate = events(stdout).find(({ event }) => event === 'estimate')!;
  return { predicted: estimate.memory_bytes as number, used: memory.stop() };
}

/**
 * The most memory of a process, looked at now and then; the runtime's memory only grows. A page that is mapped by several sessions
 * counts once, as it does for the machine, but not in the number that the system keeps of a process.
 */
class PeakMemory {
  private timer: NodeJS.Timeout | undefined;
  private peak = 0;

  watch(pid: number): void {
    this.timer = setInterval(() => {
      try {
        const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
        this.peak = Math.max(this.peak, Number(kilobytes ?? 0) * 1024);
      } catch {
        // It has ended.
      }
    }, 20);
  }

  stop(): number {
    clearInterval(this.timer);
    return this.peak;
  }
}

const WIDE = { model: '6x512x8x8192x256', dtype: 'float32' };

const SHAPES: readonly (Shape & { readonly title: string })[] = [
  { title: 'many tokens at once', ...WIDE, length: 100, batch: 16 },
  { title: 'activations that are computed again', ...WIDE, length: 100, batch: 16, recompute: true },
  { title: 'few tokens, so mostly weights', ...WIDE, length: 20, batch: 4 },
  { title: 'products in 8 bits', ...WIDE, length: 40, batch: 8, precision: 'int8' },
  { title: 'weights in half precision', ...WIDE, dtype: 'bfloat16', length: 40, batch: 8 },
  { title: 'texts that are generated', ...WIDE, dtype: 'bfloat16', length: 40, batch: 8, texts: true },
  {
    title: 'texts that are generated for many rows',
    ...{ model: '12x256x4x512x256', dtype: 'float32' },
    ...{ length: 100, batch: 32, texts: true },
  },
  {
    title: 'logits of a large vocabulary',
    ...{ model: '2x256x4x40000x256', dtype: 'float32' },
    ...{ length: 60, batch: 16, answerOnly: false },
  },
];

/** Those that say most in the least time. */
const USUAL = [
  'many tokens at once',
  'products in 8 bits',
  'weights in half precision',
  'logits of a large vocabulary',
];

describe('the memory that is predicted before a run', () => {
  it.each(SHAPES.filter(({ title }) => THOROUGH || USUAL.includes(title)))(
    'is within 20 % of what it takes: $title',
    async (shape) => {
      const { predicted, used } = await trained(shape);
      if (process.env.SHOW) console.log(shape.title, Math.round(predicted / 2 ** 20), Math.round(used / 2 ** 20));
      expect(predicted / used).toBeGreaterThan(0.8);
      expect(predicted / used).toBeLessThan(1.2);
    },
  );
});
