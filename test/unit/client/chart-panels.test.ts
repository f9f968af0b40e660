import { expect, it } from 'vitest';
import type { ChartRun, ChartWords } from '../../../client/src/chart/chart-messages.ts';
import { chartRun, epochPoint } from '../../../client/src/chart/chart-run.ts';
import { panelsOf } from '../../../client/webview/panels.ts';
import type { RunSummary } from '../../../protocol/src/runs.ts';
import type { ValidationMetrics } from '../../../protocol/src/training-events.ts';

const words = {
  loss: 'Loss',
  accuracy: 'Accuracy',
  macroF1: 'Macro-F1',
  slotF1: 'Slot F1',
  wordF1: 'Word F1',
  learningRate: 'Rate',
};

/** A run that has measured its tasks so after its first epoch. */
function runOf(validation: Record<string, ValidationMetrics>): ChartRun {
  const event = { event: 'epoch', epoch: 1, train_loss: 1, validation_loss: 1, validation, best: true } as const;
  const run = { dir: '/run', tasknames: ['a'], created: '2026' } as unknown as RunSummary;
  return chartRun({ run, steps: [{ step: 3, epoch: 1, loss: 1, lr: 0.1 }], epochs: [epochPoint(event, 3)] });
}

const chartsOf = (run: ChartRun) =>
  panelsOf([run], words as ChartWords).map(({ title, series, data }) => [
    title,
    series.map(({ label }, line) => [label, data[line + 1]!.at(-1)]),
  ]);

const measured = { rows: 4, loss: 1, accuracy: 0.25 };

it('a run has charts of what was measured on its validation rows, with a line for each task', () => {
  const charts = chartsOf(
    runOf({
      a: { ...measured, macro_f1: 0.5 },
      b: { ...measured, slot_f1: 0.75 },
      c: { ...measured, word_f1: 0.5 },
    }),
  );
  expect(charts.map(([title]) => title)).toEqual(['Loss', 'Accuracy', 'Macro-F1', 'Slot F1', 'Word F1', 'Rate']);
  expect(charts.slice(1, 5).map(([, lines]) => lines)).toEqual([
    [
      ['a', 0.25],
      ['b', 0.25],
      ['c', 0.25],
    ],
    [['a', 0.5]],
    [['b', 0.75]],
    [['c', 0.5]],
  ]);
});

it('a run whose answers were not read has no chart of an F1', () =>
  expect(chartsOf(runOf({ a: measured })).map(([title]) => title)).toEqual(['Loss', 'Accuracy', 'Rate']));
