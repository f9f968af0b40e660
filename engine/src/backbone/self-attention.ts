import type { Value } from '../onnx/graph.ts';
import { reshape, split, transpose } from '../onnx/operators.ts';
import type { LayerContext } from './architecture.ts';
import type { HeadGroup, Projection } from './attention.ts';
import type { Rotary } from './rotary.ts';

export interface Heads {
  readonly heads: number;
  /** Where several heads of queries share keys and values. */
  readonly keyValueHeads?: number;
  /** Left out in a layer in which no token knows its place, and in models that say places otherwise. */
  readonly rotary?: Rotary | undefined;
  /** How many tokens back a token sees, where that is limited. */
  readonly window?: number | undefined;
}

/** Projections of normalised tokens: [n, hidden] → [n, heads · head size]. */
export interface Projections {
  query(x: Value): Value;
  key(x: Value): Value;
  value(x: Value): Value;
}

/** Self-attention over x [tokens, hidden]: → [wanted, heads · head size]. */
export function selfAttention(x: Value, context: LayerContext, layer: Heads & Projections): Value {
  const { heads, keyValueHeads = heads, rotary, window } = layer;
  const query = turned(rotary, layer.query(context.wanted(x)), context.wantedPositions, heads);
  const key = turned(rotary, layer.key(x), context.positions, keyValueHeads);
  const value = part('value', layer.value(x), keyValueHeads);
  return context.attend([part('query', query, heads), part('key', key, keyValueHeads), value], window);
}

/**
 * As `selfAttention`, where queries, keys and values are one projection, [tokens, heads · (query, key, value)], in which those of
 * each head stand together.
 */
export function fusedAttention(
  projected: Value,
  context: LayerContext,
  { heads, headSize, rotary }: Pick<Heads, 'heads' | 'rotary'> & { readonly headSize: number },
): Value {
  const [query, key, value] = fusedHeads(projected, heads, headSize);
  return context.attend([
    part('query', turned(rotary, context.wanted(query), context.wantedPositions, heads), heads),
    part('key', turned(rotary, key, context.positions, heads), heads),
    part('value', value, heads),
  ]);
}

function turned(rotary: Rotary | undefined, x: Value, positions: Value, heads: number): Value {
  return rotary?.turn(x, positions, heads) ?? x;
}

function part(role: HeadGroup['role'], value: Value, heads: number): Projection {
  return { value, groups: [{ role, heads }] };
}

/** [n, heads · (query, key, value)] → queries, keys and values, [n, heads · head size] each. */
function fusedHeads(projected: Value, heads: number, headSize: number): [Value, Value, Value] {
  const { graph } = projected;
  const n = projected.shape[0]!;
  const byHead = reshape(projected, [n, heads, 3, headSize], graph.int([-1, heads, 3, headSize]));
  return split(transpose(byHead, [2, 0, 1, 3]), 0, [1, 1, 1]).map((part) =>
    reshape(part, [n, heads * headSize], graph.int([-1, heads * headSize])),
  ) as [Value, Value, Value];
}
