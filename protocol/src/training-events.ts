/** What a run says while it goes; the command line prints these as they are with `--json`. */
export type TrainEvent =
  | StartEvent
  | EstimateEvent
  | NoticeEvent
  | StepEvent
  | EpochEvent
  | StoppedEvent
  | CancelledEvent
  | DoneEvent;

export interface StartEvent {
  readonly event: 'start';
  readonly run: string;
  readonly tasks: readonly string[];
  readonly model: string;
  readonly device: string;
  readonly train_rows: number;
  readonly validation_rows: number;
  /** Rows left out because they are too long, by task. */
  readonly skipped_rows: Readonly<Record<string, number>>;
  readonly epochs: number;
  readonly steps: number;
  /** The step that the run goes on from; 0 for a new run. */
  readonly from_step: number;
}

/** What the run will take, before its first step. */
export interface EstimateEvent {
  readonly event: 'estimate';
  /** The most memory of the process, reckoned from the sizes, and what it could have. */
  readonly memory_bytes: number;
  readonly free_bytes: number;
  /** As measured on a few steps; left out for a run of few steps, which would take as long to measure. */
  readonly seconds_per_step?: number;
  /** Of what is left of the run, unless it stops early. */
  readonly seconds?: number;
  /** What is done for want of memory. */
  readonly message?: string;
}

/** Something is done otherwise than asked, such as with fewer rows at once where memory ran out. */
export interface NoticeEvent {
  readonly event: 'notice';
  readonly message: string;
}

export interface StepEvent {
  readonly event: 'step';
  /** Steps taken so far, from 1. */
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly lr: number;
  readonly rows_per_s: number;
}

/** Measured on the validation rows of one task. */
export interface ValidationMetrics extends GeneratedKeys {
  readonly rows: number;
  readonly loss: number;
  readonly accuracy?: number;
  readonly macro_f1?: number;
}

/** What is measured of generated answers beside exact match: of slots where they are such (`SlotMetrics`), else of words. */
export interface GeneratedKeys {
  readonly word_f1?: number;
  readonly intent_accuracy?: number;
  readonly slot_precision?: number;
  readonly slot_recall?: number;
  readonly slot_f1?: number;
}

export interface EpochEvent {
  readonly event: 'epoch';
  /** From 1. */
  readonly epoch: number;
  readonly train_loss: number;
  /** Over the validation rows of all tasks; null without validation data. */
  readonly validation_loss: number | null;
  readonly validation: Readonly<Record<string, ValidationMetrics>>;
  /** Whether this epoch's prompt is the best so far. */
  readonly best: boolean;
}

/** Everything is saved, and the run may go on where it stopped. */
export interface StoppedEvent {
  readonly event: 'stopped';
  readonly run: string;
  readonly step: number;
}

/** The run was ended for good before its last step. */
export interface CancelledEvent {
  readonly event: 'cancelled';
  readonly run: string;
  readonly prompt_table: string;
  readonly step: number;
  /** The tasks whose best prompts were kept; none where no epoch had ended. */
  readonly tasks: Readonly<Record<string, TrainedPrompt>>;
}

export interface DoneEvent {
  readonly event: 'done';
  readonly run: string;
  readonly prompt_table: string;
  readonly steps: number;
  readonly epochs: number;
  readonly stopped_early: boolean;
  /** What `trainer.val_metric` was in the best epoch; left out without validation rows. */
  readonly best_value?: number;
  /** For a run that computed its steps in less than float32, on validation rows with the kept prompts: the loss in both. */
  readonly precision?: PrecisionLosses;
  readonly tasks: Readonly<Record<string, TrainedPrompt>>;
}

export interface PrecisionLosses {
  /** Validation rows of all tasks. */
  readonly rows: number;
  /** As steps see it. */
  readonly loss: number;
  readonly float32_loss: number;
}

/** What a run puts into the prompt table for one task. */
export interface TrainedPrompt {
  readonly virtual_tokens: number;
  readonly best_epoch: number;
  /** Of the prompt that was kept; undefined without validation data. */
  readonly validation?: ValidationMetrics;
  /** Undefined for a run that was cancelled. */
  readonly learning?: Learning;
}

/** Whether a run has learnt anything, by its task's validation rows. */
export interface Learning {
  /**
   * - `learnt`: better than both always answering the commonest label and the untrained model, by more than chance
   * - `unclear`: better, but on so few rows that it may be chance
   * - `nothing`: not better than one of them
   * - `unmeasured`: there are no validation rows
   */
  readonly verdict: 'learnt' | 'unclear' | 'nothing' | 'unmeasured';
  /** For the user, to stand behind the task's name; undefined where it has learnt. */
  readonly message?: string;
}
