import type { GroupedDecoder } from '../../../model/src/architectures/grouped-decoder.ts';
import type { ModelConfig } from '../../../model/src/architectures/index.ts';
import type { Value } from '../onnx/graph.ts';
import { gather, gemm } from '../onnx/operators.ts';
import type { Architecture } from './architecture.ts';
import type { FrozenLayers } from './frozen-layers.ts';

type Config = GroupedDecoder & Pick<ModelConfig, 'vocabSize' | 'hidden' | 'tied'>;

/**
 * What stands around the layers of Llama, and of most that came after it: sizes, word embeddings without positions, a final norm,
 * and an output projection without a bias.
 */
export function aroundLayers(
  frozen: FrozenLayers,
  config: Config,
  norm: (x: Value, name: string) => Value,
): Omit<Architecture, 'layer'> {
  const { layers, hidden, vocabSize, headSize, tied } = config;
  return {
    layers,
    hidden,
    vocabSize,
    headSize,
    attentionScale: 1 / Math.sqrt(headSize),
    embed: (ids) => gather(frozen.weight('embed_tokens.weight'), ids),
    position: (x) => x,
    logits(x) {
      const output = frozen.weight(tied ? 'embed_tokens.weight' : 'lm_head.weight');
      return gemm(norm(x, 'norm'), output, undefined, { transB: true });
    },
  };
}
