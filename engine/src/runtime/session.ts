import '../no-telemetry.ts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '../onnx/graph.ts';
import { rewriteNodes } from '../onnx/rewrite.ts';
import { serializeModel } from '../onnx/serialize.ts';
import { unpackAtUse } from '../onnx/unpack-at-use.ts';
import { type Provider, TRAITS } from './providers.ts';
import type { TensorData } from './tensor.ts';

export interface SessionOptions {
  /** The folder that external initialisers are named from. */
  readonly weightsFolder?: string;
  readonly threads?: number;
  /** What it runs on; the CPU where it is left out. */
  readonly provider?: Provider;
  /** Copies constant matrices into the layout of the product kernel: a little faster, for as much memory again. */
  readonly prepack?: boolean;
  /** Weights in half precision are cast to float32 where they are used, one at a time, and not all of them for good. */
  readonly unpackAtUse?: boolean;
  readonly profilePrefix?: string;
}

/** A graph that the runtime has loaded. Runs one at a time; `run` keeps this thread busy until it is done. */
export class Session {
  private readonly session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.session = session;
  }

  /** The graph may be changed into a form that the provider has. */
  static async create(graph: Graph, options: SessionOptions = {}): Promise<Session> {
    const provider = options.provider ?? 'cpu';
    const traits = TRAITS[provider];
    if (options.unpackAtUse) unpackAtUse(graph);
    rewriteNodes(graph, traits.rewrites);
    const session: Record<string, string> = { ...traits.config };
    if (options.weightsFolder) session.model_external_initializers_file_folder_path = options.weightsFolder;
    if (!options.prepack) session.disable_prepacking = '1';
    return new Session(
      await InferenceSession.create(serializeModel(graph), {
        ...traits.session,
        executionProviders: [provider],
        graphOptimizationLevel: 'all',
        // The first run of a size fills an arena; with a pattern the second would ask for the same memory again, in one piece.
        enableMemPattern: false,
        // Warnings of the runtime (unused initialisers, shape names) say nothing to a user.
        logSeverityLevel: 3,
        ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
        ...(options.profilePrefix ? { enableProfiling: true, profileFilePrefix: options.profilePrefix } : {}),
        extra: { session },
      }),
    );
  }

  async run(feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const tensors: Record<string, Tensor> = {};
    for (const [name, { type, data, dims }] of Object.entries(feeds)) {
      tensors[name] = new Tensor(type, data as Float32Array, dims as number[]);
    }
    const results = await this.session.run(tensors);
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [
        name,
        { type: tensor.type, dims: tensor.dims, data: tensor.data } as TensorData,
      ]),
    );
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  endProfiling(): void {
    this.session.endProfiling();
  }
}
