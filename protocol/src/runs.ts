// ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
export interface RunsParams {
  /** Folders that hold task files; each one's `.ptask/runs` is read. */
  readonly folders: readonly string[];
}

export interface RunsResult {
  /** The newest first. A folder that is no run, or whose record cannot be read, is left out. */
  readonly runs: readonly RunSummary[];
}

/**
 * - `running`: a living process is at it
 * - `stopped`: paused, or its process was killed; may be resumed
 * - `cancelled`: ended by the user for good; the best prompt was kept
 * - `done`, `failed`: ended by itself
 */
export type RunState = 'running' | 'stopped' | 'cancelled' | 'done' | 'failed';

export interface RunSummary {
  /** The run's folder; its name. */
  readonly dir: string;
  readonly taskFile: string;
  readonly tasknames: readonly string[];
  readonly state: RunState;
  /** The process that is at it, where it is running. */
  readonly pid: number | undefined;
  readonly model: string;
  readonly device: string;
  /** ISO 8601. */
  readonly created: string;
  readonly trainRows: number;
  readonly validationRows: number;
  /** Steps taken, and those of the whole run where the record says so. */
  readonly step: number;
  readonly steps: number | undefined;
  readonly epoch: number;
  readonly epochs: number | undefined;
  /** Of the last step. */
  readonly loss: number | undefined;
  /** Of the best epoch, on validation rows. */
  readonly best: BestEpoch | undefined;
}

export interface BestEpoch extends HeldOutMeasures {
  readonly epoch: number;
  readonly validationLoss: number | undefined;
}

/** On validation rows, by task, each where it was measured. */
export interface HeldOutMeasures {
  readonly accuracy: Readonly<Record<string, number>>;
  /** Of answers that are labels. */
  readonly macroF1: Readonly<Record<string, number>>;
  /** Of generated answers. */
  readonly slotF1: Readonly<Record<string, number>>;
  readonly wordF1: Readonly<Record<string, number>>;
}

export interface RunMetricsParams {
  /** The run's folder. */
  readonly dir: string;
  /** At most so many steps, at even distances, the newest among them; epochs are all given. */
  readonly points: number;
}

export interface RunMetricsResult {
  readonly run: RunSummary;
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochPoint[];
}

export interface StepPoint {
  readonly step: number;
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly lr: number;
}

export interface EpochPoint extends HeldOutMeasures {
  /** From 1. */
  readonly epoch: number;
  /** Steps taken when it ended. */
  readonly step: number;
  readonly trainLoss: number;
  readonly validationLoss: number | undefined;
  /** Whether it was the best so far. */
  readonly best: boolean;
}
