import type { RotaryConfig } from '../../../model/src/architectures/rotary.ts';
import type { Value } from '../onnx/graph.ts';
import { mulScalar, rotaryEmbedding } from '../onnx/operators.ts';
import { type Angles, anglesOf } from './angles.ts';
import { LONG_ROWS } from './long-rows.ts';

/** Turns queries and keys [n, heads · head size] by the places of their tokens. */
export class Rotary {
  private readonly config: RotaryConfig;
  private readonly interleaved: boolean;
  /** The angles are the same in every layer. */
  private readonly turns = new WeakMap<Value, Angles>();
  private longRows: Value | undefined;

  /** @param interleaved whether an entry turns with the next one, and not with that of its place in the turned part's other half */
  constructor(config: RotaryConfig, { interleaved = false } = {}) {
    this.config = config;
    this.interleaved = interleaved;
  }

  /** @param positions the places of x's tokens, [n] (int32) */
  turn(x: Value, positions: Value, heads: number): Value {
    const { cosines, sines } = this.turnOf(positions);
    return rotaryEmbedding(x, cosines, sines, { heads, interleaved: this.interleaved });
  }

  private turnOf(positions: Value): Angles {
    let turn = this.turns.get(positions);
    if (!turn) {
      const { inverseFrequencies, long, attentionFactor } = this.config;
      const { cosines, sines } = long
        ? anglesOf(positions, [inverseFrequencies, long.inverseFrequencies], this.areLong(positions))
        : anglesOf(positions, [inverseFrequencies]);
      const scaled = (x: Value) => (attentionFactor === 1 ? x : mulScalar(x, attentionFactor));
      turn = { cosines: scaled(cosines), sines: scaled(sines) };
      this.turns.set(positions, turn);
    }
    return turn;
  }

  private areLong({ graph }: Value): Value {
    this.longRows ??= graph.input(LONG_ROWS, 'int32', [1]);
    return this.longRows;
  }
}
