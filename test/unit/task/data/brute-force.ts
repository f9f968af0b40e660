import type { Problem, Range } from '../../../../protocol/src/problem.ts';
import type { TaskContext } from '../../../../task/src/context.ts';
import type { ModelFacts } from '../../../../task/src/environment.ts';
import type { Span } from '../../../../task/src/json-tree.ts';
import { labelOf } from '../../../../task/src/labels.ts';
import { RowFindings } from '../../../../task/src/row-findings.ts';
import { RowPlaces, type RowView, textOf } from '../../../../task/src/row-view.ts';
import { RowReader } from '../../../../task/src/rows.ts';
import { rules } from '../../../../task/src/rules/index.ts';
import { missingFieldGroup, rowFieldMissing } from '../../../../task/src/rules/row-field-missing.ts';
import { TokenMeter } from '../../../../task/src/tokens.ts';

export interface WholeFile {
  path: string;
  text: string;
  isTraining: boolean;
}

/** What the rules for rows say when each is asked about every row: nothing is kept, counted or passed over. */
export function bruteForce(context: TaskContext, files: readonly WholeFile[], model: ModelFacts): Problem[] {
  const meter =
    model.kind === 'ok' && model.tokenizer ? new TokenMeter(model, model.tokenizer, context.file) : undefined;
  const views = files.map((file) => ({ file, rows: rowsOf(file, context, meter) }));
  const present = new Set<string>();
  const tasks = new Set<string>();
  for (const { value, template } of views.flatMap(({ rows }) => rows.flatMap(({ view }) => view ?? []))) {
    if (template === undefined) continue;
    tasks.add(template.settings.taskname);
    for (const field in value) present.add(missingFieldGroup(template.settings.taskname, field));
  }
  const training = new Map<string, NonNullable<RowView['leakedFrom']>>();
  const answeredInTraining = new Map<string, NonNullable<RowView['answeredOtherwise']>>();
  return views.flatMap(({ file, rows }) => {
    const findings = new RowFindings(file.path);
    const seen = new Map<string, number>();
    const answered = new Map<string, NonNullable<RowView['answeredOtherwise']>>();
    for (const { view, bad, line } of rows) {
      const toRange = ({ start, end }: Span): Range => ({
        start: { line, character: start },
        end: { line, character: end },
      });
      const template = view?.template;
      if (view !== undefined && template !== undefined) {
        const { taskname } = template.settings;
        const texts = template.fields.map((field) => (Object.hasOwn(view.value, field) ? view.value[field] : ''));
        const areKnown =
          template.areFieldsKnown && template.fields.every((field) => present.has(missingFieldGroup(taskname, field)));
        const key = JSON.stringify([
          taskname,
          ...texts.map((text) => (typeof text === 'string' ? text : JSON.stringify(text))),
        ]);
        if (areKnown) {
          view.duplicateOf = seen.get(key) ?? -1;
          if (!seen.has(key)) seen.set(key, line);
          if (!file.isTraining) view.leakedFrom = training.get(key);
          else if (!training.has(key)) training.set(key, { file: file.path, line });
          const label = labelIn(view);
          const inputs = template.fields.filter((field) => field !== template.settings.answer_field);
          if (
            label !== undefined &&
            inputs.length > 0 &&
            inputs.every((field) => textOf(view.value, field) !== undefined)
          ) {
            const input = JSON.stringify([taskname, ...inputs.map((field) => view.value[field])]);
            const here = { file: file.path, line, label };
            if (file.isTraining && !answeredInTraining.has(input)) answeredInTraining.set(input, here);
            const earlier = (file.isTraining ? undefined : answeredInTraining.get(input)) ?? answered.get(input);
            if (earlier === undefined) answered.set(input, here);
            else if (earlier.label !== label) view.answeredOtherwise = earlier;
            else if (!file.isTraining && answeredInTraining.has(input) && view.leakedFrom === undefined) {
              view.leakedFrom = { file: earlier.file, line: earlier.line };
            }
          }
        }
      }
      for (const rule of rules) {
        if (bad !== undefined) {
          rule.checkBadRow?.(bad, (make, group = '') => findings.add(rule, group, make, toRange));
        } else {
          rule.checkRow?.(view!, context, (make, group = '') => {
            const isDropped = rule === rowFieldMissing && tasks.has(view!.template!.settings.taskname);
            if (isDropped && !present.has(group)) return;
            findings.add(rule, group, make, toRange);
          });
        }
      }
    }
    return findings.problems();
  });
}

function rowsOf(file: WholeFile, context: TaskContext, meter: TokenMeter | undefined) {
  const reader = new RowReader();
  const rows = [...reader.push(new TextEncoder().encode(file.text)), ...reader.end()];
  return rows.map((row) => {
    if (row.value === undefined) return { line: row.line, bad: row, view: undefined };
    const name = textOf(row.value, 'taskname');
    const template = name === undefined ? undefined : context.template(name);
    const { value } = row;
    const view: RowView = {
      file: file.path,
      value,
      template,
      isExample: false,
      places: new RowPlaces(row.text),
      duplicateOf: -1,
      leakedFrom: undefined,
      answeredOtherwise: undefined,
      tokens: meter === undefined || template === undefined ? undefined : () => meter.measure(template, value),
    };
    return { line: row.line, bad: undefined, view };
  });
}

function labelIn({ template, value }: RowView): string | undefined {
  const field = template?.settings.answer_field;
  const answer = typeof field === 'string' ? textOf(value, field) : undefined;
  return answer === undefined || template?.forms === undefined ? undefined : labelOf(template.forms, answer);
}
