import type { EpochPoint, StepPoint } from '../../../protocol/src/runs.ts';

/* The messages between the extension and the page of a chart. */

/** A run as a chart shows it. */
export interface ChartRun {
  /** The run's folder, which names it. */
  readonly dir: string;
  /** What the user calls it. */
  readonly name: string;
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochPoint[];
}

/** Words of the page, in the user's language. */
export interface ChartWords {
  readonly title: string;
  readonly loss: string;
  readonly trainingLoss: string;
  readonly validationLoss: string;
  /** Titles of charts. */
  readonly accuracy: string;
  readonly macroF1: string;
  readonly slotF1: string;
  readonly wordF1: string;
  /** The same in a table's head, behind a task; the accuracy has none. */
  readonly shortMacroF1: string;
  readonly shortSlotF1: string;
  readonly shortWordF1: string;
  readonly learningRate: string;
  /** Of a button. */
  readonly logarithmic: string;
  readonly step: string;
  readonly epoch: string;
  readonly best: string;
  readonly numbers: string;
  readonly empty: string;
}

export type ToChart =
  | { readonly type: 'show'; readonly runs: readonly ChartRun[]; readonly words: ChartWords; readonly locale: string }
  /** More of a run that is shown. */
  | {
      readonly type: 'append';
      readonly dir: string;
      readonly steps: readonly StepPoint[];
      readonly epochs: readonly EpochPoint[];
    };

/** `ready`: the page can take messages; sent anew each time it is made, as when its tab comes back. */
export type FromChart = { readonly type: 'ready' };

/** What the page keeps, so that a chart comes back after the window was reloaded. */
export interface ChartState {
  readonly dirs: readonly string[];
  /** Whether losses stand on a logarithmic scale. */
  readonly isLogarithmic?: boolean;
}
