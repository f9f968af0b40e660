import { architectureOf, type ModelConfig } from '../../../model/src/architectures/index.ts';
import type { Value } from '../onnx/graph.ts';
import { gather, gemm } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import type { FrozenLayers } from './frozen-layers.ts';

/**
 * What stands around the layers of most backbones: sizes, word embeddings without positions, a final norm, and an output projection,
 * with a bias where the model has one.
 * @param finalNorm of what the last layer gives, [n, hidden]
 */
export function aroundLayers(
  frozen: FrozenLayers,
  config: Pick<ModelConfig, 'modelType' | 'layers' | 'hidden' | 'tied'> & { readonly headSize: number },
  finalNorm: (x: Value) => Value,
): Omit<Architecture, 'layer'> {
  const { layers, hidden, headSize, tied } = config;
  const { wordEmbeddings, outputProjection } = architectureOf(config.modelType);
  return {
    layers,
    hidden,
    headSize,
    attentionScale: 1 / Math.sqrt(headSize),
    embed: (ids) => gather(frozen.weight(wordEmbeddings), ids),
    position: (x) => x,
    logits(x) {
      const output = frozen.weight(tied ? wordEmbeddings : outputProjection);
      const normal = finalNorm(x);
      return gemm(normal, output, frozen.bias(outputProjection.replace(/\.weight$/, '')), { transB: true });
    },
  };
}
