import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backboneOf } from '../../engine/src/backbone/backbone.ts';
import { readWeightRows, weightRowBlocks } from '../../engine/src/backbone/weight-rows.ts';
import { Graph } from '../../engine/src/onnx/graph.ts';
import { gather } from '../../engine/src/onnx/operators.ts';
import { Predictor } from '../../engine/src/predict/predictor.ts';
import { Session } from '../../engine/src/runtime/session.ts';
import { int32 } from '../../engine/src/runtime/tensor.ts';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { openModelFolder } from '../../model/src/model-folder.ts';
import {
  layOutSafetensors,
  parseSafetensors,
  readSafetensorsHeader,
  type TensorData,
  type TensorLayout,
} from '../../model/src/safetensors.ts';
import { checkLogitsAndGreedyTokens, checkLossAndGradient } from './backbone-checks.ts';
import { goldenBackbones } from './golden.ts';

/*
 * One file of more than 4 GB, behind which 32 bits no longer count its bytes. It is sparse: all of it but its header and what is
 * written is a hole, which takes no room on the disk.
 */
const FOUR_GB = 2 ** 32;

const folder = mkdtempSync(path.join(tmpdir(), 'ptask-large-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a safetensors file of these tensors, in which only the bytes of `written` are not zero. */
async function writeSparse(
  file: string,
  layout: ReadonlyMap<string, TensorLayout>,
  written: readonly { tensor: string; from: number; bytes: Uint8Array }[],
): Promise<void> {
  const { start, order } = layOutSafetensors(layout);
  const offsets = new Map<string, number>();
  let size = start.byteLength;
  for (const name of order) {
    offsets.set(name, size);
    size += layout.get(name)!.shape.reduce((product, length) => product * length, 4);
  }
  const handle = await open(file, 'w');
  await handle.truncate(size);
  await handle.write(start, 0, start.byteLength, 0);
  for (const { tensor, from, bytes } of written)
    await handle.write(bytes, 0, bytes.byteLength, offsets.get(tensor)! + from);
  await handle.close();
}

describe('weights that all lie behind 4 GB of another tensor', async () => {
  const { dir, golden } = goldenBackbones().find(({ name }) => name === 'llama')!;
  const bytes = new Uint8Array(readFileSync(path.join(dir, 'model.safetensors')));
  const parsed = parseSafetensors(bytes);
  if (parsed.kind !== 'ok') throw new Error(parsed.problem.message);
  const layout = new Map<string, TensorLayout>([['a.mask', { dtype: 'F32', shape: [FOUR_GB / 4] }]]);
  for (const [name, { dtype, shape }] of parsed.header.tensors) layout.set(name, { dtype, shape });
  const written = [...parsed.header.tensors].map(([tensor, { begin, end }]) => ({
    ...{ tensor, from: 0, bytes: bytes.subarray(begin, end) },
  }));
  await writeSparse(path.join(folder, 'model.safetensors'), layout, written);
  await copyFile(path.join(dir, 'config.json'), path.join(folder, 'config.json'));
  const opened = await openModelFolder(folder, { tokenizer: 'optional' });
  if (opened.kind !== 'ok') throw new Error(opened.problem);
  const backbone = backboneOf(opened.model);

  it('are found there, and the file takes next to no room', () => {
    const offsets = [...opened.model.weights.values()].map(({ offset }) => offset);
    expect(Math.min(...offsets)).toBeGreaterThan(FOUR_GB);
    const { size, blocks } = statSync(path.join(folder, 'model.safetensors'));
    expect(size).toBeGreaterThan(FOUR_GB);
    // Windows, which does not say, and file systems without holes are left to take what they take.
    if (process.platform === 'linux') expect(blocks * 512).toBeLessThan(2 ** 24);
  });

  it('are read a row or a block at a time', async () => {
    const wordsOf = async (from: string) => {
      const model = await openModelFolder(from, { tokenizer: 'optional' });
      if (model.kind !== 'ok') throw new Error(model.problem);
      const words = model.model.weights.get(backbone.wordEmbeddings)!;
      const rows = await readWeightRows(words, [5, 0, words.shape[0]! - 1]);
      const blocks = [];
      for await (const { data } of weightRowBlocks(words, 50)) blocks.push(data);
      return { rows, blocks };
    };
    expect(await wordsOf(folder)).toEqual(await wordsOf(dir));
  });

  it.each(golden.cases)('train with virtual tokens at $at', async (goldenCase) => {
    const step = new BackboneStep(backbone);
    await checkLossAndGradient(step, golden, goldenCase);
    await step.release();
  });

  it('predict', async () => {
    const predictor = new Predictor(backbone);
    await checkLogitsAndGreedyTokens(predictor, golden, golden.cases[0]!);
    await predictor.release();
  });
});

it('a single matrix of more than 4 GB is mapped, not read, and has its first and its last rows', async () => {
  const [rows, width] = [FOUR_GB / 64 + 1, 16];
  const rowOf = (value: number) => new Float32Array(width).fill(value);
  const asBytes = (data: Float32Array<ArrayBuffer>): TensorData['data'] & Uint8Array => new Uint8Array(data.buffer);
  const file = path.join(folder, 'one.safetensors');
  await writeSparse(file, new Map([['table', { dtype: 'F32', shape: [rows, width] }]]), [
    { tensor: 'table', from: 0, bytes: asBytes(rowOf(1.5)) },
    { tensor: 'table', from: (rows - 1) * width * 4, bytes: asBytes(rowOf(-2.5)) },
  ]);
  const read = await readSafetensorsHeader(file);
  if (read.kind !== 'ok') throw new Error(read.problem.message);
  const { begin, end } = read.header.tensors.get('table')!;
  expect(end - begin).toBeGreaterThan(FOUR_GB);

  const graph = new Graph();
  const place = { location: path.basename(file), offset: begin, length: end - begin };
  const table = graph.initializer('table', 'float32', [rows, width], place);
  graph.output('rows', gather(table, graph.input('numbers', 'int32', ['n'])));
  const before = process.memoryUsage.rss();
  const session = await Session.create(graph, { weightsFolder: folder });
  const outputs = await session.run({ numbers: int32(Int32Array.of(rows - 1, 0, rows - 2), [3]) });
  expect([...outputs.rows!.data]).toEqual([...rowOf(-2.5), ...rowOf(1.5), ...rowOf(0)]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 29);
  await session.release();
});
