import type { Graph, Value } from '../onnx/graph.ts';
import { add, concat, matMul, mul, shapeOf, split } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';

/** Where virtual tokens may stand: nowhere, among the first `prefix` tokens, or among all of them. */
export type VirtualPlaces = 'none' | 'prefix' | 'tokens';

export interface EmbeddedTokens {
  /** [tokens, hidden], in parts below each other: those that may hold virtual tokens, and those that never do. */
  readonly parts: readonly Value[];
  /** The input `virtual` [virtual, hidden], where virtual tokens may stand. */
  readonly virtual: Value | undefined;
  /** Each token's place in its row, [tokens] (int32). */
  readonly positions: Value;
}

/**
 * Word embeddings with virtual tokens in their places, plus positions. Declares the inputs that `embeddingFeeds` fills:
 * `positions` [tokens]; `token_ids` [tokens], or `prefix_ids` [prefix] and `row_ids` for the rest;
 * `selection` [places, virtual], 1 where a place holds a virtual token, and `is_token` [places, 1], 0 there.
 * The selection is a matrix product, so its gradient is one too.
 */
export function embedTokens(graph: Graph, backbone: Architecture, places: VirtualPlaces): EmbeddedTokens {
  const positions = graph.input('positions', 'int32', ['tokens']);
  if (places === 'none') {
    const ids = graph.input('token_ids', 'int32', ['tokens']);
    return { parts: [backbone.position(backbone.embed(ids), positions)], virtual: undefined, positions };
  }
  const virtual = graph.input('virtual', 'float32', ['virtual', backbone.hidden]);
  const ids = graph.input(places === 'tokens' ? 'token_ids' : 'prefix_ids', 'int32', [places]);
  const isToken = graph.input('is_token', 'float32', [places, 1]);
  const selection = graph.input('selection', 'float32', [places, 'virtual']);
  const words = add(mul(backbone.embed(ids), isToken), matMul(selection, virtual));
  if (places === 'tokens') return { parts: [backbone.position(words, positions)], virtual, positions };
  const rowIds = graph.input('row_ids', 'int32', ['row_tokens']);
  const lengths = concat([shapeOf(ids), shapeOf(rowIds)], 0);
  const [first, rest] = split(positions, 0, [places, 'row_tokens'], lengths) as [Value, Value];
  const parts = [backbone.position(words, first), backbone.position(backbone.embed(rowIds), rest)];
  return { parts, virtual, positions };
}
