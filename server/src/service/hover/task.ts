import { rowsOf, SPLITS, type Split, type TaskDataFacts } from '../../../../task/src/data-facts.ts';
import type { MeasuredFacts, TrainedTaskFacts } from '../../../../task/src/environment.ts';
import type { Surroundings } from '../../../../task/src/rule.ts';
import { isOfAnother } from '../../../../task/src/rules/backbone-changed.ts';
import { changedPart } from '../../../../task/src/rules/template-changed.ts';
import type { Knowledge } from '../knowledge.ts';
import { amount, enumeration, number, percent } from '../words.ts';
import { bullets, code, paragraphs } from './markdown.ts';

/** What state a task is in: its rows, when its prompt was trained and with what result, and whether that still holds. */
export function taskText(knowledge: Knowledge, taskname: string): string {
  const { context, data, surroundings } = knowledge;
  const template = context.template(taskname);
  const facts = data?.tasks.get(taskname);
  const trained = surroundings?.promptTable?.tasks.get(taskname);
  return paragraphs(
    `**Task** ${code(taskname)}`,
    template === undefined
      ? 'No template has this name.'
      : `${amount(template.settings.total_virtual_tokens, 'virtual token')}.`,
    facts && rowsText(facts.rows),
    facts && labelsText(facts),
    surroundings && stateText(surroundings, trained),
    trained && staleText(knowledge, taskname, trained),
  );
}

const USES: Readonly<Record<Split, string>> = { train: 'to train', validation: 'to validate', test: 'to test' };

/** `Rows: 418 to train, 46 to validate and 59 to test.` */
export function rowsText(rows: Readonly<Record<Split, number>>): string {
  const parts = SPLITS.filter(({ split }) => rows[split] > 0).map(
    ({ split }) => `${number(rows[split])} ${USES[split]}`,
  );
  return parts.length === 0 ? 'No rows.' : `Rows: ${enumeration(parts)}.`;
}

function labelsText(facts: TaskDataFacts): string | undefined {
  const labels = [...facts.allLabelCounts].toSorted(([, a], [, b]) => b - a);
  if (labels.length === 0) return undefined;
  const shown = labels.slice(0, MAX_LABELS).map(([label, rows]) => `${code(label)} ${percent(rows / rowsOf(facts))}`);
  return `Labels: ${shown.join(', ')}${labels.length > MAX_LABELS ? ', …' : ''}.`;
}

const MAX_LABELS = 12;

function stateText({ promptTable }: Surroundings, trained: TrainedTaskFacts | undefined): string {
  if (promptTable?.broken !== undefined) return 'The prompt table cannot be read.';
  return trained === undefined ? 'Not trained yet.' : trainedText(trained);
}

function trainedText({ date, trainRows, validation }: TrainedTaskFacts): string {
  if (date === undefined && trainRows === undefined) return 'Trained; the prompt table does not say when.';
  const parts = [
    'Trained',
    ...(date === undefined ? [] : [`on ${shownDate(date)}`]),
    ...(trainRows === undefined ? [] : [`with ${amount(trainRows, 'row')}`]),
  ];
  return `${parts.join(' ')}.${validation === undefined ? '' : ` ${measuredText(validation)}`}`;
}

/** `On 46 validation rows: accuracy 87.0%, macro-F1 0.861, loss 0.123.` */
function measuredText({ rows, accuracy, macroF1, loss }: MeasuredFacts): string {
  const values = [
    ...(accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}`]),
    ...(macroF1 === undefined ? [] : [`macro-F1 ${macroF1.toFixed(3)}`]),
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(3)}`]),
  ];
  return values.length === 0 ? '' : `On ${amount(rows, 'validation row')}: ${values.join(', ')}.`;
}

function staleText({ context, surroundings }: Knowledge, taskname: string, trained: TrainedTaskFacts): string {
  const template = context.template(taskname);
  const change = template && changedPart(context, template, trained);
  const model = surroundings?.model;
  const isOther = model?.kind === 'ok' && isOfAnother(model, trained);
  const reasons = [
    ...(change === undefined ? [] : [`It was trained with ${change.before}.`]),
    ...(isOther ? ['It was trained on another model, for which alone it means anything.'] : []),
  ];
  return reasons.length === 0
    ? ''
    : paragraphs('**Out of date**: predictions are off until it is trained again.', bullets(reasons));
}

/** To the minute; in UTC, so that it is the same for whoever reads it. */
function shownDate(date: string): string {
  return `${new Date(date).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
