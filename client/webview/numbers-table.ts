import type { EpochPoint, HeldOutMeasures } from '../../protocol/src/runs.ts';
import type { ChartRun, ChartWords } from '../src/chart/chart-messages.ts';
import type { Format } from './format.ts';
import { tasksOf } from './panels.ts';

/** What the charts show, epoch by epoch, as a table for each run. */
export function numbersTable(runs: readonly ChartRun[], words: ChartWords, format: Format): HTMLElement[] {
  const heading = document.createElement('h2');
  heading.textContent = words.numbers;
  return [heading, ...runs.map((run) => tableOf(run, words, format))];
}

function tableOf(run: ChartRun, words: ChartWords, { loss, percent, f1 }: Format): HTMLTableElement {
  const table = document.createElement('table');
  table.className = 'numbers';
  table.createCaption().textContent = run.name;
  const columns = [
    ...columnsOf(run, 'accuracy', '', percent),
    ...columnsOf(run, 'macroF1', words.shortMacroF1, f1),
    ...columnsOf(run, 'slotF1', words.shortSlotF1, f1),
    ...columnsOf(run, 'wordF1', words.shortWordF1, f1),
  ];
  const head = table.createTHead().insertRow();
  for (const title of [
    words.epoch,
    words.step,
    words.trainingLoss,
    words.validationLoss,
    ...columns.map(({ title }) => title),
  ]) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = title;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const point of run.epochs) {
    const { epoch, step, trainLoss, validationLoss, best } = point;
    const row = body.insertRow();
    if (best) row.className = 'best';
    const name = document.createElement('th');
    name.scope = 'row';
    name.textContent = best ? `${epoch} (${words.best})` : String(epoch);
    row.append(name);
    const cells = [
      String(step),
      loss(trainLoss),
      validationLoss === undefined ? '' : loss(validationLoss),
      ...columns.map(({ cell }) => cell(point)),
    ];
    for (const text of cells) row.insertCell().textContent = text;
  }
  return table;
}

interface Column {
  readonly title: string;
  readonly cell: (point: EpochPoint) => string;
}

/** One for each task of which this was measured. */
function columnsOf(
  run: ChartRun,
  measure: keyof HeldOutMeasures,
  name: string,
  format: (value: number) => string,
): Column[] {
  return tasksOf(run, measure).map((task) => ({
    title: name === '' ? task : `${task}: ${name}`,
    cell: ({ [measure]: { [task]: value } }) => (value === undefined ? '' : format(value)),
  }));
}
