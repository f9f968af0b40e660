import type { RotaryConfig } from '../../../model/src/architectures/rotary.ts';
import type { Value } from '../onnx/graph.ts';
import { cast, cos, mul, mulScalar, reshape, rotaryEmbedding, sin } from '../onnx/operators.ts';

/** Turns queries and keys [n, heads · head size] by the places of their tokens. */
export class Rotary {
  private readonly config: RotaryConfig;
  /** The angles are the same in every layer. */
  private readonly tables = new WeakMap<Value, readonly [cosines: Value, sines: Value]>();

  constructor(config: RotaryConfig) {
    this.config = config;
  }

  /** @param positions the places of x's tokens, [n] (int32) */
  turn(x: Value, positions: Value, heads: number): Value {
    const [cosines, sines] = this.tablesOf(positions);
    return rotaryEmbedding(x, cosines, sines, heads);
  }

  private tablesOf(positions: Value): readonly [Value, Value] {
    let tables = this.tables.get(positions);
    if (!tables) {
      const { inverseFrequencies, attentionFactor } = this.config;
      const places = reshape(cast(positions, 'float32'), [positions.shape[0]!, 1], positions.graph.int([-1, 1]));
      const angles = mul(places, places.graph.float(inverseFrequencies, [1, inverseFrequencies.length]));
      const scaled = (x: Value) => (attentionFactor === 1 ? x : mulScalar(x, attentionFactor));
      tables = [scaled(cos(angles)), scaled(sin(angles))];
      this.tables.set(positions, tables);
    }
    return tables;
  }
}
