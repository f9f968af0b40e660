import { recomputed } from '../autodiff/recompute.ts';
import type { Value } from '../onnx/graph.ts';
import type { Architecture, LayerContext } from './architecture.ts';
import type { PrefixAttention } from './attention.ts';
import type { EmbeddedTokens } from './embed-tokens.ts';

/** The tokens whose logits are asked for. */
export interface Queries {
  /** Their rows of x [tokens, n]: → [queries, n]. */
  select(x: Value): Value;
  /** Their places, [queries] (int32). */
  readonly positions: Value;
}

/**
 * Takes embedded tokens through all layers: → the queries' rows [queries, hidden].
 * @param recompute whether a layer's activations are computed again for the backward pass, not kept
 */
export function throughLayers(
  backbone: Architecture,
  attention: PrefixAttention,
  { parts, positions }: Pick<EmbeddedTokens, 'parts' | 'positions'>,
  queries: Queries,
  recompute = false,
): Value {
  const last = backbone.layers - 1;
  const context = (i: number): LayerContext => ({
    positions,
    attend: (projections, window) => attention.attend(i, projections, 'tokens', window),
    wanted: (x) => x,
    wantedPositions: positions,
    allWanted: true,
  });
  let x = parts;
  for (let i = 0; i < last; i++) {
    const layer = (input: readonly Value[]) => backbone.layer(i, input, context(i));
    x = [recompute ? recomputed(x, layer) : layer(x)];
  }
  // The last layer's activations are used as soon as they are there.
  return backbone.layer(last, x, {
    positions,
    attend: (projections, window) => attention.attend(last, projections, 'queries', window),
    wanted: queries.select,
    wantedPositions: queries.positions,
    allWanted: false,
  });
}
