import type { EncoderType } from '../../../task/src/types.ts';
import { gradients } from '../autodiff/gradients.ts';
import { Graph, type Value } from '../onnx/graph.ts';
import type { Random } from '../random.ts';
import { Session, type SessionOptions } from '../runtime/session.ts';
import { float32, type TensorData } from '../runtime/tensor.ts';
import type { DefineEncoder, EncoderDefinition, EncoderSpec, EncoderTask } from './encoder-definition.ts';
import { defineEmbedding } from './encoders/embedding.ts';
import { defineLstm } from './encoders/lstm.ts';
import { defineMlp, defineTpmlp } from './encoders/mlp.ts';
import { defineResidual } from './encoders/residual.ts';

export type { EncoderSpec, EncoderTask } from './encoder-definition.ts';
export type { EncoderType };

/** Trained tensors by name, always in the order of `initialParameters`. */
export type Parameters = Map<string, { shape: number[]; data: Float32Array }>;

/** Dropout masks by name, from `PromptEncoder.sampleDropout`. */
export type DropoutMasks = ReadonlyMap<string, Float32Array>;

const DEFINE: Record<EncoderType, DefineEncoder> = {
  lstm: defineLstm,
  mlp: defineMlp,
  tpmlp: defineTpmlp,
  embedding: defineEmbedding,
  residual: defineResidual,
};

const FEWEST_LAYERS: Partial<Record<EncoderType, number>> = { lstm: 1, mlp: 2 };

/** @throws RangeError where the specification or a task cannot be encoded; says what is wrong */
function define(spec: EncoderSpec, tasks: readonly EncoderTask[]): EncoderDefinition {
  const { type, hidden, numLayers, encoderHidden, dropout } = spec;
  const fewest = FEWEST_LAYERS[type];
  if (fewest !== undefined && !(Number.isInteger(numLayers) && numLayers >= fewest)) {
    throw new RangeError(`the ${type} encoder needs ${fewest} or more layers, not ${numLayers}`);
  }
  if (encoderHidden !== null && !(Number.isInteger(encoderHidden) && encoderHidden >= 1)) {
    throw new RangeError(`the width of an encoder is a positive number, not ${encoderHidden}`);
  }
  if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`dropout is at least 0 and below 1, not ${dropout}`);
  if (tasks.length === 0) throw new RangeError('there is no task to encode');
  if (new Set(tasks.map((task) => task.taskname)).size < tasks.length) throw new RangeError('two tasks have one name');
  for (const { taskname, virtualTokens, nameEmbeddings, initial } of tasks) {
    if (!(Number.isInteger(virtualTokens) && virtualTokens >= 1)) {
      throw new RangeError(`task ${taskname} has ${virtualTokens} virtual tokens`);
    }
    if (nameEmbeddings.length % hidden !== 0) {
      throw new RangeError(`the name embeddings of task ${taskname} are not rows of ${hidden}`);
    }
    if (initial && initial.length !== virtualTokens * hidden) {
      throw new RangeError(`the initial rows of task ${taskname} are not ${virtualTokens} rows of ${hidden}`);
    }
  }
  return DEFINE[type](spec, tasks);
}

/**
 * Fresh parameters, the same for the same state of `random`.
 * @throws RangeError where the specification or a task cannot be encoded
 */
export function initialParameters(spec: EncoderSpec, tasks: readonly EncoderTask[], random: Random): Parameters {
  return new Map(
    define(spec, tasks).parameters.map(({ name, shape, initial }) => [
      name,
      { shape: [...shape], data: initial(random) },
    ]),
  );
}

/** How many numbers `initialParameters` draws. @throws RangeError as it does */
export function parameterCount(spec: EncoderSpec, tasks: readonly EncoderTask[]): number {
  return define(spec, tasks).parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/**
 * The encoder's graph: an input for each parameter and dropout mask, the output `virtual` [Σ virtual tokens, hidden].
 * With `backward` instead an input `d_virtual` of that shape, and for each parameter an output `d.<name>`.
 */
export function buildEncoderGraph(
  spec: EncoderSpec,
  tasks: readonly EncoderTask[],
  options: { backward: boolean },
): Graph {
  const definition = define(spec, tasks);
  const graph = new Graph();
  const inputs = new Map<string, Value>();
  for (const { name, shape } of [...definition.parameters, ...definition.dropoutMasks]) {
    inputs.set(name, graph.input(name, 'float32', shape));
  }
  const virtual = definition.build(graph, (name) => inputs.get(name)!);
  if (options.backward) {
    const targets = definition.parameters.map(({ name }) => inputs.get(name)!);
    const found = gradients(virtual, graph.input('d_virtual', 'float32', virtual.shape), targets);
    definition.parameters.forEach(({ name }, i) => {
      graph.output(`d.${name}`, found[i]!);
    });
  } else {
    graph.output('virtual', virtual);
  }
  return graph;
}

/**
 * The prompt encoder of a run: parameters → virtual embeddings of every task, and their gradients → gradients of the
 * parameters. It keeps no parameters itself. Runs on the CPU; a call keeps this thread busy until it is done.
 */
export class PromptEncoder {
  private readonly spec: EncoderSpec;
  private readonly tasks: readonly EncoderTask[];
  private readonly definition: EncoderDefinition;
  private readonly forward: Session;
  private readonly backward: Session;

  private constructor(spec: EncoderSpec, tasks: readonly EncoderTask[], forward: Session, backward: Session) {
    this.spec = spec;
    this.tasks = tasks;
    this.definition = define(spec, tasks);
    this.forward = forward;
    this.backward = backward;
  }

  /** @throws RangeError where the specification or a task cannot be encoded */
  static async create(
    spec: EncoderSpec,
    tasks: readonly EncoderTask[],
    sessionOptions?: SessionOptions,
  ): Promise<PromptEncoder> {
    const forward = await Session.create(buildEncoderGraph(spec, tasks, { backward: false }), {
      threads: 1,
      ...sessionOptions,
    });
    const backward = await Session.create(buildEncoderGraph(spec, tasks, { backward: true }), {
      threads: 1,
      ...sessionOptions,
    });
    return new PromptEncoder(spec, tasks, forward, backward);
  }

  /** Virtual embeddings [virtual tokens, hidden] by taskname. Without masks nothing is dropped. */
  async encode(parameters: Parameters, dropoutMasks?: DropoutMasks): Promise<Map<string, Float32Array>> {
    const { virtual } = await this.forward.run(this.feeds(parameters, dropoutMasks));
    const rows = virtual!.data as Float32Array;
    let from = 0;
    return new Map(
      this.tasks.map(({ taskname, virtualTokens }) => {
        const end = from + virtualTokens * this.spec.hidden;
        const part = rows.slice(from, end);
        from = end;
        return [taskname, part];
      }),
    );
  }

  /**
   * Gradients by parameter, in the parameters' order, given those of the virtual embeddings [virtual tokens, hidden] by
   * taskname; a task that is left out has none. The masks must be those that the embeddings were encoded with.
   */
  async gradients(
    parameters: Parameters,
    dVirtual: ReadonlyMap<string, Float32Array>,
    dropoutMasks?: DropoutMasks,
  ): Promise<Map<string, Float32Array>> {
    const { hidden } = this.spec;
    const total = this.tasks.reduce((sum, task) => sum + task.virtualTokens, 0);
    const rows = new Float32Array(total * hidden);
    let at = 0;
    for (const { taskname, virtualTokens } of this.tasks) {
      const gradient = dVirtual.get(taskname);
      if (gradient && gradient.length !== virtualTokens * hidden) {
        throw new Error(`the gradient of task ${taskname} is not ${virtualTokens} rows of ${hidden}`);
      }
      if (gradient) rows.set(gradient, at);
      at += virtualTokens * hidden;
    }
    const results = await this.backward.run({
      ...this.feeds(parameters, dropoutMasks),
      d_virtual: float32(rows, [total, hidden]),
    });
    return new Map(this.definition.parameters.map(({ name }) => [name, results[`d.${name}`]!.data as Float32Array]));
  }

  /** Fresh masks for one training step: 0 with probability `dropout`, 1 / (1 − dropout) otherwise; none where it is 0. */
  sampleDropout(random: Random): DropoutMasks {
    const { dropout } = this.spec;
    const kept = 1 / (1 - dropout);
    return new Map(
      this.definition.dropoutMasks.map(({ name, shape }) => [
        name,
        Float32Array.from({ length: sizeOf(shape) }, () => (random.uniform() < dropout ? 0 : kept)),
      ]),
    );
  }

  async release(): Promise<void> {
    await this.forward.release();
    await this.backward.release();
  }

  private feeds(parameters: Parameters, masks: DropoutMasks | undefined): Record<string, TensorData> {
    const feeds: Record<string, TensorData> = {};
    for (const { name, shape } of this.definition.parameters) {
      const parameter = parameters.get(name);
      if (parameter?.data.length !== sizeOf(shape)) throw new Error(`no parameter ${name} of shape [${shape}]`);
      feeds[name] = float32(parameter.data, shape);
    }
    for (const { name, shape } of this.definition.dropoutMasks) {
      const mask = masks?.get(name) ?? new Float32Array(sizeOf(shape)).fill(1);
      feeds[name] = float32(mask, shape);
    }
    return feeds;
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
