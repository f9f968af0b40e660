import { recomputed } from '../autodiff/recompute.ts';
import type { Value } from '../onnx/graph.ts';
import type { Architecture, LastLayerContext, LayerContext } from './architecture.ts';
import type { PrefixAttention } from './attention.ts';
import type { EmbeddedTokens } from './embed-tokens.ts';

/**
 * Takes embedded tokens through all layers: → the queries' rows [queries, hidden].
 * @param recompute whether a layer's activations are computed again for the backward pass, not kept
 */
export function throughLayers(
  backbone: Architecture,
  attention: PrefixAttention,
  { parts, positions }: Pick<EmbeddedTokens, 'parts' | 'positions'>,
  queries: Pick<LastLayerContext, 'select' | 'queryPositions'>,
  recompute = false,
): Value {
  const last = backbone.layers - 1;
  const context = (i: number): LayerContext => ({
    positions,
    attend: (projections, set) => attention.attend(i, projections, set),
  });
  let x = parts;
  for (let i = 0; i < last; i++) {
    const layer = (input: readonly Value[]) => backbone.layer(i, input, context(i));
    x = [recompute ? recomputed(x, layer) : layer(x)];
  }
  // The last layer's activations are used as soon as they are there.
  return backbone.lastLayer(last, x, { ...context(last), ...queries });
}
