import { t } from '../../../../l10n/src/words.ts';
import { rowsOf, SPLITS, type Split, type TaskDataFacts } from '../../../../task/src/data-facts.ts';
import type { MeasuredFacts, TrainedTaskFacts } from '../../../../task/src/environment.ts';
import type { Surroundings } from '../../../../task/src/rule.ts';
import { isOfAnother } from '../../../../task/src/rules/backbone-changed.ts';
import { changedPart } from '../../../../task/src/rules/template-changed.ts';
import type { Knowledge } from '../knowledge.ts';
import { measureTexts } from '../measures.ts';
import { amount, decimal, enumeration, number, percent } from '../words.ts';
import { bullets, code, paragraphs, said } from './markdown.ts';

/** What state a task is in: its rows, when its prompt was trained and with what result, and whether that still holds. */
export function taskText(knowledge: Knowledge, taskname: string): string {
  const { context, data, surroundings } = knowledge;
  const template = context.template(taskname);
  const facts = data?.tasks.get(taskname);
  const trained = surroundings?.promptTable?.tasks.get(taskname);
  return paragraphs(
    t('**Task** {0}', code(taskname)),
    template === undefined
      ? t('No template has this name.')
      : `${amount(template.settings.total_virtual_tokens, 'virtual token')}.`,
    facts && rowsText(facts.rows),
    facts && labelsText(facts),
    surroundings && stateText(surroundings, trained),
    trained && staleText(knowledge, taskname, trained),
  );
}

const USES: Readonly<Record<Split, (rows: string) => string>> = {
  train: (rows) => t('{0} to train', rows),
  validation: (rows) => t('{0} to validate', rows),
  test: (rows) => t('{0} to test', rows),
};

/** `Rows: 418 to train, 46 to validate and 59 to test.` */
export function rowsText(rows: Readonly<Record<Split, number>>): string {
  const parts = SPLITS.filter(({ split }) => rows[split] > 0).map(({ split }) => USES[split](number(rows[split])));
  return parts.length === 0 ? t('No rows.') : t('Rows: {0}.', enumeration(parts));
}

function labelsText(facts: TaskDataFacts): string | undefined {
  const labels = [...facts.allLabelCounts].toSorted(([, a], [, b]) => b - a);
  if (labels.length === 0) return undefined;
  const shown = labels.slice(0, MAX_LABELS).map(([label, rows]) => `${code(label)} ${percent(rows / rowsOf(facts))}`);
  return t('Labels: {0}.', `${shown.join(', ')}${labels.length > MAX_LABELS ? ', …' : ''}`);
}

const MAX_LABELS = 12;

function stateText({ promptTable }: Surroundings, trained: TrainedTaskFacts | undefined): string {
  if (promptTable?.broken !== undefined) return t('The prompt table cannot be read.');
  return trained === undefined ? t('Not trained yet.') : trainedText(trained);
}

function trainedText({ date, trainRows, validation }: TrainedTaskFacts): string {
  const when = date && shownDate(date);
  const rows = trainRows === undefined ? undefined : amount(trainRows, 'row');
  const measured = when === undefined && rows === undefined ? undefined : validation;
  return `${trainedWith(when, rows)}${measured === undefined ? '' : ` ${measuredText(measured)}`}`;
}

function trainedWith(when: string | undefined, rows: string | undefined): string {
  if (when !== undefined)
    return rows === undefined ? t('Trained on {0}.', when) : t('Trained on {0} with {1}.', when, rows);
  return rows === undefined ? t('Trained; the prompt table does not say when.') : t('Trained with {0}.', rows);
}

/** `On 46 validation rows: accuracy 87.0%, macro-F1 0.861, loss 0.123.` */
function measuredText(measured: MeasuredFacts): string {
  const { rows, loss } = measured;
  const values = [...measureTexts(measured), ...(loss === undefined ? [] : [t('loss {0}', decimal(loss))])];
  return values.length === 0 ? '' : t('On {0}: {1}.', amount(rows, 'validation row'), values.join(', '));
}

function staleText({ context, surroundings }: Knowledge, taskname: string, trained: TrainedTaskFacts): string {
  const template = context.template(taskname);
  const model = surroundings?.model;
  const change = template && changedPart(context, template, trained, model);
  const isOther = model?.kind === 'ok' && isOfAnother(model, trained);
  const reasons = [
    ...(change === undefined ? [] : [t('It was trained with {0}.', said(change.before))]),
    ...(isOther ? [t('It was trained on another model, for which alone it means anything.')] : []),
  ];
  return reasons.length === 0
    ? ''
    : paragraphs(t('**Out of date**: predictions are off until it is trained again.'), bullets(reasons));
}

/** To the minute; in UTC, so that it is the same for whoever reads it. */
function shownDate(date: string): string {
  return `${new Date(date).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
