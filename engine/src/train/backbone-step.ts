import type { Backbone } from '../backbone/backbone.ts';
import { packBatch } from '../data/packed-batch.ts';
import { countTargets, type TokenRow } from '../data/token-row.ts';
import { useHalfProducts } from '../onnx/half-products.ts';
import { useInt8Products } from '../onnx/int8-products.ts';
import { largestInt8 } from '../runtime/int8-range.ts';
import { RowsAtOnce, type RowsAtOnceOptions } from '../runtime/rows-at-once.ts';
import { Session, type SessionOptions } from '../runtime/session.ts';
import { float32, type TensorData } from '../runtime/tensor.ts';
import {
  type BatchPart,
  batchRuns,
  longOf,
  promptsApart,
  type TaskRow,
  TOKENS_A_RUN,
  type VirtualPlace,
  virtualPlaces,
} from './batch-runs.ts';
import { layoutPays } from './layout-pays.ts';
import { isLean } from './lean-step.ts';
import { halfProblem, runScaled } from './loss-scale.ts';
import { mayPrepack, mayPrepackIntegers } from './prepacking.ts';
import { buildStepGraph, type StepGraph } from './step-graph.ts';
import type { FullRun } from './step-memory.ts';

export type { TaskRow } from './batch-runs.ts';

export interface StepResult {
  /** Mean cross-entropy of all target tokens of the batch. */
  readonly loss: number;
  readonly targets: number;
  /** Gradient of the loss for each task that has a row in the batch, [virtual tokens, hidden]. */
  readonly dVirtual: ReadonlyMap<string, Float32Array>;
}

export interface StepOptions extends SessionOptions, RowsAtOnceOptions {
  /** A layer's activations are computed again for the backward pass and not kept: less memory, more time. */
  readonly recompute?: boolean;
  /** How many tokens go through the backbone at once, at most, but for a single row of more. */
  readonly tokensARun?: number;
  /**
   * `int8`: products with frozen matrices but the vocabulary's, forward and backward, are those of 8-bit integers. It takes half
   * the time on a CPU that has instructions for it, and a gradient is about an eighth of its length off. `float16`: all matrix
   * products are in half precision, on devices that have it. The loss alone is computed in float32 all the same.
   */
  readonly precision?: 'float32' | 'float16' | 'int8';
}

/** Rows with the prompts that they are trained with: virtual embeddings by taskname, [virtual tokens, hidden]. */
export interface PromptedBatch {
  readonly batch: readonly TaskRow[];
  readonly virtual: ReadonlyMap<string, Float32Array>;
}

type LoadedStep = StepGraph & { readonly session: Session };

/** What a run asks of the backbone. */
export type Stepper = Pick<BackboneStep, 'run' | 'loss' | 'release'>;

/** The backbone's half of training steps: forward, loss and backward over a batch that may mix tasks. */
export class BackboneStep {
  private readonly backbone: Backbone;
  private readonly options: StepOptions;
  private readonly sessions = new Map<string, LoadedStep>();
  private readonly atOnce: RowsAtOnce;

  constructor(backbone: Backbone, options: StepOptions = {}) {
    this.backbone = backbone;
    this.options = { ...options, weightsFolder: backbone.weightsFolder };
    this.atOnce = new RowsAtOnce(() => this.release(), options);
  }

  /** One batch, forward and backward. @param virtual virtual embeddings by taskname, [virtual tokens, hidden] */
  async run(batch: readonly TaskRow[], virtual: ReadonlyMap<string, Float32Array>): Promise<StepResult> {
    return (await this.runTogether([{ batch, virtual }]))[0]!;
  }

  /**
   * Several batches, each with prompts of its own and a loss that is its own mean, forward and backward. Rows of several go
   * through the backbone together where that is quicker. The results are those of `run` for each, but for rounding.
   */
  async runTogether(batches: readonly PromptedBatch[]): Promise<StepResult[]> {
    return this.atOnce.do(async () => {
      const results = batches.map(({ batch }) => ({
        loss: 0,
        targets: targetsOf(batch),
        dVirtual: new Map<string, Float32Array>(),
      }));
      const add = async (run: readonly BatchPart[]): Promise<void> => {
        const prompts = run.map(({ of, taskname }) => batches[of]!.virtual.get(taskname)!);
        const weights = run.map(({ of }) => 1 / results[of]!.targets);
        const { losses, d_virtual } = await this.runRows(run, prompts, weights, true);
        const gradient = d_virtual!.data as Float32Array;
        const sharing = new Set(run.map(({ of }) => of));
        if (sharing.size > 1 && !gradient.every(Number.isFinite)) {
          // What is no number in one batch spreads to all that it shares a product with, which have done nothing wrong.
          for (const one of sharing) await add(run.filter(({ of }) => of === one));
          return;
        }
        let query = 0;
        let from = 0;
        run.forEach(({ of, taskname, rows }, i) => {
          const result = results[of]!;
          for (const end = query + targetsIn(rows); query < end; query++) result.loss += Number(losses!.data[query]);
          const length = prompts[i]!.length;
          const part = run.length === 1 ? gradient : gradient.slice(from, from + length);
          from += length;
          const sum = result.dVirtual.get(taskname);
          if (sum) for (let j = 0; j < sum.length; j++) sum[j]! += part[j]!;
          else result.dVirtual.set(taskname, part);
        });
      };
      for (const run of this.runsOf(batches.map(({ batch }) => batch))) await add(run);
      return results;
    });
  }

  /** The loss alone, for validation. */
  async loss(
    batch: readonly TaskRow[],
    virtual: ReadonlyMap<string, Float32Array>,
  ): Promise<Pick<StepResult, 'loss' | 'targets'>> {
    return this.atOnce.do(async () => {
      const targets = targetsOf(batch);
      let loss = 0;
      for (const run of this.runsOf([batch])) {
        const prompts = run.map(({ taskname }) => virtual.get(taskname)!);
        const part = await this.runRows(run, prompts, [1 / targets], false);
        loss += Number(part.loss!.data[0]);
      }
      return { loss, targets };
    });
  }

  async release(): Promise<void> {
    for (const { session } of this.sessions.values()) await session.release();
    this.sessions.clear();
  }

  /**
   * @param prompts virtual embeddings of each part
   * @param weights of a target of each part in the loss
   */
  private async runRows(
    run: readonly BatchPart[],
    prompts: readonly Float32Array[],
    weights: readonly number[],
    gradient: boolean,
  ): Promise<Record<string, TensorData>> {
    const { hidden } = this.backbone.model.config;
    const virtual = run.length === 1 ? prompts[0]! : joined(prompts);
    const rows = promptsApart(
      run,
      prompts.map((prompt) => prompt.length / hidden),
    );
    const places = virtualPlaces(rows);
    const virtualTokens = virtual.length / hidden;
    const { session, inverses, windows, asksPlaces } = await this.step(places, gradient, { rows, virtualTokens });
    const weight = run.flatMap(({ rows: own }, i) => own.map(() => weights[i]!));
    await this.atOnce.begin(rows.length);
    const feeds = {
      ...packBatch(rows, {
        virtualTokens,
        places,
        inverses,
        windows,
        asksPlaces,
        weight,
        long: longOf(rows, this.backbone),
      }),
      virtual: float32(virtual, [virtualTokens, hidden]),
    };
    if (!gradient || this.options.precision !== 'float16') return session.run(feeds);
    const { provider = 'cpu' } = this.options;
    return runScaled((given) => session.run(given), feeds, Math.max(...weights)).catch((error: unknown) => {
      throw halfProblem(error, provider);
    });
  }

  private runsOf(batches: readonly (readonly TaskRow[])[]): readonly (readonly BatchPart[])[] {
    const { model, longRowsOver } = this.backbone;
    const budget = { tokens: this.options.tokensARun ?? TOKENS_A_RUN, rows: this.atOnce.limit, longRowsOver };
    return batchRuns(batches, budget, model.config.vocabSize);
  }

  private async step(places: VirtualPlace, gradient: boolean, first: FullRun): Promise<LoadedStep> {
    const key = `${places} ${gradient}`;
    let step = this.sessions.get(key);
    if (!step) {
      step = await this.loaded(places, gradient, first);
      this.sessions.set(key, step);
    }
    return step;
  }

  /** @param first the run that it is made for */
  private async loaded(places: VirtualPlace, gradient: boolean, first: FullRun): Promise<LoadedStep> {
    const { backbone, options } = this;
    const { model } = backbone;
    const recompute = options.recompute === true;
    const half = options.precision === 'float16';
    const int8 = gradient && options.precision === 'int8';
    const onCpu = (options.provider ?? 'cpu') === 'cpu';
    const built = buildStepGraph(backbone.architecture, places, { gradient, recompute, lossScale: half });
    if (gradient && half) useHalfProducts(built.graph);
    const lean = isLean(built.graph, recompute);
    const mayPack = () => {
      if (int8) return mayPrepackIntegers(model);
      return mayPrepack(model) || (onCpu && layoutPays(backbone, first, recompute));
    };
    const prepack = gradient && (options.prepack ?? mayPack());
    const { vocabSize } = model.config;
    const hold = int8
      ? useInt8Products(built.graph, { largest: await largestInt8(), vocabSize, beforehand: !prepack })
      : undefined;
    const unpackAtUse = !prepack && onCpu;
    const form = { ...options, ...(hold && { hold }), prepack, unpackAtUse, lean };
    return { ...built, session: await Session.create(built.graph, form) };
  }
}

function targetsOf(batch: readonly TaskRow[]): number {
  return targetsIn(batch.map(({ row }) => row));
}

function targetsIn(rows: readonly TokenRow[]): number {
  return rows.reduce((sum, row) => sum + countTargets(row), 0);
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
