import { useFewRowProducts } from '../onnx/few-row-products.ts';
import { takeFrozenPart } from '../onnx/frozen-part.ts';
import type { Graph } from '../onnx/graph.ts';
import { rewriteNodes } from '../onnx/rewrite.ts';
import { serializeModel } from '../onnx/serialize.ts';
import { unpackAtUse } from '../onnx/unpack-at-use.ts';
import { type HeldWeights, holdWeights } from './held-weights.ts';
import { InferenceSession, Tensor } from './onnxruntime.ts';
import { type Provider, TRAITS } from './providers.ts';
import { runtimeFailure } from './runtime-failure.ts';
import type { Feed, TensorData } from './tensor.ts';

export interface SessionOptions {
  /** The folder that external initialisers are named from. */
  readonly weightsFolder?: string;
  readonly threads?: number;
  /** What it runs on; the CPU where it is left out. */
  readonly provider?: Provider;
  /**
   * Threads wait awake for the next product, for up to `SPIN_MICROSECONDS`. On an otherwise idle machine a training step then takes
   * a few hundredths less. Beside other work, such as a busy editor's, it takes longer: a thread that is awake at the end of a
   * product keeps a processor from the very thread that it waits for.
   */
  readonly spins?: boolean;
  /** Copies constant matrices into the layout of the product kernel: a little faster, for as much memory again. */
  readonly prepack?: boolean;
  /**
   * Memory that a value is done with is given back at once, and not kept for the next of its shape. A deep graph then takes several
   * times as long to load (`SerializeOptions`); bench/README.md has both numbers.
   */
  readonly lean?: boolean;
  /** Of most runs, few rows go through each product: on the CPU see `useFewRowProducts`. */
  readonly fewRows?: boolean;
  /** Weights in half precision are cast to float32 where they are used, one at a time, and not all of them for good. */
  readonly unpackAtUse?: boolean;
  /**
   * Names of values that come of stored weights alone and are made of them a few at a time, once for all sessions. The runtime
   * itself makes all of them at once, with everything that lies between. A device is given all of its weights so.
   */
  readonly hold?: ReadonlySet<string>;
  /** Outputs that are fed to a later run, which stay on the device where it can hold them; `runKeeping` gives them. */
  readonly keeps?: (output: string) => boolean;
  readonly profilePrefix?: string;
}

/** Longer than what lies between two products of a layer; waiting longer gains nothing more. */
const SPIN_MICROSECONDS = 100;

const SPINNING = {
  'intra_op.allow_spinning': '1',
  'intra_op.spin_duration_us': String(SPIN_MICROSECONDS),
  // Between two runs another session's threads may have the processors.
  force_spinning_stop: '1',
};
const NOT_SPINNING = { 'intra_op.allow_spinning': '0' };

/** The runtime would write products of few rows in their other form again. */
const AS_WRITTEN = { disable_specified_optimizers: 'GemmTransposeFusion' };

/** What a run gives: `kept` are the outputs that the session was told to keep, for feeding them to another run. */
export interface RunResults {
  readonly outputs: Record<string, TensorData>;
  readonly kept: Record<string, Feed>;
}

/** A graph that the runtime has loaded. Runs one at a time; `run` keeps this thread busy until it is done. */
export class Session {
  private readonly session: InferenceSession;
  private readonly keeps: (output: string) => boolean;
  private readonly weights: HeldWeights | undefined;

  private constructor(session: InferenceSession, keeps: (output: string) => boolean, weights?: HeldWeights) {
    this.session = session;
    this.keeps = keeps;
    this.weights = weights;
  }

  /** The graph may be changed into a form that the provider has. @throws EngineError where the runtime cannot load it */
  static async create(graph: Graph, options: SessionOptions = {}): Promise<Session> {
    const { provider = 'cpu', weightsFolder, keeps = () => false } = options;
    const traits = TRAITS[provider];
    const { hold } = options;
    const frozen = hold ? takeFrozenPart(graph, (name) => hold.has(name)) : [];
    const fewRows = options.fewRows && provider === 'cpu';
    if (fewRows) useFewRowProducts(graph);
    if (options.unpackAtUse && !traits.holdsTensors) unpackAtUse(graph);
    rewriteNodes(graph, traits.rewrites);
    if (traits.holdsTensors) frozen.push(...takeFrozenPart(graph));
    const session: Record<string, string> = { ...(options.spins ? SPINNING : NOT_SPINNING) };
    if (weightsFolder) session.model_external_initializers_file_folder_path = weightsFolder;
    if (!options.prepack) session.disable_prepacking = '1';
    const made = await InferenceSession.create(serializeModel(graph, { named: !options.lean }), {
      ...traits.session,
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      // The first run of a size fills an arena; with a pattern the second would ask for the same memory again, in one piece.
      enableMemPattern: false,
      // Warnings of the runtime (unused initialisers, shape names) say nothing to a user.
      logSeverityLevel: 3,
      ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
      ...(options.profilePrefix ? { enableProfiling: true, profileFilePrefix: options.profilePrefix } : {}),
      ...(traits.holdsTensors ? { preferredOutputLocation: placesOf(graph, keeps) } : {}),
      extra: { session, ...(fewRows ? { optimization: AS_WRITTEN } : {}) },
    }).catch((error: unknown) => {
      throw runtimeFailure(error);
    });
    if (frozen.length === 0) return new Session(made, keeps);
    try {
      return new Session(
        made,
        keeps,
        await holdWeights(frozen, weightsFolder!, { provider, threads: options.threads }),
      );
    } catch (error) {
      await made.release();
      throw runtimeFailure(error);
    }
  }

  /** Runs a session that keeps nothing. @throws EngineError where the runtime fails */
  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>> {
    return (await this.runKeeping(feeds)).outputs;
  }

  async runKeeping(feeds: Readonly<Record<string, Feed>>): Promise<RunResults> {
    const tensors: Record<string, Tensor> = { ...this.weights?.feeds };
    for (const [name, feed] of Object.entries(feeds)) {
      tensors[name] =
        feed.type === 'held'
          ? (feed.tensor as Tensor)
          : new Tensor(feed.type, feed.data as Float32Array, feed.dims as number[]);
    }
    const results: RunResults = { outputs: {}, kept: {} };
    const made = await this.session.run(tensors).catch((error: unknown) => {
      throw runtimeFailure(error);
    });
    for (const [name, tensor] of Object.entries(made)) {
      const { type, dims } = tensor;
      if (tensor.location !== 'cpu') results.kept[name] = { type: 'held', dims, tensor };
      else (this.keeps(name) ? results.kept : results.outputs)[name] = { type, dims, data: tensor.data } as TensorData;
    }
    return results;
  }

  async release(): Promise<void> {
    await this.weights?.release();
    await this.session.release();
  }

  endProfiling(): void {
    this.session.endProfiling();
  }
}

function placesOf(graph: Graph, keeps: (output: string) => boolean): Record<string, 'gpu-buffer' | 'cpu'> {
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, keeps(name) ? 'gpu-buffer' : 'cpu']));
}
