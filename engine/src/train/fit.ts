import { t } from '../../../l10n/src/words.ts';
import { float32Bytes, storedBytes } from '../backbone/weights.ts';
import type { Rows } from '../data/row-store.ts';
import { freeMemory } from '../free-memory.ts';
import { UNPACKED_BYTES } from '../predict/predictor.ts';
import { initialParameters } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import type { Provider } from '../runtime/providers.ts';
import { formatBytes } from '../text.ts';
import { type BatchRun, runsOf, TOKENS_A_RUN } from './batch-runs.ts';
import type { TrainingPlan } from './plan.ts';
import { mayPrepack, mayPrepackIntegers } from './prepacking.ts';
import { type StepForm, stepMemory } from './step-memory.ts';
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
  const parameters = initialParameters(plan.encoder, plan.encoderTasks, Random.fromSeed(0));
  return [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
}

/**
 * The fastest way to run a plan that fits; the one that needs least where none does. To be asked before sessions are made.
 * A device has memory of its own, of which nothing is known here, so there it is the fastest.
 */
export function fitRun(plan: TrainingPlan, provider: Provider = 'cpu', free = freeMemory()): FittedRun {
  const memory = new RunMemory(plan);
  const freeBytes = free + process.memoryUsage.rss();
  const choices = provider === 'cpu' ? fitsOf(plan) : fitsOf(plan).slice(0, 1);
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
 * own, forward and backward, in memory that the system cannot take back, and validation reads those of the file all the same. At their
 * least a GPT-2 medium is reckoned to need 2576 MB in 8 bits and 1621 MB in float32, of which some 1400 MB are mapped; without
 * validation rows it is 1404 and 1589 MB.
 */
function fitsOf({ project }: TrainingPlan): Fit[] {
  const { recompute, precision } = project.file.trainer;
  const int8 = precision === 'int8';
  const { model } = project.backbone;
  const prepack = int8 && mayPrepackIntegers(model);
  const kept = recompute === true ? [] : TOKENS.map((tokensARun) => ({ tokensARun, recompute: false, prepack }));
  const again = recompute === false ? [] : TOKENS.map((tokensARun) => ({ tokensARun, recompute: true, prepack }));
  const fits = [...kept, ...again];
  return mayPrepack(model) && !int8 ? [{ ...fits[0]!, prepack: true }, ...fits] : fits;
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

/** What a plan needs, by how it is run. */
class RunMemory {
  private readonly plan: TrainingPlan;
  private readonly rest: number;

  constructor(plan: TrainingPlan) {
    this.plan = plan;
    this.rest = process.memoryUsage.rss() + PROCESS_BYTES + BYTES_A_PARAMETER * learntParameters(plan);
  }

  of({ tokensARun, recompute, prepack }: Fit): number {
    const { plan } = this;
    const { model } = plan.project.backbone;
    const { batch_size, precision } = plan.project.file.trainer;
    const step = this.largest(fullestRuns(plan, plan.train, batch_size, tokensARun), {
      gradient: true,
      recompute,
      prepack,
      int8: precision === 'int8',
    });
    if (plan.validation.size === 0) return this.rest + step.mapped + step.copies + step.live;
    // Validation runs forward alone, once for the loss and once, of twice as many tokens, for the answers; each keeps its memory.
    const runs = fullestRuns(plan, plan.validation, VALIDATED_AT_ONCE, tokensARun);
    const forward = this.largest(runs, { gradient: false, recompute: false, prepack: false, int8: false });
    const stored = storedBytes(model);
    const answers = [...plan.tasks.values()].some(({ template }) => template.labels) ? 2 * forward.live : 0;
    // The sessions that answer have their own copies of what is stored in half precision.
    const float32 = float32Bytes(model);
    const unpacked = answers > 0 && stored < float32 && float32 <= UNPACKED_BYTES ? 2 : 0;
    return this.rest + stored + step.copies + step.live + forward.live + answers + unpacked * float32;
  }

  private largest(runs: readonly BatchRun[], form: StepForm) {
    const { backbone } = this.plan.project;
    return runs
      .map(({ taskname, rows }) => {
        const virtualTokens = this.plan.tasks.get(taskname)!.template.total_virtual_tokens;
        return stepMemory(backbone, { rows, virtualTokens }, form);
      })
      .reduce((a, b) => (b.copies + b.live > a.copies + a.live ? b : a));
  }
}

/** The runs of most tokens that a store's rows are likely to come to, one of each task. */
function fullestRuns(plan: TrainingPlan, store: Rows, batchSize: number, tokensARun: number): BatchRun[] {
  const { seed } = plan.project.file.trainer;
  const { model, longRowsOver } = plan.project.backbone;
  const { vocabSize } = model.config;
  const rows = spreadRows(store, SAMPLE);
  const fullest = new Map<string, { run: BatchRun; tokens: number }>();
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
    const order = Random.fromSeed(seed)
      .fork(`batches ${shuffle}`)
      .shuffle([...rows]);
    for (let start = 0; start < order.length; start += batchSize) {
      for (const run of runsOf(
        order.slice(start, start + batchSize),
        { tokens: tokensARun, longRowsOver },
        vocabSize,
      )) {
        const tokens = run.rows.length * Math.max(...run.rows.map(({ ids }) => ids.length));
        if (tokens > (fullest.get(run.taskname)?.tokens ?? 0)) fullest.set(run.taskname, { run, tokens });
      }
    }
  }
  return [...fullest.values()].map(({ run }) => run);
}

/** At most so many rows of a store, at even distances. */
export function spreadRows(store: Rows, most: number) {
  const count = Math.min(store.size, most);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor((i * store.size) / count);
    return { taskname: store.taskname(row), row: store.tokens(row) };
  });
}
