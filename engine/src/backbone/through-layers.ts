import type { Value } from '../onnx/graph.ts';
import type { Architecture, LastLayerContext, LayerContext } from './architecture.ts';
import type { PrefixAttention } from './attention.ts';
import type { EmbeddedTokens } from './embed-tokens.ts';

/** Takes embedded tokens through all layers: → the queries' rows [queries, hidden]. */
export function throughLayers(
  backbone: Architecture,
  attention: PrefixAttention,
  { parts, positions }: Pick<EmbeddedTokens, 'parts' | 'positions'>,
  queries: Pick<LastLayerContext, 'select' | 'queryPositions'>,
): Value {
  const last = backbone.layers - 1;
  const context = (i: number): LayerContext => ({
    positions,
    attend: (projections, set) => attention.attend(i, projections, set),
  });
  let x = parts;
  for (let i = 0; i < last; i++) x = [backbone.layer(i, x, context(i))];
  return backbone.lastLayer(last, x, { ...context(last), ...queries });
}
