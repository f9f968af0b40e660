import type { DoneEvent, Learning } from '../../../protocol/src/training-events.ts';
import { InputError } from '../errors.ts';
import { Predictor } from '../predict/predictor.ts';
import type { Project } from '../project.ts';
import { readPromptTable, requireTablePlace } from '../prompt/prompt-table.ts';
import { count, shortPath } from '../text.ts';
import { keepBestPrompts } from '../train/keep-best-prompts.ts';
import { measureLearning } from '../train/learning.ts';
import { planTraining } from '../train/plan.ts';
import { meanAndSpread, type NamedRun, type RunOptions, runSideBySide } from './side-by-side.ts';
import { metricTexts } from './training-report.ts';

interface SeedRun extends NamedRun {
  readonly of: { readonly seed: number };
}

/** `ptask train FILE --seeds 1,2,3`: a run for each seed, of which the best by validation goes into the prompt table. */
export async function trainSeeds(
  project: Project,
  { tasks, seeds }: { readonly tasks: readonly string[]; readonly seeds: readonly number[] },
  options: RunOptions,
): Promise<number> {
  const runs: SeedRun[] = [];
  for (const seed of seeds) {
    const file = { ...project.file, trainer: { ...project.file.trainer, seed } };
    const plan = await planTraining({ ...project, file }, tasks);
    runs.push({ plan, label: `seed ${seed}`, of: { seed } });
  }
  if (runs[0]!.plan.validation.size === 0) {
    throw new InputError('--seeds needs validation rows ("validation_ds"), by which the best prompt is chosen');
  }
  await requireTablePlace(project.promptTablePath);
  return runSideBySide(`seeds ${seeds.join(',')}`, runs, options, {
    allEnded: (ends) => keepBest(project, runs, ends, options),
  });
}

/** Puts the best prompts into the prompt table, and tells how each seed has done. */
async function keepBest(
  project: Project,
  runs: readonly SeedRun[],
  ends: readonly DoneEvent[],
  options: RunOptions,
): Promise<void> {
  const { output } = options;
  const { val_metric } = project.file.trainer;
  const values = ends.map(({ best_value }) => best_value!);
  const best = values.indexOf(val_metric === 'loss' ? Math.min(...values) : Math.max(...values));
  await keepBestPrompts(ends[best]!.prompt_table, project.promptTablePath);
  const learning = await learningOf(runs[best]!, ends[best]!, options);
  const { mean, deviation } = meanAndSpread(values);
  const kept = runs[best]!.of.seed;
  output.event({ event: 'seeds', metric: val_metric, values, mean, deviation, kept, learning });
  for (const [i, { label }] of runs.entries()) {
    const { tasks } = ends[i]!;
    const validations = Object.entries(tasks).map(([name, { validation }]) =>
      [
        ...(Object.keys(tasks).length === 1 ? [] : [name]),
        ...(validation ? [`loss ${validation.loss.toFixed(3)}`, ...metricTexts(validation)] : ['no validation rows']),
      ].join('  '),
    );
    output.text(`${label}  ${validations.join('; ')}${i === best ? '  ← kept' : ''}`);
  }
  output.text(
    `${val_metric} over ${count(runs.length, 'seed')}: ${mean.toFixed(3)} ± ${deviation.toFixed(3)}; ` +
      `the prompt of seed ${kept} is in ${shortPath(project.promptTablePath)}`,
  );
  for (const [task, { message }] of Object.entries(learning)) {
    if (message !== undefined) output.warn(`${task} ${message}`);
  }
}

/** Whether the prompts that are kept have learnt anything, by task, as a run by itself says of its own. */
async function learningOf(
  { plan }: SeedRun,
  { prompt_table }: DoneEvent,
  { device, output }: RunOptions,
): Promise<Record<string, Learning>> {
  const prompts = await readPromptTable(prompt_table);
  const predictor = new Predictor(plan.project.backbone, { provider: device, spins: true, notice: output.warn });
  try {
    const learning = new Map<string, Learning>();
    for (const [name, task] of plan.tasks) {
      learning.set(name, await measureLearning(plan, task, prompts.get(name)!.embeddings, predictor));
    }
    return Object.fromEntries(learning);
  } finally {
    await predictor.release();
  }
}
