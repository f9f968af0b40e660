import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backboneOf } from '../../engine/src/backbone/backbone.ts';
import { packBatch } from '../../engine/src/data/packed-batch.ts';
import { unpackAtUse } from '../../engine/src/onnx/unpack-at-use.ts';
import { Session } from '../../engine/src/runtime/session.ts';
import { float32 } from '../../engine/src/runtime/tensor.ts';
import { BackboneStep } from '../../engine/src/train/backbone-step.ts';
import { buildStepGraph } from '../../engine/src/train/step-graph.ts';
import { openModelFolder } from '../../model/src/model-folder.ts';
import { parseSafetensors, serializeSafetensors, type TensorData } from '../../model/src/safetensors.ts';
import { backbonesOfEachForm, goldenBackbones, relativeError, rowWithVirtualTokens } from './golden.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const STORAGE = {
  // Eight bits of mantissa less than float32 has sixteen: the upper half of its bytes, cut off.
  BF16: (values: Float32Array) => new Uint16Array(values.map((value) => bits(value) >>> 16)),
  F16: (values: Float32Array) => new Uint16Array(values.map(halfBits)),
} as const;

const scratch = new DataView(new ArrayBuffer(4));
function bits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/** The nearest normal float16 towards zero; the golden weights are neither huge nor infinite. */
function halfBits(value: number): number {
  const all = bits(value);
  const exponent = ((all >>> 23) & 0xff) - 112;
  const sign = (all >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((all >>> 13) & 0x3ff);
}

/** The folder with every weight stored as `dtype`, in two files that an index names. */
function storedAs(dtype: keyof typeof STORAGE, dir: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ptask-storage-'));
  folders.push(folder);
  cpSync(path.join(dir, 'config.json'), path.join(folder, 'config.json'));
  const bytes = new Uint8Array(readFileSync(path.join(dir, 'model.safetensors')));
  const parsed = parseSafetensors(bytes);
  if (parsed.kind !== 'ok') throw new Error(parsed.problem.message);
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const content = shards.map(() => new Map<string, TensorData>());
  const weightMap: Record<string, string> = {};
  [...parsed.header.tensors].forEach(([name, { shape, begin, end }], i) => {
    const values = new Float32Array(bytes.slice(begin, end).buffer);
    const data = new Uint8Array(STORAGE[dtype](values).buffer);
    content[i % 2]!.set(name, { dtype, shape, data });
    weightMap[name] = shards[i % 2]!;
  });
  shards.forEach((shard, i) => {
    writeFileSync(path.join(folder, shard), serializeSafetensors(content[i]!));
  });
  writeFileSync(path.join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
  return folder;
}

describe.each([
  // What is left of the weights: 10 and 7 bits behind the point.
  ['F16', 2e-3],
  ['BF16', 2e-2],
] as const)('weights stored as %s', (dtype, tolerance) => {
  const { dir, golden } = goldenBackbones().find(({ name }) => name === 'gpt2')!;

  const title = 'train in two shards as they are, with the precision that they have: $name';
  it.each(backbonesOfEachForm())(title, async ({ dir, golden }) => {
    const opened = await openModelFolder(storedAs(dtype, dir), { tokenizer: 'optional' });
    if (opened.kind !== 'ok') throw new Error(opened.problem);
    const step = new BackboneStep(backboneOf(opened.model));
    const goldenCase = golden.cases[0]!;
    const batch = golden.lengths.map((_, n) => {
      const ids = rowWithVirtualTokens(golden, goldenCase, n);
      return { taskname: 'a', row: { ids, firstTarget: ids.length - goldenCase.answer } };
    });
    const virtual = new Map([['a', Float32Array.from(golden.virtual.flat())]]);
    const { loss, dVirtual } = await step.run(batch, virtual);
    await step.release();
    expect(Math.abs(loss - goldenCase.loss) / goldenCase.loss).toBeLessThan(tolerance);
    expect(relativeError(dVirtual.get('a')!, goldenCase.d_virtual.flat())).toBeLessThan(10 * tolerance);
  });

  it.each(['prefix', 'tokens'] as const)('have the same results unpacked where they are used (%s)', async (places) => {
    const opened = await openModelFolder(storedAs(dtype, dir), { tokenizer: 'optional' });
    if (opened.kind !== 'ok') throw new Error(opened.problem);
    const backbone = backboneOf(opened.model);
    const rows = golden.lengths.map((_, n) => {
      const ids = rowWithVirtualTokens(golden, golden.cases[0]!, n);
      return { ids, firstTarget: ids.length - 2 };
    });
    const outputs = async (atUse: boolean) => {
      const { graph, inverses, windows } = buildStepGraph(backbone.architecture, places, {
        gradient: true,
        recompute: true,
      });
      const casts = () =>
        graph.nodes.filter(({ opType, inputs }) => opType === 'Cast' && graph.initializers.has(inputs[0]!));
      const matrices = casts().filter(({ inputs }) => inputs[0]!.shape.length === 2);
      expect(matrices.length).toBeGreaterThan(8);
      if (atUse) {
        unpackAtUse(graph, 0);
        expect(casts()).toEqual([]);
      }
      const session = await Session.create(graph, { weightsFolder: backbone.weightsFolder });
      const virtual = float32(Float32Array.from(golden.virtual.flat()), [golden.virtual.length, 64]);
      const virtualTokens = golden.virtual.length;
      const { loss, d_virtual } = await session.run({
        ...packBatch(rows, { virtualTokens, places, inverses, windows, weight: 1 }),
        virtual,
      });
      await session.release();
      return [loss!.data, d_virtual!.data];
    };
    expect(await outputs(true)).toEqual(await outputs(false));
  });
});
