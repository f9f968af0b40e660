import type { Value } from '../onnx/graph.ts';
import type { Projection, Scoring } from './attention.ts';

/** What a layer is given besides its input. */
export interface LayerContext {
  /**
   * Self-attention: projections of queries, of the wanted rows, and of keys and values, of all tokens → [wanted, query
   * heads · head size].
   * @param window how many tokens back a token sees, itself included, where the layer limits it
   */
  attend(projections: readonly Projection[], window?: number): Value;
  /** Each token's place in its row, [tokens] (int32); for architectures that turn keys by it. */
  readonly positions: Value;
  /**
   * The rows of x [tokens, n] that are wanted: → [wanted, n]. All are, but in the last layer only those from which an
   * answer's token is predicted, so that nothing but keys and values is computed for the others.
   */
  wanted(x: Value): Value;
  /** Their places, [wanted] (int32). */
  readonly wantedPositions: Value;
  readonly allWanted: boolean;
}

/**
 * A frozen backbone as graph functions over packed tokens [tokens, hidden]; nothing but attention looks from one token
 * to another. A new architecture is a file with a function that returns this.
 */
export interface Architecture extends Scoring {
  readonly layers: number;
  readonly hidden: number;
  readonly headSize: number;
  /** Word embeddings of `ids` [n] (int32) → [n, hidden]. */
  embed(ids: Value): Value;
  /**
   * What the first layer is given for embeddings of words and virtual tokens x [n, hidden]: with what is added for each token's place
   * (`positions` [n], int32), normalised, multiplied, or as they are.
   */
  position(x: Value, positions: Value): Value;
  /**
   * One layer: x [tokens, hidden] → [wanted, hidden]. x comes in parts that stand below each other, usually one; the
   * first layer gets those tokens apart that no virtual token precedes, so that nothing is differentiated for them.
   */
  layer(index: number, parts: readonly Value[], context: LayerContext): Value;
  /** Final norm and output projection: x [n, hidden] → logits [n, vocab]. */
  logits(x: Value): Value;
}
