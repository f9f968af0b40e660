import type { Value } from '../onnx/graph.ts';
import type { Projection } from './attention.ts';

/** The self-attention of one layer: its projections of queries, keys and values → [tokens or queries, hidden]. */
export type Attend = (projections: readonly Projection[], querySet: 'tokens' | 'queries') => Value;

/**
 * A frozen backbone as graph functions over packed tokens [tokens, hidden]; nothing but attention looks from one token
 * to another. A new architecture is a file with a function that returns this.
 */
export interface Architecture {
  readonly layers: number;
  readonly hidden: number;
  readonly vocabSize: number;
  readonly headSize: number;
  /** The factor on queries · keys, 1 / √(head size) as a rule. */
  readonly attentionScale: number;
  readonly keyValueHeads: number;
  /** Word embeddings of `ids` [n] (int32) → [n, hidden]. */
  embed(ids: Value): Value;
  /** What is added for the place of each token, or its own embedding as it was; `positions` [n] (int32). */
  position(x: Value, positions: Value): Value;
  /**
   * One layer: x [tokens, hidden] → [tokens, hidden]. x comes in parts that stand below each other, usually one; the
   * first layer gets those tokens apart that no virtual token precedes, so that nothing is differentiated for them.
   */
  layer(index: number, parts: readonly Value[], attend: Attend): Value;
  /** The last layer, of which only the rows `queries` [n] (int32) of x are wanted: → [n, hidden]. */
  lastLayer(index: number, parts: readonly Value[], select: (x: Value) => Value, attend: Attend): Value;
  /** Final norm and output projection: x [n, hidden] → logits [n, vocab]. */
  logits(x: Value): Value;
}
