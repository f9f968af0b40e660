import { t } from '../../../l10n/src/words.ts';
import { float32Bytes, storedBytes } from '../backbone/weights.ts';
import type { Rows } from '../data/row-store.ts';
import { freeMemory } from '../free-memory.ts';
import { unpacksAtUse } from '../predict/row-runs.ts';
import { parameterCount } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import { isOutOfMemory } from '../runtime/out-of-memory.ts';
import type { Provider } from '../runtime/providers.ts';
import { runtimeFailure } from '../runtime/runtime-failure.ts';
import { formatBytes } from '../text.ts';
import { sum } from '../vectors.ts';
import { askingBytes, askingSessions } from './asking-memory.ts';
import { batchRuns, promptsApart, TOKENS_A_RUN, type VirtualPlace, virtualPlaces } from './batch-runs.ts';
import { layoutPays } from './layout-pays.ts';
import type { TrainingPlan } from './plan.ts';
import { mayPrepack, mayPrepackIntegers } from './prepacking.ts';
import { spreadRows } from './spread-rows.ts';
import { type FullRun, type StepForm, type StepMemory, stepMemory } from './step-memory.ts';
import { VALIDATED_AT_ONCE } from './validate.ts';

/** How a run's steps are made to fit into memory. Results are the same but for rounding, which the order of sums decides. */
export interface Fit {
  /** A batch goes through the backbone in parts of so many tokens at most, whose gradients are added. */
  readonly tokensARun: number;
  /** A layer's activations are computed again for the backward pass, and not kept. */
  readonly recompute: boolean;
  /** Weights are kept a second time, in the layout of the product kernel. */
  readonly prepack: boolean;
}

export interface FittedRun {
  readonly fit: Fit;
  /** The most memory that the process will have, reckoned from the sizes. */
  readonly memoryBytes: number;
  /** What the process could have. */
  readonly freeBytes: number;
  /** What is done for want of memory, for the user; undefined where nothing is. */
  readonly message: string | undefined;
}

/** Of what is free, since a process needs some for what nobody foresees, and other processes go on. */
const USABLE = 0.9;

/** Shorter parts make products so narrow that a step takes much longer. */
const TOKENS = [TOKENS_A_RUN, 1024, 512, 256];

/** Rows that stand for all of them, and how often they are put into batches. */
const SAMPLE = 500;
const SHUFFLES = 3;

/** Bytes that the runtime, its sessions and JavaScript's heap add to a process that has planned a run. */
const PROCESS_BYTES = 60 * 2 ** 20;

/** A step's parameter, its gradient and two moments, with a copy while the encoder runs. */
const BYTES_A_PARAMETER = 24;

/** How many numbers a run learns. */
export function learntParameters(plan: TrainingPlan): number {
  return parameterCount(plan.encoder, plan.encoderTasks);
}

/**
 * The fastest way to run a plan that fits; the one that needs least where none does. To be asked before sessions are made.
 * A device has memory of its own, of which nothing is known here, so there it is the fastest.
 */
export function fitRun(plan: TrainingPlan, provider: Provider = 'cpu', free = freeMemory()): FittedRun {
  return fitRuns([plan], provider, free);
}

/** As `fitRun`, for runs side by side over one backbone, which differ in their rows and seeds at most. */
export function fitRuns(plans: readonly TrainingPlan[], provider: Provider = 'cpu', free = freeMemory()): FittedRun {
  const plan = plans[0]!;
  const memory = new RunMemory(plans);
  const freeBytes = free + process.memoryUsage.rss();
  const onCpu = provider === 'cpu';
  const fits = fitsOf(plan, (fit) => onCpu && memory.layoutPays(fit));
  const choices = onCpu ? fits : fits.slice(0, 1);
  let fit = choices[0]!;
  let memoryBytes = memory.of(fit);
  const wanted = memoryBytes;
  for (let i = 1; memoryBytes > USABLE * freeBytes && i < choices.length; i++) {
    fit = choices[i]!;
    memoryBytes = memory.of(fit);
  }
  return { fit, memoryBytes, freeBytes, message: messageOf(choices[0]!, fit, { wanted, memoryBytes, freeBytes }) };
}

/**
 * From the fastest to the one that needs least. Products in 8 bits are not among them: they have matrices of their
 * own, forward and backward, in memory that the system cannot take back, and validation reads those of the file all the same.
 * @param pays whether a run so pays for the second layout of a large model's weights
 */
function fitsOf({ project }: TrainingPlan, pays: (fit: Fit) => boolean): Fit[] {
  const { recompute, precision } = project.file.trainer;
  const int8 = precision === 'int8';
  const { model } = project.backbone;
  const prepack = int8 && mayPrepackIntegers(model);
  const kept = recompute === true ? [] : TOKENS.map((tokensARun) => ({ tokensARun, recompute: false, prepack }));
  const again = recompute === false ? [] : TOKENS.map((tokensARun) => ({ tokensARun, recompute: true, prepack }));
  const fits = [...kept, ...again];
  const laidOut = !int8 && (mayPrepack(model) || pays(fits[0]!));
  return laidOut ? [{ ...fits[0]!, prepack: true }, ...fits] : fits;
}

function messageOf(
  first: Fit,
  fit: Fit,
  { wanted, memoryBytes, freeBytes }: { wanted: number; memoryBytes: number; freeBytes: number },
): string | undefined {
  if (fit === first && memoryBytes <= freeBytes) return undefined;
  const done = [
    ...(first.prepack && !fit.prepack ? [t('weights are not kept in a second layout')] : []),
    ...(fit.tokensARun < first.tokensARun ? [t('at most {0} tokens are run at once', fit.tokensARun)] : []),
    ...(fit.recompute && !first.recompute ? [t('activations are computed again for the backward pass')] : []),
  ];
  const short = t('about {0} of memory would be used, and {1} are free', formatBytes(wanted), formatBytes(freeBytes));
  const still =
    memoryBytes > freeBytes
      ? t('; it still needs {0}, so the machine may run out of memory', formatBytes(memoryBytes))
      : '';
  return done.length > 0
    ? `${t('{0}: {1}. Results are the same, and a step takes longer', short, done.join(', '))}${still}`
    : `${short}${still}`;
}

/** What plans need that are run side by side, by how they are run. */
class RunMemory {
  /** What is the same of all of them. */
  private readonly plan: TrainingPlan;
  private readonly trained: readonly Rows[];
  private readonly rest: number;
  /** For what the prompts are asked, which does not depend on how steps are run. */
  private readonly asking: number;

  constructor(plans: readonly TrainingPlan[]) {
    const plan = plans[0]!;
    this.plan = plan;
    this.trained = plans.map(({ train }) => train);
    this.asking = askingBytes(plan, spreadRows(plan.validation, SAMPLE));
    const learnt = plans.length * BYTES_A_PARAMETER * learntParameters(plan);
    this.rest = process.memoryUsage.rss() + PROCESS_BYTES + learnt;
  }

  of({ tokensARun, recompute, prepack }: Fit): number {
    const { plan } = this;
    const { model } = plan.project.backbone;
    const { precision } = plan.project.file.trainer;
    const step = this.sessions(this.steps(tokensARun), {
      gradient: true,
      recompute,
      prepack,
      int8: precision === 'int8',
    });
    const taken = step.held + step.copies + step.live;
    if (plan.validation.size === 0) return this.rest + step.mapped + taken;
    // Validation runs forward alone, for the loss and for the answers, in sessions that each keep their memory.
    const runs = fullestRuns(plan, [plan.validation], VALIDATED_AT_ONCE, tokensARun);
    const forward = this.sessions(runs, { gradient: false, recompute: false, prepack: false, int8: false });
    const stored = storedBytes(model);
    const asking = askingSessions(plan);
    // The sessions that answer have their own copies of what is stored in half precision.
    const float32 = float32Bytes(model);
    const unpacked = stored < float32 && !unpacksAtUse(model) ? asking : 0;
    return this.rest + stored + taken + forward.live + this.asking + unpacked * float32;
  }

  /** Whether the largest steps pay for a second layout of the weights; not where several sessions would have one each. */
  layoutPays({ tokensARun, recompute }: Fit): boolean {
    const { backbone } = this.plan.project;
    const steps = this.steps(tokensARun);
    const oneForm = new Set(steps.map(({ rows }) => virtualPlaces(rows))).size === 1;
    return oneForm && memoryOf(() => steps.some((step) => layoutPays(backbone, step, recompute)));
  }

  /** The fullest runs of training steps. */
  private steps(tokensARun: number): readonly FullRun[] {
    return fullestRuns(this.plan, this.trained, this.plan.project.file.trainer.batch_size, tokensARun);
  }

  /** A session for each form of the step graph that the runs take, with the memory of its largest run. */
  private sessions(runs: readonly FullRun[], form: StepForm): StepMemory {
    const { backbone } = this.plan.project;
    const largest = new Map<VirtualPlace, StepMemory>();
    for (const { rows, virtualTokens } of runs) {
      const places = virtualPlaces(rows);
      const memory = memoryOf(() => stepMemory(backbone, { rows, virtualTokens }, form));
      const most = largest.get(places);
      if (!most || memory.copies + memory.live > most.copies + most.live) largest.set(places, memory);
    }
    return [...largest.values()].reduce((a, b) => ({
      // The same pages of the same file, and the same integers.
      mapped: Math.max(a.mapped, b.mapped),
      held: Math.max(a.held, b.held),
      copies: a.copies + b.copies,
      live: a.live + b.live,
    }));
  }
}

/** @throws EngineError where the masks alone of a row, such as one of 70,000 tokens, are more than there can be */
function memoryOf<T>(reckon: () => T): T {
  try {
    return reckon();
  } catch (error) {
    throw isOutOfMemory(error) ? runtimeFailure(error) : error;
  }
}

/**
 * The runs of most tokens that rows are likely to come to: one of each task, or of tasks whose prompts go together.
 * @param stores of plans side by side, whose batches are run together
 */
function fullestRuns(
  plan: TrainingPlan,
  stores: readonly Rows[],
  batchSize: number,
  tokensARun: number,
): readonly FullRun[] {
  const { seed } = plan.project.file.trainer;
  const { model, longRowsOver } = plan.project.backbone;
  const { vocabSize } = model.config;
  const samples = stores.map((store) => spreadRows(store, SAMPLE));
  const fullest = new Map<string | undefined, { run: FullRun; tokens: number }>();
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
    const orders = samples.map((rows, i) =>
      Random.fromSeed(seed + i)
        .fork(`batches ${shuffle}`)
        .shuffle([...rows]),
    );
    const longest = Math.max(...orders.map(({ length }) => length));
    for (let start = 0; start < longest; start += batchSize) {
      const batches = orders.map((order) => order.slice(start, start + batchSize)).filter(({ length }) => length > 0);
      for (const parts of batchRuns(batches, { tokens: tokensARun, longRowsOver }, vocabSize)) {
        const lengths = parts.flatMap(({ rows }) => rows.map(({ ids }) => ids.length));
        const tokens = lengths.length * Math.max(...lengths);
        const key = parts.length === 1 ? parts[0]!.taskname : undefined;
        if (tokens <= (fullest.get(key)?.tokens ?? 0)) continue;
        const sizes = parts.map(({ taskname }) => plan.tasks.get(taskname)!.template.total_virtual_tokens);
        fullest.set(key, { run: { rows: promptsApart(parts, sizes), virtualTokens: sum(sizes) }, tokens });
      }
    }
  }
  return [...fullest.values()].map(({ run }) => run);
}
