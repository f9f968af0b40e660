import type { Value } from '../onnx/graph.ts';
import type { LayerContext } from './architecture.ts';
import type { Rotary } from './rotary.ts';

export interface RotaryHeads {
  readonly heads: number;
  readonly keyValueHeads: number;
  /** Undefined in a layer in which no token knows its place. */
  readonly rotary: Rotary | undefined;
  /** How many tokens back a token sees, where that is limited. */
  readonly window?: number | undefined;
  /** Projections of normalised tokens: [n, hidden] → [n, heads · head size]. */
  query(x: Value): Value;
  key(x: Value): Value;
  value(x: Value): Value;
}

/** Self-attention over x [tokens, hidden] with rotary positions and heads that share keys and values: → [wanted, …]. */
export function rotaryAttention(x: Value, context: LayerContext, layer: RotaryHeads): Value {
  const { heads, keyValueHeads, rotary } = layer;
  const turned = (x: Value, positions: Value, count: number) => rotary?.turn(x, positions, count) ?? x;
  const query = turned(layer.query(context.wanted(x)), context.wantedPositions, heads);
  const key = turned(layer.key(x), context.positions, keyValueHeads);
  return context.attend(
    [
      { value: query, groups: [{ role: 'query', heads }] },
      { value: key, groups: [{ role: 'key', heads: keyValueHeads }] },
      { value: layer.value(x), groups: [{ role: 'value', heads: keyValueHeads }] },
    ],
    layer.window,
  );
}
