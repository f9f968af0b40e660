import type { DeviceName } from './devices.ts';
import type { Problem } from './problem.ts';

// ── plan ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
export interface PlanParams {
  readonly file: string;
  /** All new tasks of the file where it is empty. */
  readonly tasknames: readonly string[];
  readonly device?: DeviceName | 'auto';
  /** Take the time of a real step, which takes a few of them and loads the model; otherwise it is reckoned. */
  readonly measure: boolean;
}

export interface PlanResult {
  readonly tasks: readonly PlannedTask[];
  readonly model: PlannedModel;
  /** Such as `p-tuning, lstm`. */
  readonly method: string;
  /** Numbers that are learnt. */
  readonly learntParameters: number;
  readonly device: DeviceName;
  readonly epochs: number;
  /** In the whole run; early stopping may end it before. */
  readonly steps: number;
  readonly estimate: RunEstimate;
  /** The newest run of these tasks that was stopped or killed and may go on as it began. */
  readonly resumable: { readonly run: string; readonly step: number } | undefined;
  /** Warnings and informations; errors make the request fail. */
  readonly problems: readonly Problem[];
}

export interface PlannedTask {
  readonly taskname: string;
  /** Rows that will be used. */
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Training rows left out because they are too long. */
  readonly skipped: number;
  readonly virtualTokens: number;
  /** The prompt table has a prompt of this task, which a finished run replaces. */
  readonly replaces: boolean;
}

export interface PlannedModel {
  /** As the task file names it. */
  readonly name: string;
  readonly dir: string;
  /** Such as `gpt2`. */
  readonly architecture: string;
  readonly parameters: number;
}

export interface RunEstimate {
  /** `measured`: from real steps on this machine; `reckoned`: from the sizes alone, good to a factor of about three. */
  readonly basis: 'measured' | 'reckoned';
  readonly secondsPerStep: number;
  /** All epochs with their validation. */
  readonly seconds: number;
  /** Most memory of the training process, always reckoned. */
  readonly memoryBytes: number;
  /** What the process could have. */
  readonly freeBytes: number;
  /** What is done for want of memory, for the user; left out where nothing is. */
  readonly message?: string;
}
