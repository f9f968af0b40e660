import type { RotaryConfig } from '../../../model/src/architectures/rotary.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, div, gather, mul, mulScalar, rotaryEmbedding, sub } from '../onnx/operators.ts';

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
        .map((digit, place) => lookUp(this.table(positions.graph, BASE ** place), digit))
        .reduce(added);
      const scaled = (x: Value) => (attentionFactor === 1 ? x : mulScalar(x, attentionFactor));
      turn = { cosines: scaled(cosines), sines: scaled(sines) };
      this.turns.set(positions, turn);
    }
    return turn;
  }

  /** [BASE, turned / 2] each: row d for the place d · step. */
  private table(graph: Graph, step: number): Turn {
    const { inverseFrequencies } = this.config;
    const shape = [BASE, inverseFrequencies.length];
    const values = (f: (angle: number) => number) =>
      Float32Array.from({ length: BASE * inverseFrequencies.length }, (_, i) => {
        const row = Math.floor(i / inverseFrequencies.length);
        return f(row * step * inverseFrequencies[i % inverseFrequencies.length]!);
      });
    const stored = (f: (angle: number) => number) =>
      graph.initializer(graph.uniqueName('angles'), 'float32', shape, values(f));
    return { cosines: stored(Math.cos), sines: stored(Math.sin) };
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
