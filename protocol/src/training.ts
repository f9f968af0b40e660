import type { DeviceName } from './devices.ts';
import type { Learning, TrainEvent } from './training-events.ts';

// ── train ────────────────────────────────────────────────────────────────────────────────────────────────────────────
export interface TrainParams {
  readonly token: string;
  readonly file: string;
  /** All new tasks of the file where it is empty. */
  readonly tasknames: readonly string[];
  /** Go on with the newest unfinished run of these tasks, if there is one; otherwise a new one is begun. */
  readonly resume: boolean;
  /**
   * The folder of the run that `resume` means. Where another one would be gone on with, or none, since this one has ended or
   * is gone or a newer one of the same tasks came after it, the request fails as `input` and nothing is begun.
   */
  readonly run?: string;
  readonly device: DeviceName | 'auto';
}

export interface StopTrainingParams {
  /**
   * `pause` saves everything, so that a new process can resume the run; `cancel` ends it for good and puts the best
   * prompt so far, if an epoch has ended, into the prompt table.
   */
  readonly how: 'pause' | 'cancel';
}

export interface TrainingParams {
  readonly token: string;
  /** What `ptask train --json` prints; the last one says how the run ended. */
  readonly events: readonly TrainEvent[];
  readonly progress: TrainingProgress;
}

export interface TrainingProgress {
  /** Steps taken, of those of the whole run. */
  readonly step: number;
  readonly steps: number;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Mean training loss of late; undefined before the first step. */
  readonly loss: number | undefined;
  /** Undefined before it can be told. */
  readonly rowsPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

// ── keepBestPrompts ──────────────────────────────────────────────────────────────────────────────────────────────────
export interface KeepBestPromptsParams {
  /** Absolute path of the task file, whose prompt table they are for. */
  readonly file: string;
  /** The run's folder. */
  readonly run: string;
}

export interface KeepBestPromptsResult {
  readonly promptTable: string;
  /** By taskname, from 1: the epoch that each prompt is of. Empty where no epoch had ended; the table is then left as it was. */
  readonly bestEpochs: Readonly<Record<string, number>>;
}

// ── the end of a run ─────────────────────────────────────────────────────────────────────────────────────────────────
/** How a run ended; one that failed is an error of the request. */
export type TrainResult =
  | {
      readonly outcome: 'done';
      readonly run: string;
      readonly promptTable: string;
      readonly stoppedEarly: boolean;
      readonly tasks: readonly TrainedTask[];
    }
  | {
      readonly outcome: 'cancelled';
      readonly run: string;
      readonly step: number;
      /** The tasks whose best prompts were kept; empty where no epoch had ended. */
      readonly promptTable: string;
      readonly tasks: readonly TrainedTask[];
    }
  | { readonly outcome: 'paused'; readonly run: string; readonly step: number };

export interface TrainedTask {
  readonly taskname: string;
  readonly virtualTokens: number;
  /** From 1. */
  readonly bestEpoch: number;
  /** On validation rows; undefined without them. */
  readonly validation:
    | {
        readonly rows: number;
        readonly loss: number;
        readonly accuracy: number | undefined;
        /** Of generated answers, where they were measured: of slots where they are such, else of words. */
        readonly slotF1: number | undefined;
        readonly wordF1: number | undefined;
      }
    | undefined;
  /** Undefined for a run that was cancelled. */
  readonly learning: Learning | undefined;
}
