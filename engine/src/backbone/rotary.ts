import type { RotaryConfig } from '../../../model/src/architectures/rotary.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, div, gather, mul, mulScalar, rotaryEmbedding, sub } from '../onnx/operators.ts';
import { LONG_ROWS } from './long-rows.ts';

/** Places are written with digits of this base, and up to its third power. */
const BASE = 128;
const DIGITS = 3;

interface Turn {
  readonly cosines: Value;
  readonly sines: Value;
}

/**
 * Turns queries and keys [n, heads · head size] by the places of their tokens. No graph computes a sine: a GPU's is right
 * to three or four digits only. A place is a sum of its digits' shares, whose angles are in tables, and angles are added
 * by the addition theorems.
 */
export class Rotary {
  private readonly config: RotaryConfig;
  /** The angles are the same in every layer. */
  private readonly turns = new WeakMap<Value, Turn>();
  private longRows: Value | undefined;

  constructor(config: RotaryConfig) {
    this.config = config;
  }

  /** @param positions the places of x's tokens, [n] (int32) */
  turn(x: Value, positions: Value, heads: number): Value {
    const { cosines, sines } = this.turnOf(positions);
    return rotaryEmbedding(x, cosines, sines, heads);
  }

  private turnOf(positions: Value): Turn {
    let turn = this.turns.get(positions);
    if (!turn) {
      const { attentionFactor } = this.config;
      const { cosines, sines } = digitsOf(positions)
        .map((digit, place) => lookUp(this.table(positions.graph, BASE ** place), this.rowOf(digit)))
        .reduce(added);
      const scaled = (x: Value) => (attentionFactor === 1 ? x : mulScalar(x, attentionFactor));
      turn = { cosines: scaled(cosines), sines: scaled(sines) };
      this.turns.set(positions, turn);
    }
    return turn;
  }

  /** [BASE, turned / 2] each: row d for the place d · step; below it, where long rows turn otherwise, as much for these. */
  private table(graph: Graph, step: number): Turn {
    const { inverseFrequencies, long } = this.config;
    const kinds = [inverseFrequencies, ...(long ? [long.inverseFrequencies] : [])];
    const shape = [kinds.length * BASE, inverseFrequencies.length];
    const values = (f: (angle: number) => number) =>
      Float32Array.from(
        kinds.flatMap((frequencies) =>
          Array.from({ length: BASE }, (_, digit) =>
            frequencies.map((frequency) => f(digit * step * frequency)),
          ).flat(),
        ),
      );
    const stored = (f: (angle: number) => number) =>
      graph.initializer(graph.uniqueName('angles'), 'float32', shape, values(f));
    return { cosines: stored(Math.cos), sines: stored(Math.sin) };
  }

  private rowOf(digit: Value): Value {
    if (!this.config.long) return digit;
    const { graph } = digit;
    this.longRows ??= graph.input(LONG_ROWS, 'int32', [1]);
    return add(digit, mul(this.longRows, graph.int32([BASE])));
  }
}

/** The digits of whole numbers [n] (int32), the last one first. */
function digitsOf(positions: Value): Value[] {
  const base = positions.graph.int32([BASE]);
  const digits: Value[] = [];
  let rest = positions;
  while (digits.length < DIGITS - 1) {
    const higher = div(rest, base);
    digits.push(sub(rest, mul(higher, base)));
    rest = higher;
  }
  return [...digits, rest];
}

function lookUp(table: Turn, rows: Value): Turn {
  return { cosines: gather(table.cosines, rows), sines: gather(table.sines, rows) };
}

function added(a: Turn, b: Turn): Turn {
  return {
    cosines: sub(mul(a.cosines, b.cosines), mul(a.sines, b.sines)),
    sines: add(mul(a.sines, b.cosines), mul(a.cosines, b.sines)),
  };
}
