import type { ApertusConfig } from '../../../model/src/architectures/apertus.ts';
import type { Value } from '../onnx/graph.ts';
import { abs, add, addScalar, exp, less, log, mul, mulScalar, neg, relu, sub, where } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import { aroundLayers } from './around-layers.ts';
import { type FrozenLayers, normOfHeads } from './frozen-layers.ts';
import { stacked } from './packed-tokens.ts';
import { Rotary } from './rotary.ts';
import { selfAttention } from './self-attention.ts';

/** Apertus (see `ApertusConfig`). Matrices are stored [out, in]. */
export function apertus(frozen: FrozenLayers, config: ApertusConfig): Architecture {
  const { heads, keyValueHeads, headSize } = config;
  const rotary = new Rotary(config.rotary);
  const norm = (x: Value, name: string) => frozen.rmsNorm(x, name, config.rmsNormEpsilon);
  const headNorm = (x: Value, name: string) => normOfHeads(x, headSize, (head) => norm(head, name));
  const feedForward = (x: Value, name: string) => {
    const alpha = (sign: 'p' | 'n') => softplus(frozen.weight(`${name}.act_fn.alpha_${sign}`));
    const inner = xielu(frozen.linear(x, `${name}.up_proj`), alpha('p'), addScalar(alpha('n'), BETA));
    return frozen.linear(inner, `${name}.down_proj`);
  };

  return {
    ...aroundLayers(frozen, config, (x) => norm(x, 'norm')),

    layer(index, parts, context) {
      const name = `layers.${index}`;
      const x = stacked(parts);
      const normal = norm(x, `${name}.attention_layernorm`);
      const projections = frozen.projections(`${name}.self_attn`, headNorm);
      const attended = selfAttention(normal, context, { heads, keyValueHeads, rotary, ...projections });
      const after = add(context.wanted(x), frozen.linear(attended, `${name}.self_attn.o_proj`));
      return add(after, feedForward(norm(after, `${name}.feedforward_layernorm`), `${name}.mlp`));
    },
  };
}

/** The slope at zero, and where the exponential's argument ends, as transformers has them; files hold them, too, and no other ones. */
const BETA = 0.5;
const EPSILON = -1e-6;

/**
 * xIELU (Huang & Schlag 2024): βx + αₚx² above zero, and βx + αₙ(eˣ − 1 − x) elsewhere, where αs are positive.
 * @param positive αₚ [1]
 * @param negative αₙ [1]
 */
export function xielu(x: Value, positive: Value, negative: Value): Value {
  const { graph } = x;
  const epsilon = graph.float(EPSILON);
  // The smaller one of x and ε, from operators that have a gradient.
  const low = sub(epsilon, relu(sub(epsilon, x)));
  const below = mul(sub(addScalar(exp(low), -1), x), negative);
  return add(where(less(graph.float(0), x), mul(mul(x, x), positive), below), mulScalar(x, BETA));
}

/** log(1 + eˣ), without an overflow for large x. */
function softplus(x: Value): Value {
  return add(relu(x), log(addScalar(exp(neg(abs(x))), 1)));
}
