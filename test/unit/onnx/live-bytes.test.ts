import { describe, expect, it } from 'vitest';
import { Graph, type Value } from '../../../engine/src/onnx/graph.ts';
import { peakLiveBytes } from '../../../engine/src/onnx/live-bytes.ts';
import { cast, gelu, gemm, identity, matMul, mul, reshape } from '../../../engine/src/onnx/operators.ts';
import { weightBytes } from '../../../engine/src/onnx/weight-bytes.ts';
import { stepMemory } from '../../../engine/src/train/step-memory.ts';
import { goldenBackbones } from '../../golden/golden.ts';
import { openBackbone } from '../train/small-backbone.ts';

const KB = 1024;

/** x [rows, 64], of 256 bytes a row, and a stored square matrix. */
function start() {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['rows', 64]);
  const stored = graph.initializer('w', 'bfloat16', [64, 64], { location: 'f', offset: 0, length: 64 * 64 * 2 });
  return { graph, x, stored };
}
const ROWS = { rows: 4 };

describe('memory that is live', () => {
  it('is that of a value from its node to its last use', () => {
    const { graph, x } = start();
    const a = gelu(x, 'none');
    const b = gelu(a, 'none');
    graph.output('c', gelu(b, 'none'));
    // The input stays; a is done with when b is there.
    expect(peakLiveBytes(graph, ROWS)).toBe(3 * KB);
    const kept = start();
    const first = gelu(kept.x, 'none');
    const second = gelu(gelu(first, 'none'), 'none');
    kept.graph.output('c', matMul(second, reshape(first, [64, 'rows'], kept.graph.int([64, -1]))));
    expect(peakLiveBytes(kept.graph, ROWS)).toBe(4 * KB);
  });

  it('is shared by a reshape, and by a sum with what nobody reads after it', () => {
    const { graph, x } = start();
    const a = reshape(gelu(x, 'none'), ['all'], graph.int([-1]));
    graph.output('b', mul(a, a));
    expect(peakLiveBytes(graph, ROWS)).toBe(2 * KB);
  });

  it('stays, where sizes are named, for the next value of the shape', () => {
    const { graph, x } = start();
    const ones = (rows: number, columns: number) =>
      graph.float(new Array<number>(rows * columns).fill(1), [rows, columns]);
    /** While it is computed, two values of the shape of v are there. */
    const twice = (v: Value) => mul(gelu(v, 'none'), gelu(v, 'none'));
    const wide = gemm(gemm(twice(x), ones(64, 1)), ones(1, 1024));
    graph.output('y', twice(gemm(wide, ones(1024, 64))));
    // The wide one with what comes of it, beside the input.
    expect(peakLiveBytes(graph, ROWS)).toBe(16 * KB + 2 * KB);
    // What the two were in waits meanwhile for what comes behind it; one number a row leads to the wide one.
    expect(peakLiveBytes(graph, ROWS, true)).toBe(16 * KB + 3 * KB + 16);
  });

  it('leaves weights out, and what the runtime makes of them', () => {
    const { graph, x, stored } = start();
    graph.output('y', gemm(x, cast(stored, 'float32')));
    expect(peakLiveBytes(graph, ROWS)).toBe(2 * KB);
  });

  it('says where nothing tells a size', () => {
    const { graph, x } = start();
    graph.output('y', identity(gelu(x, 'none')));
    expect(() => peakLiveBytes(graph, {})).toThrow("nothing says how large 'rows' is");
  });
});

describe('memory for weights', () => {
  it('is a copy of what is unpacked, and one more for each product that has its own', () => {
    const { graph, x, stored } = start();
    const weight = cast(stored, 'float32');
    graph.output('y', gemm(gemm(x, weight), weight, undefined, { transB: true }));
    expect(weightBytes(graph, false)).toEqual({ mapped: 0, copies: 16 * KB });
    expect(weightBytes(graph, true)).toEqual({ mapped: 0, copies: 32 * KB });
  });

  it('is none for weights that are used as they are', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['rows', 64]);
    const file = { location: 'f', offset: 0, length: 64 * 64 * 4 };
    graph.output('y', gemm(x, graph.initializer('w', 'float32', [64, 64], file)));
    expect(weightBytes(graph, false)).toEqual({ mapped: 16 * KB, copies: 0 });
    expect(weightBytes(graph, true)).toEqual({ mapped: 0, copies: 16 * KB });
  });
});

describe.each(goldenBackbones())('a step of $name', async ({ dir }) => {
  const backbone = await openBackbone(dir).catch(() => undefined);
  it.skipIf(!backbone)('can be reckoned, in each form, and needs no more where activations are computed again', () => {
    const rows = (virtualFirst: boolean) =>
      Array.from({ length: 8 }, (_, n) => {
        const ids = Int32Array.from({ length: 24 }, (_, i) => (i === (virtualFirst ? 0 : 9) ? -1 : n + i + 1));
        return { ids, firstTarget: 22 };
      });
    for (const virtualFirst of [true, false]) {
      const memory = (recompute: boolean, int8 = false, prepack = int8) =>
        stepMemory(
          backbone!,
          { rows: rows(virtualFirst), virtualTokens: 1 },
          { gradient: true, recompute, prepack, int8 },
        );
      const live = (recompute: boolean) => memory(recompute).live;
      const [loaded, beforehand] = [memory(false, true), memory(false, true, false)];
      expect(loaded.live).toBeGreaterThan(0);
      // The words of the vocabulary, which are fed; and other matrices, where one is as wide by chance.
      const { vocabSize, hidden } = backbone!.model.config;
      expect(loaded.held).toBeGreaterThanOrEqual(4 * vocabSize * hidden);
      // What is computed with integers is the same whoever makes them; the kernel's layout is one for each use.
      expect(beforehand.live).toBe(loaded.live);
      expect(beforehand.held + beforehand.copies).toBeLessThanOrEqual(loaded.copies);
      expect(beforehand.held).toBeGreaterThan(loaded.copies / 2);
      expect(live(true)).toBeGreaterThan(0);
      // Models of two layers, whose logits need most.
      expect(live(true)).toBeLessThanOrEqual(live(false));
    }
  });
});
