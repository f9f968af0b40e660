import type { DoneEvent, GeneratedKeys } from '../../../protocol/src/training-events.ts';
import { evaluateRows } from '../evaluate/evaluate-rows.ts';
import { generatedKeys } from '../evaluate/generated-metrics.ts';
import { requireAnswer } from '../evaluate/require-answer.ts';
import type { Predictor } from '../predict/predictor.ts';
import { TaskPredictor } from '../predict/task-predictor.ts';
import { readPromptTable } from '../prompt/prompt-table.ts';
import { count, percent } from '../text.ts';
import { type Fold, foldsOf } from '../train/folds.ts';
import type { TrainingPlan } from '../train/plan.ts';
import type { Output } from './output.ts';
import { meanAndSpread, type RunOptions, runSideBySide } from './side-by-side.ts';
import { metricTexts } from './training-report.ts';

/** Of one task, on the rows that a fold held out. */
interface Held extends GeneratedKeys {
  readonly rows: number;
  readonly accuracy: number;
}

interface FoldResult extends Held {
  readonly fold: number;
}

/**
 * `ptask train FILE --folds 10`: as many runs, each without a part of the training rows, on which its prompt is then measured. The
 * prompt table stays as it was.
 */
export async function crossValidate(plan: TrainingPlan, wanted: number, options: RunOptions): Promise<number> {
  const { output } = options;
  for (const { template } of plan.tasks.values()) requireAnswer(template);
  const folds = foldsOf(plan, wanted);
  const results = new Map<string, FoldResult[]>([...plan.tasks.keys()].map((name) => [name, []]));
  const runs = folds.map((fold, i) => ({ plan: fold.plan, label: `fold ${i + 1}`, of: { fold: i + 1 } }));
  const ended = async (done: DoneEvent, run: number, predictor: Predictor) => {
    for (const [name, result] of await measureFold(plan, folds[run]!, done, predictor)) {
      results.get(name)!.push({ fold: run + 1, ...result });
    }
  };
  const allEnded = async () => {
    for (const [name, byFold] of results) tell(name, byFold, output);
  };
  return runSideBySide(`folds ${wanted}`, runs, options, { ended, allEnded });
}

function tell(name: string, byFold: FoldResult[], output: Output): void {
  byFold.sort((a, b) => a.fold - b.fold);
  const { mean, deviation } = meanAndSpread(byFold.map(({ accuracy }) => accuracy));
  const others = MEASURES.flatMap((measure) => {
    const values = byFold.flatMap((fold) => fold[measure] ?? []);
    // What one of the folds lacks, as where none of its rows has a slot, has no mean over all.
    return values.length < byFold.length ? [] : [{ measure, ...meanAndSpread(values) }];
  });
  output.event({
    event: 'folds',
    task: name,
    folds: byFold,
    accuracy: mean,
    deviation,
    ...Object.fromEntries(
      others.flatMap(({ measure, mean, deviation }) => [
        [measure, mean],
        [`${measure}_deviation`, deviation],
      ]),
    ),
  });
  for (const { fold, rows, ...measured } of byFold) {
    output.text(`${name}  fold ${fold}  ${metricTexts(measured).join('  ')} on ${count(rows, 'row')} held out`);
  }
  const spreads = [
    `accuracy ${percent(mean)} ± ${(100 * deviation).toFixed(1)} points`,
    ...others.flatMap(({ measure, mean, deviation }) => {
      const [text] = metricTexts({ [measure]: mean });
      const spread = measure === 'intent_accuracy' ? `${(100 * deviation).toFixed(1)} points` : deviation.toFixed(3);
      return text === undefined ? [] : [`${text} ± ${spread}`];
    }),
  ];
  output.text(
    `${name}: ${spreads.join(', ')} over ${count(byFold.length, 'fold')} ` +
      '(mean and standard deviation); the prompt table is as it was',
  );
}

/** What has a mean over the folds, beside the accuracy. */
const MEASURES = ['intent_accuracy', 'slot_precision', 'slot_recall', 'slot_f1', 'word_f1'] as const;

async function measureFold(
  plan: TrainingPlan,
  { held }: Fold,
  done: DoneEvent,
  predictor: Predictor,
): Promise<Map<string, Held>> {
  const prompts = await readPromptTable(done.prompt_table);
  const measured = new Map<string, Held>();
  for (const [name, { template, tokeniser }] of plan.tasks) {
    const rows = held.filter((row) => plan.train.taskname(row) === name);
    if (rows.length === 0) continue;
    const { embeddings } = prompts.get(name)!;
    const task = await TaskPredictor.create(predictor, tokeniser, plan.project.tokenizer, embeddings);
    const { metrics } = await evaluateRows(task, template, plan.train, rows);
    const others = 'labels' in metrics ? {} : generatedKeys(metrics);
    measured.set(name, { rows: rows.length, accuracy: metrics.accuracy, ...others });
  }
  return measured;
}
