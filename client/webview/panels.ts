import uPlot, { type AlignedData } from 'uplot';
import type { HeldOutMeasures } from '../../protocol/src/runs.ts';
import type { ChartRun, ChartWords } from '../src/chart/chart-messages.ts';

/** One of the charts on the page, with lines over the steps of all runs. */
export interface Panel {
  readonly title: string;
  readonly data: AlignedData;
  readonly series: readonly Series[];
  /** Whether its numbers may fall by powers of ten, as a loss does. */
  readonly isLoss: boolean;
  /** First and last step of all runs: the same in all charts, so that they can be read below each other. */
  readonly steps: readonly [number, number];
}

export interface Series {
  readonly label: string;
  /** Variable of the theme. */
  readonly colourName: string;
  readonly isDashed: boolean;
  readonly hasPoints: boolean;
}

const COLOURS = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'].map((name) => `--vscode-charts-${name}`);

interface Line extends Series {
  readonly x: readonly number[];
  readonly y: readonly (number | undefined)[];
}

/** The loss, the accuracy and the F1 of labels, slots or words where they were measured, and the learning rate. */
export function panelsOf(runs: readonly ChartRun[], words: ChartWords): Panel[] {
  const named = (label: string, { name }: ChartRun) => (runs.length === 1 ? label : `${name}: ${label}`);
  const coloured = runs.map((run, place) => ({ run, colourName: COLOURS[place % COLOURS.length]! }));
  const loss = coloured.flatMap(({ run, colourName }): Line[] => [
    {
      label: named(words.trainingLoss, run),
      colourName,
      isDashed: false,
      hasPoints: false,
      x: run.steps.map(({ step }) => step),
      y: run.steps.map((point) => point.loss),
    },
    {
      label: named(words.validationLoss, run),
      colourName: runs.length === 1 ? COLOURS[1]! : colourName,
      isDashed: true,
      hasPoints: true,
      x: run.epochs.map(({ step }) => step),
      y: run.epochs.map(({ validationLoss }) => validationLoss),
    },
  ]);
  const heldOut = (measure: keyof HeldOutMeasures) =>
    coloured.flatMap(({ run, colourName }) =>
      tasksOf(run, measure).map(
        (task, place): Line => ({
          label: named(task, run),
          colourName: runs.length === 1 ? COLOURS[(place + 2) % COLOURS.length]! : colourName,
          isDashed: false,
          hasPoints: true,
          x: run.epochs.map(({ step }) => step),
          y: run.epochs.map((epoch) => epoch[measure][task]),
        }),
      ),
    );
  const rate = coloured.map(
    ({ run, colourName }): Line => ({
      label: named(words.learningRate, run),
      colourName,
      isDashed: false,
      hasPoints: false,
      x: run.steps.map(({ step }) => step),
      y: run.steps.map(({ lr }) => lr),
    }),
  );
  const last = Math.max(1, ...runs.map((run) => Math.max(run.steps.at(-1)?.step ?? 0, run.epochs.at(-1)?.step ?? 0)));
  const panel = (title: string, lines: readonly Line[], isLoss = false): Panel => {
    const tables = lines.map(({ x, y }): AlignedData => [[...x], y.map((value) => value ?? null)]);
    return { title, data: uPlot.join(tables), series: lines, isLoss, steps: [1, last] };
  };
  const measured = (['accuracy', 'macroF1', 'slotF1', 'wordF1'] as const).flatMap((measure) => {
    const lines = heldOut(measure);
    return lines.length > 0 ? [panel(words[measure], lines)] : [];
  });
  return [panel(words.loss, loss, true), ...measured, panel(words.learningRate, rate)];
}

/** The tasks of which this was measured, in the order of the first epoch. */
export function tasksOf({ epochs }: ChartRun, measure: keyof HeldOutMeasures): string[] {
  return [...new Set(epochs.flatMap((epoch) => Object.keys(epoch[measure])))];
}
