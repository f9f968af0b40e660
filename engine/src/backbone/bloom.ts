import type { BloomConfig } from '../../../model/src/architectures/bloom.ts';
import type { Value } from '../onnx/graph.ts';
import { add } from '../onnx/operators.ts';
import { activate } from './activate.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import type { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { fusedAttention } from './self-attention.ts';

/** BLOOM (see `BloomConfig`): embeddings are normalised, and attention leans to what stands near. Matrices are [out, in]. */
export function bloom(frozen: FrozenLayers, config: BloomConfig): Architecture {
  const { heads, addsToNormal } = config;
  const headSize = config.hidden / heads;
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, config.layerNormEpsilon);

  return {
    ...aroundLayers(frozen, { ...config, headSize }, (x) => norm(x, 'ln_f')),
    slopes: alibiSlopes(heads),
    // Of virtual tokens, too: transformers normalises whatever embeddings it is given.
    position: (x) => norm(x, 'word_embeddings_layernorm'),

    layer(index, parts, context) {
      const name = `h.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.input_layernorm`);
      const projected = frozen.linear(normal, `${name}.self_attention.query_key_value`);
      const attended = fusedAttention(projected, context, { heads, headSize });
      const before = context.wanted(addsToNormal ? normal : x);
      const middle = add(before, frozen.linear(attended, `${name}.self_attention.dense`));
      const normalMiddle = norm(middle, `${name}.post_attention_layernorm`);
      const inner = activate(frozen.linear(normalMiddle, `${name}.mlp.dense_h_to_4h`), 'gelu_new');
      return add(addsToNormal ? normalMiddle : middle, frozen.linear(inner, `${name}.mlp.dense_4h_to_h`));
    },
  };
}

/**
 * A geometric series from 2^(−8 / heads) on (Press et al. 2022); where heads are no power of two, that of the next lower one, and
 * for the rest every second one of its double.
 */
export function alibiSlopes(heads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const series = (of: number, count: number, step: number) =>
    Array.from({ length: count }, (_, i) => 2 ** ((-8 / of) * (1 + i * step)));
  return [...series(power, power, 1), ...series(2 * power, heads - power, 2)];
}
