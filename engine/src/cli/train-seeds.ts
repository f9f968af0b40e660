import type { DoneEvent } from '../../../protocol/src/training-events.ts';
import { InputError } from '../errors.ts';
import type { Project } from '../project.ts';
import { requireTablePlace } from '../prompt/prompt-table.ts';
import { count, shortPath } from '../text.ts';
import { keepBestPrompts } from '../train/keep-best-prompts.ts';
import { planTraining } from '../train/plan.ts';
import type { Output } from './output.ts';
import { meanAndSpread, type NamedRun, runSideBySide, type SideBySideOptions } from './side-by-side.ts';
import { metricTexts } from './training-report.ts';

/** `ptask train FILE --seeds 1,2,3`: a run for each seed, of which the best by validation goes into the prompt table. */
export async function trainSeeds(
  project: Project,
  { tasks, seeds }: { readonly tasks: readonly string[]; readonly seeds: readonly number[] },
  options: SideBySideOptions,
): Promise<number> {
  const runs: NamedRun[] = [];
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
    allEnded: (ends) => keepBest(project, seeds, ends, options.output),
  });
}

/** Puts the best prompts into the prompt table, and tells how each seed has done. */
async function keepBest(
  project: Project,
  seeds: readonly number[],
  ends: readonly DoneEvent[],
  output: Output,
): Promise<void> {
  const { val_metric } = project.file.trainer;
  const values = ends.map(({ best_value }) => best_value!);
  const best = values.indexOf(val_metric === 'loss' ? Math.min(...values) : Math.max(...values));
  await keepBestPrompts(ends[best]!.prompt_table, project.promptTablePath);
  const { mean, deviation } = meanAndSpread(values);
  output.event({ event: 'seeds', metric: val_metric, values, mean, deviation, kept: seeds[best]! });
  for (const [i, seed] of seeds.entries()) {
    const { tasks } = ends[i]!;
    const validations = Object.entries(tasks).map(([name, { validation }]) =>
      [
        ...(Object.keys(tasks).length === 1 ? [] : [name]),
        ...(validation ? [`loss ${validation.loss.toFixed(3)}`, ...metricTexts(validation)] : ['no validation rows']),
      ].join('  '),
    );
    output.text(`seed ${seed}  ${validations.join('; ')}${i === best ? '  ← kept' : ''}`);
  }
  output.text(
    `${val_metric} over ${count(seeds.length, 'seed')}: ${mean.toFixed(3)} ± ${deviation.toFixed(3)}; ` +
      `the prompt of seed ${seeds[best]} is in ${shortPath(project.promptTablePath)}`,
  );
}
