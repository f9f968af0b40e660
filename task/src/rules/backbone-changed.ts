import { t } from '../../../l10n/src/words.ts';
import type { ModelFacts, TrainedTaskFacts } from '../environment.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const backboneChanged: Rule = {
  code: 'backbone-changed',
  severity: 'error',
  explanation:
    'The prompts in the prompt table were trained on another backbone, for which alone they mean anything. Name another prompt table, or delete this one to train its tasks anew.',
  example: {
    of: 'file',
    wrong: '"prompt_table": "other-backbone.prompts.safetensors"',
    right: '"prompt_table": "assistant.prompts.safetensors"',
  },
  checkSurroundings(context, { model, promptTable }, report) {
    const node = context.given('prompt_table') ?? context.given('model');
    if (model.kind !== 'ok' || promptTable === undefined || node === undefined) return;
    const others = [...promptTable.tasks].flatMap(([name, task]) =>
      isOfAnother(model, task) ? [JSON.stringify(name)] : [],
    );
    if (others.length === 0) return;
    report({
      at: spanOf(node),
      message: t(
        '{0} was trained on another model than {1} ({2}); name another "prompt_table", or delete it to train anew.',
        JSON.stringify(context.file.prompt_table),
        JSON.stringify(context.file.model),
        others.join(', '),
      ),
    });
  },
};

/**
 * Whether a prompt was trained on another backbone. What is not known tells nothing: a demo backbone not made yet, or a
 * prompt of a program that named no backbone.
 */
export function isOfAnother(model: ModelFacts & { kind: 'ok' }, task: TrainedTaskFacts): boolean {
  if (model.about !== undefined && model.about.hidden !== task.hidden) return true;
  const { fingerprint } = model;
  return (
    fingerprint !== undefined && task.backboneFingerprint !== undefined && task.backboneFingerprint !== fingerprint
  );
}
