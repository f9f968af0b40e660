import type { CodeLens } from 'vscode-languageserver-types';
import { t } from '../../../l10n/src/words.ts';
import {
  EVALUATE_TASK,
  PREDICT_TASK,
  type TaskCommand,
  type TaskCommandArgument,
  TRAIN_TASK,
} from '../../../protocol/src/commands.ts';
import type { TaskContext, TemplateView } from '../../../task/src/context.ts';
import type { TrainedTaskFacts } from '../../../task/src/environment.ts';
import { nodeAt, spanOf } from '../../../task/src/json-tree.ts';
import type { Surroundings } from '../../../task/src/rule.ts';
import { isOfAnother } from '../../../task/src/rules/backbone-changed.ts';
import { changedPart } from '../../../task/src/rules/template-changed.ts';
import { measureTexts } from './measures.ts';
import { modelLenses } from './model-lenses.ts';
import { amount, significant } from './words.ts';

/**
 * Over each template what can be done with its task, and what came of its last training; over the model, choosing another one.
 * The client carries the commands out; the result is a lens without one, which an editor shows as text.
 *
 * @param surroundings undefined while they are not known; no result is shown then
 */
export function codeLenses(context: TaskContext, uri: string, surroundings: Surroundings | undefined): CodeLens[] {
  return [...modelLenses(context, uri, surroundings), ...taskLenses(context, uri, surroundings)];
}

function taskLenses(context: TaskContext, uri: string, surroundings: Surroundings | undefined): CodeLens[] {
  return context.templates.flatMap((template) => {
    const { taskname } = template.settings;
    const node = nodeAt(context.parsed.tree, ['task_templates', template.index]);
    // Of two templates of one name only the first has a task.
    if (node === undefined || context.template(taskname) !== template) return [];
    const range = context.lines.range({ start: spanOf(node).start, end: spanOf(node).start + 1 });
    const argument: TaskCommandArgument = { uri, taskname };
    const command = (title: string, name: TaskCommand): CodeLens => ({
      range,
      command: { title, command: name, arguments: [argument] },
    });
    // The prompt of an existing task is kept as it is.
    const isKept = context.file.existing_tasks.includes(taskname);
    return [
      ...(isKept ? [] : [command(t('Train'), TRAIN_TASK)]),
      command(t('Evaluate'), EVALUATE_TASK),
      command(t('Predict'), PREDICT_TASK),
      ...(surroundings === undefined
        ? []
        : [{ range, command: { title: stateOf(context, template, surroundings), command: '' } }]),
    ];
  });
}

function stateOf(context: TaskContext, template: TemplateView, { promptTable, model }: Surroundings): string {
  const trained = promptTable?.tasks.get(template.settings.taskname);
  if (trained === undefined) return t('not trained yet');
  const isOther = model.kind === 'ok' && isOfAnother(model, trained);
  const changes = [
    ...(changedPart(context, template, trained, model) === undefined ? [] : [t('template changed since')]),
    ...(isOther ? [t('on another backbone')] : []),
  ];
  return [resultOf(trained), ...changes].join(' · ');
}

/** `trained 2024-05-06 on 418 rows · accuracy 89.1%, macro-F1 0.880 on 46 validation rows`, as far as it is recorded. */
function resultOf({ date, trainRows, validation }: TrainedTaskFacts): string {
  const when = date?.slice(0, 10);
  const rows = trainRows === undefined ? undefined : amount(trainRows, 'row');
  const { accuracy, loss } = validation ?? {};
  const measured = [
    ...measureTexts(validation ?? {}),
    ...(accuracy === undefined && loss !== undefined ? [t('loss {0}', significant(loss))] : []),
  ];
  const result =
    validation === undefined || measured.length === 0
      ? []
      : [t('{0} on {1}', measured.join(', '), amount(validation.rows, 'validation row'))];
  return [trainedText(when, rows), ...result].join(' · ');
}

function trainedText(when: string | undefined, rows: string | undefined): string {
  if (when !== undefined) return rows === undefined ? t('trained {0}', when) : t('trained {0} on {1}', when, rows);
  return rows === undefined ? t('trained') : t('trained on {0}', rows);
}
