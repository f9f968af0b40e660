import type { PlannedTask, PlanResult } from '../../../protocol/src/planning.ts';
import { isolated } from '../right-to-left.ts';
import type { Texts } from '../texts.ts';

/** A run that takes longer is asked about before it starts. */
const LONG_SECONDS = 300;
/** So is one that may need more than this part of the machine's memory, or for which memory is short. */
const MUCH_MEMORY = 0.7;

/** Whether a run would surprise the user, so that what it uses is said before it starts. */
export function needsConfirmation(plan: PlanResult, machineMemory: number): boolean {
  const { seconds, memoryBytes, message } = plan.estimate;
  return seconds > LONG_SECONDS || memoryBytes > MUCH_MEMORY * machineMemory || message !== undefined;
}

/** What a run will use, a line each. */
export function planText(plan: PlanResult, { t, duration, bytes, number }: Texts): string {
  const { estimate, model, tasks } = plan;
  return [
    t('Model: {0} ({1}, {2} million parameters)', model.name, model.architecture, number(model.parameters / 1e6)),
    t('Rows: {0}', tasks.map(({ taskname, rows }) => `${isolated(taskname)} ${rows.train}`).join(', ')),
    t('Device: {0}', plan.device),
    estimate.basis === 'measured'
      ? t('Time: about {0}', duration(estimate.seconds))
      : t('Time: in the order of {0}', duration(estimate.seconds)),
    t('Memory: about {0}, of {1} that are free', bytes(estimate.memoryBytes), bytes(estimate.freeBytes)),
    ...(estimate.message === undefined ? [] : [estimate.message]),
  ].join('\n');
}

/** `418 training rows · 20 virtual tokens · replaces its prompt` */
export function taskText({ rows, virtualTokens, replaces }: PlannedTask, { t }: Texts): string {
  return [
    rows.train === 1 ? t('1 training row') : t('{0} training rows', rows.train),
    virtualTokens === 1 ? t('1 virtual token') : t('{0} virtual tokens', virtualTokens),
    ...(replaces ? [t('replaces its trained prompt')] : []),
  ].join(' · ');
}
