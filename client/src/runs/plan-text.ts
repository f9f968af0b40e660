import type { PlannedTask, PlanResult } from '../../../protocol/src/engine.ts';
import type { Texts } from '../texts.ts';

/** A run that takes longer is asked about before it starts. */
const LONG_SECONDS = 300;
/** So is one that may need more than this part of the machine's memory. */
const MUCH_MEMORY = 0.7;

/** Whether a run would surprise the user, so that what it uses is said before it starts. */
export function needsConfirmation(plan: PlanResult, machineMemory: number): boolean {
  return plan.estimate.seconds > LONG_SECONDS || plan.estimate.memoryBytes > MUCH_MEMORY * machineMemory;
}

/** What a run will use, a line each. */
export function planText(plan: PlanResult, { t, duration, bytes, number }: Texts): string {
  const { estimate, model, tasks } = plan;
  return [
    t('Model: {0} ({1}, {2} million parameters)', model.name, model.architecture, number(model.parameters / 1e6)),
    t('Rows: {0}', tasks.map(({ taskname, rows }) => `${taskname} ${rows.train}`).join(', ')),
    t('Device: {0}', plan.device),
    estimate.basis === 'measured'
      ? t('Time: about {0}', duration(estimate.seconds))
      : t('Time: in the order of {0}', duration(estimate.seconds)),
    t('Memory: about {0}', bytes(estimate.memoryBytes)),
  ].join('\n');
}

/** `418 training rows · 20 virtual tokens · replaces its prompt` */
export function taskText({ rows, virtualTokens, replaces }: PlannedTask, { t }: Texts): string {
  return [
    t('{0} training rows', rows.train),
    t('{0} virtual tokens', virtualTokens),
    ...(replaces ? [t('replaces its trained prompt')] : []),
  ].join(' · ');
}
