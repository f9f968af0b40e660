import type { Problem } from './problem.ts';
import type { Learning, TrainEvent } from './training-events.ts';

/*
 * The messages between a client (the VS Code extension) and an engine, which is a child process of it: JSON-RPC over the
 * IPC channel of `dist/engine.js predict` and `dist/engine.js train`, or over its standard input and output with
 * `--stdio`. docs/engine-process.md says how a process is started, ended and watched.
 *
 * A client numbers its longer requests with `token`, any string that is its own; the notifications that belong to a request
 * carry the same token. A request is withdrawn with JSON-RPC's own `$/cancelRequest`, and then fails as `cancelled`.
 */

/**
 * `predict` lives with the window and answers everything that only reads; `train` is one training run, after which the
 * process is to be ended.
 */
export type EngineRole = 'predict' | 'train';

/** Requests of the client, by method. */
export interface EngineRequests {
  /** When rows come into view, a row is hovered, or a sentence was typed. Role `predict`. */
  predict: { params: PredictParams; result: PredictResult };
  /** When a marker of a trained template is hovered. Role `predict`. */
  nearestTokens: { params: NearestTokensParams; result: NearestTokensResult };
  /** When the user evaluates tasks. Sends `evaluated` on the way. Role `predict`. */
  evaluate: { params: EvaluateParams; result: EvaluateResult };
  /** Before a run, to say what it will use. Role `predict`. */
  plan: { params: PlanParams; result: PlanResult };
  /** When devices are shown or chosen. The first time takes seconds, as each is tried in a process of its own. Role `predict`. */
  devices: { params: DevicesParams; result: DevicesResult };
  /** When a model is to be chosen. Looks at the disk alone. Role `predict`. */
  models: { params: ModelsParams; result: ModelsResult };
  /** When a user wants a model of the Hugging Face hub, to say what it takes. Asks the hub. Role `predict`. */
  planFetch: { params: PlanFetchParams; result: PlanFetchResult };
  /**
   * When the user has agreed to that. Sends `fetching` on the way. Withdrawn or cut, it goes on from there the next time. Role
   * `predict`.
   */
  fetchModel: { params: FetchModelParams; result: FetchModelResult };
  /** Before what CUDA needs is fetched, to say what that takes. Role `predict`. */
  planFetchCuda: { params: Record<string, never>; result: PlanFetchCudaResult };
  /** When the user has agreed to that. Sends `fetching` on the way. Processes that start afterwards have it. Role `predict`. */
  fetchCuda: { params: FetchCudaParams; result: FetchCudaResult };
  /** When the Runs view is filled. Role `predict`. */
  runs: { params: RunsParams; result: RunsResult };
  /** When a run's chart or its numbers are shown. Role `predict`. */
  runMetrics: { params: RunMetricsParams; result: RunMetricsResult };
  /**
   * Once in the life of a process, to start or resume its run; answered when the run has ended, in whichever way. Sends
   * `training` on the way. Cancelling the request itself is `stopTraining` with `cancel`. Role `train`.
   */
  train: { params: TrainParams; result: TrainResult };
}

/** Notifications of the client, by method. */
export interface ClientNotifications {
  /** When the user pauses or cancels the run. It is heard when the step that is being computed has ended. Role `train`. */
  stopTraining: StopTrainingParams;
  /**
   * When the window closes: the process ends, a run after having been paused. Closing the channel, or dying, does the
   * same. The client kills a process that has not ended within five seconds.
   */
  exit: Record<string, never>;
}

/** Notifications of the engine, by method. */
export interface EngineNotifications {
  /** Once, when the engine can take requests. */
  ready: ReadyParams;
  /** During `predict`, each time some more rows are answered; together they are what the result holds. */
  predicted: PredictedParams;
  /** During `evaluate`, each time some more rows are answered. */
  evaluated: EvaluatedParams;
  /** During `fetchModel` and `fetchCuda`, a few times a second. */
  fetching: FetchingParams;
  /** During `train`, at most about ten times a second: what has happened since the last one, in order. */
  training: TrainingParams;
}

/** `data` of every error that a request fails with; the error's own `message` is one line for the user. */
export interface EngineErrorData {
  readonly kind: EngineErrorKind;
  /** With `problems`: what is wrong with the task file and its data, the errors among them. */
  readonly problems?: readonly Problem[];
  /** More for the log, such as a stack trace; never for the user. */
  readonly details?: string;
}

/**
 * - `problems`: the task file has errors, so nothing was run
 * - `input`: something else that the user gave is at fault: a missing file, a task that is not there, a full disk
 * - `busy`: the run is already going on in another process
 * - `engine`: the runtime or the device failed
 * - `cancelled`: the client withdrew the request
 * - `internal`: a defect of ptask
 */
export type EngineErrorKind = 'problems' | 'input' | 'busy' | 'engine' | 'cancelled' | 'internal';

export interface ReadyParams {
  readonly role: EngineRole;
  readonly pid: number;
  readonly version: string;
}

/** A task file as the client sees it. */
export interface TaskFileReference {
  /** Absolute path. */
  readonly file: string;
  /** The text in the editor, where it is not saved; left out for the file on disk. */
  readonly text?: string;
  /** What answers are computed on; the fastest that works where it is left out. */
  readonly device?: DeviceName | 'auto';
}

/** A row as it stands in a data file or in `examples`. */
export type DataRow = Readonly<Record<string, unknown>>;

/**
 * Which request goes first: a row under the pointer before rows in view before everything else. A more urgent request
 * overtakes between two batches of rows.
 */
export type Urgency = 'hover' | 'visible' | 'background';

// ── predict ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PredictParams extends TaskFileReference {
  readonly token: string;
  readonly taskname: string;
  /** In the order in which they are wanted. */
  readonly rows: readonly DataRow[];
  /** Also what the model answers without a trained prompt. */
  readonly withUntrained: boolean;
  readonly urgency: Urgency;
}

export interface PredictResult {
  readonly prompt: PromptState;
  /** One for each row, in order. */
  readonly rows: readonly PredictedRow[];
}

export interface PredictedParams {
  readonly token: string;
  readonly prompt: PromptState;
  /** Number of the first of these rows in the request. */
  readonly from: number;
  readonly rows: readonly PredictedRow[];
}

/** Whether the task's trained prompt fits its template and model as they are now. */
export type PromptState =
  | {
      readonly state: 'current';
      /** Changes with anything that an answer depends on but the row: what a client may cache answers by. */
      readonly key: string;
      readonly trained: PromptTraining | undefined;
    }
  | {
      readonly state: 'stale';
      readonly key: string;
      /** What has changed since it was trained. */
      readonly changed: 'template' | 'model' | 'tokenizer' | 'chat-template';
      /** For the user: what has changed, and what to do. */
      readonly message: string;
      readonly trained: PromptTraining | undefined;
    }
  | { readonly state: 'untrained'; readonly key: string; readonly message: string };

/** How a prompt came about, as the prompt table records it. */
export interface PromptTraining {
  /** ISO 8601. */
  readonly date: string;
  readonly virtualTokens: number;
  readonly trainRows: number | undefined;
  readonly validationRows: number | undefined;
  /** On those validation rows. */
  readonly accuracy: number | undefined;
}

export interface PredictedRow {
  /** The row in its template up to the answer, without virtual tokens. */
  readonly text: string;
  /** The row's own answer; `label` is the label that it is a form of, or the answer itself for a task without labels. */
  readonly expected: { readonly text: string; readonly label: string | undefined } | undefined;
  /** The answer of the trained prompt; only where that is current. */
  readonly trained: Answer | undefined;
  /**
   * The answer of a stale prompt, computed with the template that it was trained with; only where the template alone has
   * changed and the row has its fields. It must be shown as what it is.
   */
  readonly stale: Answer | undefined;
  /** The answer of the model without a trained prompt; only where it was asked for. */
  readonly untrained: Answer | undefined;
  /** Why there is no answer, for the user: a missing field, or a row that is too long. */
  readonly problem: string | undefined;
}

export interface Answer {
  /** The most probable label, or the generated text. */
  readonly text: string;
  /** All labels, the most probable first; undefined for a task without labels. */
  readonly candidates: readonly Candidate[] | undefined;
  /** Undefined where the row has no answer of its own. */
  readonly right: boolean | undefined;
}

export interface Candidate {
  readonly text: string;
  /** Of the task's labels, summing to 1. */
  readonly probability: number;
}

// ── nearestTokens ────────────────────────────────────────────────────────────────────────────────────────────────────

export interface NearestTokensParams extends TaskFileReference {
  readonly taskname: string;
  /** How many words for each virtual token. */
  readonly count: number;
}

export interface NearestTokensResult {
  readonly prompt: PromptState;
  /** One for each virtual token of the prompt, in order; empty where it is untrained or of another model. */
  readonly tokens: readonly VirtualTokenNeighbours[];
}

export interface VirtualTokenNeighbours {
  /** Number of the `<|VIRTUAL_PROMPT_n|>` that it belongs to, in the template that the prompt was trained with. */
  readonly marker: number;
  /** The nearest first. */
  readonly nearest: readonly NearToken[];
}

export interface NearToken {
  readonly id: number;
  /** As the tokeniser decodes it, blanks included; not every token is a word, or even whole characters. */
  readonly text: string;
  readonly cosine: number;
}

// ── evaluate ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Split = 'test' | 'validation';

/** The model without a trained prompt, with no, one or as many training rows in its prompt as fit. */
export type Baseline = 'zero' | 'one' | 'few';

/** `trained` is the trained prompt. */
export type Answerer = 'trained' | Baseline;

export interface EvaluateParams {
  readonly token: string;
  readonly file: string;
  /** All tasks of the file where it is empty. */
  readonly tasknames: readonly string[];
  readonly split: Split;
  readonly baselines: readonly Baseline[];
  readonly device?: DeviceName | 'auto';
}

export interface EvaluateResult {
  readonly tasks: readonly TaskEvaluation[];
}

export interface TaskEvaluation {
  readonly taskname: string;
  readonly split: Split;
  /** The files that the rows are from. */
  readonly files: readonly string[];
  readonly prompt: PromptState;
  /** Rows left out because they are too long for `max_seq_length`. */
  readonly skipped: number;
  /** Rows whose answer has more tokens than are generated, so that it is never right. */
  readonly unreachable: number;
  /** The commonest label of these rows and its share: the accuracy of always answering it. Undefined without labels. */
  readonly majority: { readonly label: string; readonly share: number } | undefined;
  /** The trained prompt first, where it is current; then the baselines in the order asked for. */
  readonly results: readonly EvaluationMetrics[];
  /** Why it could not be measured, for the user, while others of the request were; where none was, the request fails. */
  readonly problem?: string;
}

export interface EvaluationMetrics {
  readonly answerer: Answerer;
  /** Training rows that were in the prompt; 0 for the trained prompt. */
  readonly shots: number;
  readonly rows: number;
  readonly correct: number;
  /** For a task without labels, the share of answers that are the row's own, character for character. */
  readonly accuracy: number;
  /** The rest for tasks with labels only. */
  readonly macroF1: number | undefined;
  readonly labels: readonly LabelMetrics[] | undefined;
  readonly confusion: ConfusionMatrix | undefined;
}

export interface LabelMetrics {
  readonly label: string;
  /** Rows with this answer. */
  readonly rows: number;
  /** Rows for which it was predicted. */
  readonly predicted: number;
  readonly correct: number;
  /** correct / predicted; 0 where it was never predicted. */
  readonly precision: number;
  /** correct / rows; 0 where no row has it. */
  readonly recall: number;
  /** 2 correct / (rows + predicted), the harmonic mean of both; 0 where neither occurs. */
  readonly f1: number;
}

export interface ConfusionMatrix {
  readonly labels: readonly string[];
  /** [answer][prediction], both in the order of `labels`; the last column counts predictions that are none of them. */
  readonly counts: readonly (readonly number[])[];
}

export interface EvaluatedParams {
  readonly token: string;
  readonly taskname: string;
  readonly answerer: Answerer;
  /** Rows of this task and answerer that are done, these included. */
  readonly done: number;
  readonly total: number;
  readonly rows: readonly EvaluatedRow[];
}

export interface EvaluatedRow {
  readonly file: string;
  /** From 0. */
  readonly line: number;
  /** The row in its template up to the answer, without virtual tokens. */
  readonly text: string;
  /** The row's answer; for a task with labels, the label that it is a form of. */
  readonly expected: string;
  /** Undefined where the row is too long. */
  readonly answer: Answer | undefined;
  readonly right: boolean;
}

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

// ── devices ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the runtime calls an execution provider. */
export type DeviceName = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

export interface DevicesParams {
  /** Try them again, whatever is remembered of an earlier time. */
  readonly refresh: boolean;
}

export interface DevicesResult {
  readonly devices: readonly DeviceFinding[];
  /** What training and prediction use where no device is named. */
  readonly used: DeviceName;
  readonly cpu: { readonly model: string; readonly cores: number; readonly memoryBytes: number };
  /** Version of ONNX Runtime. */
  readonly runtime: string;
}

/** The hardware behind a device. */
export interface Adapter {
  readonly name: string;
  /** Whether it is none: a driver that computes on the CPU. It is never taken unless it is asked for. */
  readonly software: boolean;
  /** Its own memory; left out where the system does not tell. */
  readonly memoryBytes?: number;
  /** Version or name of its driver. */
  readonly driver?: string;
}

export interface DeviceFinding {
  readonly name: DeviceName;
  /**
   * - `works`: a small training step gave the right gradient on it
   * - `fails`: it was tried, and the runtime said why not, or gave wrong numbers
   * - `died`: the process that tried it crashed, or did not end in time
   * - `absent`: the installed runtime has no such provider
   */
  readonly state: 'works' | 'fails' | 'died' | 'absent';
  /** For the user: why it cannot be used, or why it is not although it works. Undefined for one that may be used. */
  readonly reason: string | undefined;
  readonly adapter: Adapter | undefined;
  /** A library that is missing, where the runtime named one. */
  readonly missing: string | undefined;
  /** What the probe took, loading included; undefined where nothing was tried. */
  readonly milliseconds: number | undefined;
  /** Whether the finding is of an earlier time with the same runtime, system and drivers. */
  readonly remembered: boolean;
}

// ── models ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ModelsParams {
  /** Absolute path of the task file that is to have a model; what fits its language is suggested. */
  readonly taskFile: string;
  /** Folders that may hold models, such as those of the workspace. */
  readonly folders: readonly string[];
}

export interface ModelsResult {
  /** The model of the task file as it stands in the list, whether it does or not. */
  readonly current: string;
  readonly language: string | null;
  /** Bytes that this machine has, or that the process may use. */
  readonly memoryBytes: number;
  /** The step that estimates are for. */
  readonly step: { readonly rows: number; readonly tokensARow: number };
  /** Those that are there first: demo models, those of the Hugging Face cache, and folders; then suggested ones. */
  readonly models: readonly ModelOffer[];
}

export interface ModelOffer {
  /** What the task file would say. */
  readonly name: string;
  /** `suggested` is one of the hub that knows the language and has not been fetched. */
  readonly source: 'demo' | 'hub' | 'folder' | 'suggested';
  /** Undefined where it cannot be used. */
  readonly about: ModelAbout | undefined;
  /** Why it cannot be used; for the user. */
  readonly problem: string | undefined;
}

export interface ModelAbout {
  /** Such as `gpt2`. */
  readonly architecture: string;
  readonly parameters: number;
  /** Of its weights on disk, or on the hub; undefined for a demo model that has not been made yet. */
  readonly bytes: number | undefined;
  /** Reckoned from its sizes, good to a factor of about three. */
  readonly secondsPerStep: number;
  readonly memoryBytes: number;
  /** For a suggested one: users have to accept terms first. */
  readonly gated: boolean;
}

export interface PlanFetchParams {
  /** As the hub calls it: `owner/name`. */
  readonly model: string;
}

export interface PlanFetchResult {
  /** The model's page, for people. */
  readonly page: string;
  /** Of its files, and of those that are not there yet. */
  readonly bytes: number;
  readonly missingBytes: number;
  readonly files: number;
  /** The cache that it is put into. */
  readonly cacheFolder: string;
  /** Users have to accept terms on its page. */
  readonly gated: boolean;
  /** Undefined, as is `parameters`, where the hub does not say. */
  readonly architecture: string | undefined;
  readonly parameters: number | undefined;
}

export interface FetchModelParams extends PlanFetchParams {
  readonly token: string;
}

export interface FetchingParams {
  readonly token: string;
  /** Bytes that are there, of those of the whole model. */
  readonly present: number;
  readonly bytes: number;
  /** Undefined, as is `secondsLeft`, before it can be told. */
  readonly bytesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
  /** Why nothing happens for a moment. */
  readonly waiting: string | undefined;
}

export interface FetchModelResult {
  readonly folder: string;
  /** A file that has changed if the model is another one now; tells those who have looked for the model in vain. */
  readonly reference: string;
  /** Why it cannot be used, though it is there. */
  readonly problem: string | undefined;
}

export interface PlanFetchCudaResult {
  readonly bytes: number;
  readonly missingBytes: number;
  /** Where it is kept. */
  readonly folder: string;
  readonly licence: string;
}

export interface FetchCudaParams {
  readonly token: string;
}

export interface FetchCudaResult {
  readonly folder: string;
}

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

export interface BestEpoch {
  readonly epoch: number;
  readonly validationLoss: number | undefined;
  /** By task. */
  readonly accuracy: Readonly<Record<string, number>>;
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

export interface EpochPoint {
  /** From 1. */
  readonly epoch: number;
  /** Steps taken when it ended. */
  readonly step: number;
  readonly trainLoss: number;
  readonly validationLoss: number | undefined;
  /** On validation rows, by task, where it was measured. */
  readonly accuracy: Readonly<Record<string, number>>;
  /** Whether it was the best so far. */
  readonly best: boolean;
}

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
    | { readonly rows: number; readonly loss: number; readonly accuracy: number | undefined }
    | undefined;
  /** Undefined for a run that was cancelled. */
  readonly learning: Learning | undefined;
}
