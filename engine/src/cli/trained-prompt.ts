import type { TaskTemplate } from '../../../task/src/types.ts';
import { InputError } from '../errors.ts';
import type { Project } from '../project.ts';
import { shortPath } from '../text.ts';

/**
 * The virtual embeddings [virtual tokens, hidden] of a trained task.
 * @throws InputError where it was not trained, or with other numbers of tokens than the template asks for
 */
export function trainedPrompt(project: Project, { taskname, total_virtual_tokens }: TaskTemplate): Float32Array {
  const prompt = project.promptTable.get(taskname);
  const table = shortPath(project.promptTablePath);
  const again = `ptask train ${shortPath(project.path)} --task ${taskname}`;
  if (!prompt)
    throw new InputError(`'${taskname}' has not been trained: it is not in ${table}; train it with: ${again}`);
  const { hidden } = project.backbone.model.config;
  if (prompt.hidden !== hidden) {
    throw new InputError(`${table}: the prompt of '${taskname}' is ${prompt.hidden} wide, but the model ${hidden}`);
  }
  if (prompt.virtualTokens !== total_virtual_tokens) {
    throw new InputError(
      `'${taskname}' was trained with ${prompt.virtualTokens} virtual tokens, but its template now has ` +
        `${total_virtual_tokens}; train it again with: ${again}`,
    );
  }
  return prompt.embeddings;
}
