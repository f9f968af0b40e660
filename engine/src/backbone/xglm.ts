import { XGLM_FIRST_POSITION, type XglmConfig } from '../../../model/src/architectures/xglm.ts';
import type { Value } from '../onnx/graph.ts';
import { add, concat, equal, mulScalar, unsqueeze, where } from '../onnx/operators.ts';
import { activate } from './activate.ts';
import { anglesOf } from './angles.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import type { FrozenLayers } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { selfAttention } from './self-attention.ts';

/** XGLM (see `XglmConfig`): positions as sines and cosines, plain heads, norms in front. Matrices are stored [out, in]. */
export function xglm(frozen: FrozenLayers, config: XglmConfig): Architecture {
  const { graph } = frozen;
  const { hidden, heads, zeroPosition } = config;
  const norm = (x: Value, name: string) => frozen.layerNorm(x, name, config.layerNormEpsilon);
  const frequencies = frequenciesOf(hidden / 2);
  const sinusoids = (positions: Value): Value => {
    const { sines, cosines } = anglesOf(add(positions, graph.int32([XGLM_FIRST_POSITION])), [frequencies]);
    const rows = concat([sines, cosines], 1);
    if (zeroPosition === undefined) return rows;
    return where(unsqueeze(equal(positions, graph.int32([zeroPosition])), 1), graph.float(0), rows);
  };

  const around = aroundLayers(frozen, { ...config, headSize: hidden / heads }, (x) => norm(x, 'layer_norm'));

  return {
    ...around,
    embed: (ids) => mulScalar(around.embed(ids), config.embeddingScale),
    position: (x, positions) => add(x, sinusoids(positions)),

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.self_attn_layer_norm`);
      const attended = selfAttention(normal, context, { heads, ...frozen.projections(`${name}.self_attn`) });
      const middle = add(context.wanted(x), frozen.linear(attended, `${name}.self_attn.out_proj`));
      const inner = frozen.linear(norm(middle, `${name}.final_layer_norm`), `${name}.fc1`);
      return add(middle, frozen.linear(activate(inner, config.activation), `${name}.fc2`));
    },
  };
}

/** From 1 down to 1 / 10000 (Vaswani et al. 2017, but for the last one), in the float32 steps of transformers. */
function frequenciesOf(count: number): number[] {
  const step = Math.fround(-Math.log(10_000) / (count - 1));
  return Array.from({ length: count }, (_, i) => Math.fround(Math.exp(Math.fround(i * step))));
}
