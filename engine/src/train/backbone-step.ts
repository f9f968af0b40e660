import type { Backbone } from '../backbone/backbone.ts';
import { float32Bytes } from '../backbone/weights.ts';
import { packBatch } from '../data/packed-batch.ts';
import { countTargets, type TokenRow } from '../data/token-row.ts';
import { useInt8Products } from '../onnx/int8-products.ts';
import { largestInt8 } from '../runtime/int8-range.ts';
import { Session, type SessionOptions } from '../runtime/session.ts';
import { float32, type TensorData } from '../runtime/tensor.ts';
import { type BatchRun, runsOf, type TaskRow, TOKENS_A_RUN, type VirtualPlace, virtualPlaces } from './batch-runs.ts';
import { buildStepGraph, type StepGraph } from './step-graph.ts';

export type { TaskRow } from './batch-runs.ts';

export interface StepResult {
  /** Mean cross-entropy of all target tokens of the batch. */
  readonly loss: number;
  readonly targets: number;
  /** Gradient of the loss for each task that has a row in the batch, [virtual tokens, hidden]. */
  readonly dVirtual: ReadonlyMap<string, Float32Array>;
}

/**
 * Up to this size, as float32, a model's weights are kept a second time in the layout of the product kernel while it is trained:
 * a step of few tokens gains most. Larger models stay mapped from their files alone, and what is stored in half precision
 * is unpacked where it is used.
 */
export const PREPACKED_BYTES = 2 ** 30;

export function mayPrepack({ model }: Backbone): boolean {
  return float32Bytes(model) <= PREPACKED_BYTES;
}

export interface StepOptions extends SessionOptions {
  /** A layer's activations are computed again for the backward pass and not kept: less memory, more time. */
  readonly recompute?: boolean;
  /** How many tokens go through the backbone at once, at most, but for a single row of more. */
  readonly tokensARun?: number;
  /**
   * `int8`: products with frozen matrices, forward and backward, are those of 8-bit integers. It takes half the time on a CPU
   * that has instructions for it, and differs by a few hundredths. The loss alone is computed in float32 all the same.
   */
  readonly precision?: 'float32' | 'int8';
}

/** The backbone's half of training steps: forward, loss and backward over a batch that may mix tasks. */
export class BackboneStep {
  private readonly backbone: Backbone;
  private readonly options: StepOptions;
  private readonly sessions = new Map<string, StepGraph & { session: Session }>();

  constructor(backbone: Backbone, options: StepOptions = {}) {
    this.backbone = backbone;
    this.options = { ...options, weightsFolder: backbone.weightsFolder };
  }

  /** One batch, forward and backward. @param virtual virtual embeddings by taskname, [virtual tokens, hidden] */
  async run(batch: readonly TaskRow[], virtual: ReadonlyMap<string, Float32Array>): Promise<StepResult> {
    const targets = targetsOf(batch);
    const dVirtual = new Map<string, Float32Array>();
    let loss = 0;
    for (const { taskname, rows } of this.runsOf(batch)) {
      const part = await this.runRows(rows, virtual.get(taskname)!, 1 / targets, true);
      const gradient = part.d_virtual!.data as Float32Array;
      loss += Number(part.loss!.data[0]);
      const sum = dVirtual.get(taskname);
      if (sum) for (let i = 0; i < sum.length; i++) sum[i]! += gradient[i]!;
      else dVirtual.set(taskname, gradient);
    }
    return { loss, targets, dVirtual };
  }

  /** The loss alone, for validation. */
  async loss(
    batch: readonly TaskRow[],
    virtual: ReadonlyMap<string, Float32Array>,
  ): Promise<Pick<StepResult, 'loss' | 'targets'>> {
    const targets = targetsOf(batch);
    let loss = 0;
    for (const { taskname, rows } of this.runsOf(batch)) {
      const part = await this.runRows(rows, virtual.get(taskname)!, 1 / targets, false);
      loss += Number(part.loss!.data[0]);
    }
    return { loss, targets };
  }

  async release(): Promise<void> {
    for (const { session } of this.sessions.values()) await session.release();
    this.sessions.clear();
  }

  private async runRows(
    rows: readonly TokenRow[],
    virtual: Float32Array,
    weight: number,
    gradient: boolean,
  ): Promise<Record<string, TensorData>> {
    const places = virtualPlaces(rows);
    const { session, inverses, windows } = await this.step(places, gradient);
    const { hidden } = this.backbone.model.config;
    const virtualTokens = virtual.length / hidden;
    return session.run({
      ...packBatch(rows, { virtualTokens, places, inverses, windows, weight }),
      virtual: float32(virtual, [virtualTokens, hidden]),
    });
  }

  private runsOf(batch: readonly TaskRow[]): Iterable<BatchRun> {
    return runsOf(batch, this.options.tokensARun ?? TOKENS_A_RUN, this.backbone.model.config.vocabSize);
  }

  private async step(places: VirtualPlace, gradient: boolean): Promise<StepGraph & { session: Session }> {
    const key = `${places} ${gradient}`;
    let step = this.sessions.get(key);
    if (!step) {
      const built = buildStepGraph(this.backbone.architecture, places, {
        gradient,
        ...(this.options.recompute ? { recompute: true } : {}),
      });
      const int8 = gradient && this.options.precision === 'int8';
      if (int8) {
        const { vocabSize } = this.backbone.model.config;
        useInt8Products(built.graph, { largest: await largestInt8(), vocabSize });
      }
      const prepack = int8 || (gradient && (this.options.prepack ?? mayPrepack(this.backbone)));
      const unpackAtUse = !prepack && (this.options.provider ?? 'cpu') === 'cpu';
      const session = await Session.create(built.graph, { ...this.options, prepack, unpackAtUse });
      step = { ...built, session };
      this.sessions.set(key, step);
    }
    return step;
  }
}

function targetsOf(batch: readonly TaskRow[]): number {
  return batch.reduce((sum, { row }) => sum + countTargets(row), 0);
}
