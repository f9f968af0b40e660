import { t } from '../../../l10n/src/words.ts';
import { architectureOf, type ModelConfig } from '../../../model/src/architectures/index.ts';
import type { Architecture } from '../backbone/architecture.ts';
import { FrozenLayers } from '../backbone/frozen-layers.ts';
import { gpt2 } from '../backbone/gpt2.ts';
import { llama } from '../backbone/llama.ts';
import type { Weights } from '../backbone/weights.ts';
import { packBatch } from '../data/packed-batch.ts';
import type { TokenRow } from '../data/token-row.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { useHalfProducts } from '../onnx/half-products.ts';
import { slice } from '../onnx/operators.ts';
import { Random } from '../random.ts';
import type { Provider } from '../runtime/providers.ts';
import { Session } from '../runtime/session.ts';
import { float32 } from '../runtime/tensor.ts';
import { runScaled } from '../train/loss-scale.ts';
import { buildStepGraph } from '../train/step-graph.ts';

/*
 * A training step so small that its gradient stands here. A device that is to train must find it: drivers and providers
 * have had operators that gave wrong numbers without a word.
 */

const HIDDEN = 8;

/** Two rows with a common start of two virtual tokens, one of them with an answer of two tokens. */
const ROWS: readonly TokenRow[] = [
  { ids: Int32Array.of(-1, -2, 3, 5, 7, 2), firstTarget: 4 },
  { ids: Int32Array.of(-1, -2, 4, 6, 1), firstTarget: 4 },
];
const TARGETS = 3;

type Kind = 'gpt2' | 'llama';

export interface KnownStep {
  readonly loss: number;
  /** [virtual tokens, hidden] */
  readonly gradient: readonly number[];
}

/** What the CPU computes in float32; a test holds it against the CPU again. */
export const KNOWN_STEPS: Readonly<Record<Kind, KnownStep>> = {
  gpt2: {
    loss: 2.306972,
    gradient: [
      0.000676, -0.003154, 0.00608, -0.001224, -0.00442, -0.001736, -0.00768, 0.011459, 0.000058, -0.008835, 0.00433,
      0.005732, -0.008136, -0.00322, 0.001953, 0.008118,
    ],
  },
  llama: {
    loss: 2.049301,
    gradient: [
      0.021583, -0.006235, 0.017928, 0.005851, 0.002498, -0.021373, 0.016559, 0.003138, 0.015353, 0.005048, 0.029721,
      -0.005724, 0.000506, -0.018751, 0.007843, 0.003767,
    ],
  },
};

type Precision = 'float32' | 'float16';

/** Of the largest entry. Some devices multiply with ten bits of mantissa in float32, too; what is wrong is wrong by far more. */
const TOLERANCE = 0.02;

/** Takes the known step on a provider. @throws Error where the provider cannot, or finds other numbers */
export async function tryKnownSteps(provider: Provider, precision: Precision = 'float32'): Promise<void> {
  for (const kind of ['gpt2', 'llama'] as const) {
    const found = await takeStep(kind, provider, precision);
    const known = KNOWN_STEPS[kind];
    const wrong =
      Math.abs(found.loss - known.loss) / known.loss > TOLERANCE ||
      relativeError(found.gradient, known.gradient) > TOLERANCE;
    if (wrong) throw new Error(t('a training step of a small {0} model gives wrong numbers', kind));
  }
}

/** @param precision of matrix products */
export async function takeStep(kind: Kind, provider: Provider, precision: Precision = 'float32'): Promise<KnownStep> {
  const half = precision === 'float16';
  const options = { gradient: true, ...(half ? { lossScale: true } : {}) };
  const { graph, inverses, windows } = buildStepGraph(ARCHITECTURES[kind], 'prefix', options);
  if (half) useHalfProducts(graph);
  const session = await Session.create(graph, { provider });
  const random = Random.fromSeed(2);
  const virtual = Float32Array.from({ length: 2 * HIDDEN }, () => random.uniform(-0.5, 0.5));
  const weight = 1 / TARGETS;
  const feeds = {
    ...packBatch(ROWS, { virtualTokens: 2, places: 'prefix', inverses, windows, weight }),
    virtual: float32(virtual, [2, HIDDEN]),
  };
  const run = half ? runScaled((given) => session.run(given), feeds, weight) : session.run(feeds);
  const { loss, d_virtual } = await run;
  await session.release();
  return { loss: Number(loss!.data[0]), gradient: [...(d_virtual!.data as Float32Array)] };
}

/** Two layers each, so that there is a last one and one before it. */
const ARCHITECTURES: Readonly<Record<Kind, (graph: Graph) => Architecture>> = {
  gpt2: (graph) => {
    const config = configOf('gpt2', { vocab_size: 9, n_embd: HIDDEN, n_layer: 2, n_head: 2, n_positions: 16 });
    return gpt2(new FrozenLayers(graph, new SmallWeights(config)), config);
  },
  llama: (graph) => {
    const config = configOf('llama', {
      vocab_size: 9,
      hidden_size: HIDDEN,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      intermediate_size: 2 * HIDDEN,
      max_position_embeddings: 16,
    });
    return llama(new FrozenLayers(graph, new SmallWeights(config)), config);
  },
};

function configOf<Type extends Kind>(type: Type, json: Record<string, number>): ModelConfig & { modelType: Type } {
  const parsed = architectureOf(type).parseConfig(json, {});
  if (!('config' in parsed)) throw new Error(`the small ${type} model is not supported`);
  return parsed.config as ModelConfig & { modelType: Type };
}

/** Random numbers, the same on every machine. */
class SmallWeights implements Weights {
  private readonly shapes: ReadonlyMap<string, readonly number[]>;
  private readonly used = new Map<string, Value>();

  constructor(config: ModelConfig) {
    this.shapes = new Map(architectureOf(config.modelType).neededWeights(config));
  }

  has(name: string): boolean {
    return this.shapes.has(name);
  }

  get(graph: Graph, name: string): Value {
    let value = this.used.get(name);
    if (!value) {
      const shape = this.shapes.get(name)!;
      const random = Random.fromSeed(1).fork(name);
      const count = shape.reduce((product, size) => product * size, 1);
      value = graph.initializer(
        name,
        'float32',
        shape,
        Float32Array.from({ length: count }, () => random.uniform(-0.5, 0.5)),
      );
      this.used.set(name, value);
    }
    return value;
  }

  rows(graph: Graph, name: string, from: number, to: number): Value {
    return slice(this.get(graph, name), 0, from, to);
  }
}

function relativeError(found: readonly number[], known: readonly number[]): number {
  const largest = Math.max(...known.map(Math.abs));
  // NaN must not pass for small.
  const errors = known.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)) / largest);
  return errors.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...errors);
}
