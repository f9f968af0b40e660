import type { ChartRun, ChartWords } from '../src/chart/chart-messages.ts';
import type { Format } from './format.ts';
import { tasksOf } from './panels.ts';

/** What the charts show, epoch by epoch, as a table for each run. */
export function numbersTable(runs: readonly ChartRun[], words: ChartWords, format: Format): HTMLElement[] {
  const heading = document.createElement('h2');
  heading.textContent = words.numbers;
  return [heading, ...runs.map((run) => tableOf(run, words, format))];
}

function tableOf(run: ChartRun, words: ChartWords, { loss, percent }: Format): HTMLTableElement {
  const table = document.createElement('table');
  table.className = 'numbers';
  table.createCaption().textContent = run.name;
  const tasks = tasksOf(run);
  const head = table.createTHead().insertRow();
  for (const title of [words.epoch, words.step, words.trainingLoss, words.validationLoss, ...tasks]) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = title;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const { epoch, step, trainLoss, validationLoss, accuracy, best } of run.epochs) {
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
      ...tasks.map((task) => (accuracy[task] === undefined ? '' : percent(accuracy[task]))),
    ];
    for (const text of cells) row.insertCell().textContent = text;
  }
  return table;
}
