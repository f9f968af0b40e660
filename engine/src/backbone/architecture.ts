import type { Value } from '../onnx/graph.ts';
import type { Projection } from './attention.ts';

/** The self-attention of one layer: its projections of queries, keys and values → [tokens or queries, hidden]. */
export type Attend = (projections: readonly Projection[], querySet: 'tokens' | 'queries') => Value;

/** What a layer is given besides its input. */
export interface LayerContext {
  readonly attend: Attend;
  /** Each token's place in its row, [tokens] (int32); for architectures that turn queries and keys by it. */
  readonly positions: Value;
}

/** Of the last layer only the rows are wanted from which an answer's token is predicted, the queries. */
export interface LastLayerContext extends LayerContext {
  /** The queries' rows of x [tokens, n]: → [queries, n]. */
  select(x: Value): Value;
  /** [queries] (int32) */
  readonly queryPositions: Value;
}

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
  /** Word embeddings of `ids` [n] (int32) → [n, hidden]. */
  embed(ids: Value): Value;
  /** Word embeddings with what is added for each token's place, if anything is; `positions` [n] (int32). */
  position(x: Value, positions: Value): Value;
  /**
   * One layer: x [tokens, hidden] → [tokens, hidden]. x comes in parts that stand below each other, usually one; the
   * first layer gets those tokens apart that no virtual token precedes, so that nothing is differentiated for them.
   */
  layer(index: number, parts: readonly Value[], context: LayerContext): Value;
  /** The last layer's queries: → [queries, hidden]. */
  lastLayer(index: number, parts: readonly Value[], context: LastLayerContext): Value;
  /** Final norm and output projection: x [n, hidden] → logits [n, vocab]. */
  logits(x: Value): Value;
}
