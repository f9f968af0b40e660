import type { TaskTemplate } from '../../../task/src/types.ts';
import { promptOf, type UsablePrompt } from '../answer/prompt-state.ts';
import { InputError } from '../errors.ts';
import type { Project } from '../project.ts';
import { shortPath } from '../text.ts';
import { shellWord } from './shell-word.ts';

export interface TrainedPrompt extends UsablePrompt {
  /** Why it is stale, and what to do; undefined where it is current. */
  readonly stale: string | undefined;
}

/**
 * The prompt of a trained task, with the template that it may be used with: where that has changed since, as it was.
 * @throws InputError where the task was not trained, or with a model that was another one in whatever way
 */
export function trainedPrompt(project: Project, template: TaskTemplate): TrainedPrompt {
  const { taskname } = template;
  const again = `ptask train ${shellWord(shortPath(project.path))} --task ${shellWord(taskname)}`;
  const { state, usable } = promptOf(project, template);
  if (state.state === 'untrained') {
    const table = shortPath(project.promptTablePath);
    throw new InputError(`'${taskname}' has not been trained: it is not in ${table}; train it with: ${again}`);
  }
  const stale = state.state === 'stale' ? `${state.message} with: ${again}` : undefined;
  if (!usable) throw new InputError(stale ?? `the prompt of '${taskname}' cannot be used`);
  return { ...usable, stale };
}
