import type { DevicesParams, DevicesResult, FetchCudaParams, FetchCudaResult, PlanFetchCudaResult } from './devices.ts';
import type { EvaluatedParams, EvaluateParams, EvaluateResult } from './evaluating.ts';
import type {
  FetchingParams,
  FetchModelParams,
  FetchModelResult,
  ModelsParams,
  ModelsResult,
  PlanFetchParams,
  PlanFetchResult,
} from './models.ts';
import type { PlanParams, PlanResult } from './planning.ts';
import type {
  NearestTokensParams,
  NearestTokensResult,
  PredictedParams,
  PredictParams,
  PredictResult,
} from './predicting.ts';
import type { Problem } from './problem.ts';
import type { RunMetricsParams, RunMetricsResult, RunsParams, RunsResult } from './runs.ts';
import type {
  KeepBestPromptsParams,
  KeepBestPromptsResult,
  StopTrainingParams,
  TrainingParams,
  TrainParams,
  TrainResult,
} from './training.ts';

/*
 * The messages between a client (the VS Code extension) and an engine, which is a child process of it: JSON-RPC over the
 * IPC channel of `dist/engine.js predict` and `dist/engine.js train`, or over its standard input and output with
 * `--stdio`. docs/engine-process.md says how a process is started, ended and watched.
 *
 * A client numbers its longer requests with `token`, any string that is its own; the notifications that belong to a request
 * carry the same token. A request is withdrawn with JSON-RPC's own `$/cancelRequest`, and then fails as `cancelled`.
 */

/**
 * `predict` lives with the window and answers everything that only reads; `train` is one training run, or ends what one has
 * left, after which the process is to be ended.
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
  /**
   * When a run was cancelled and its process had to be killed: puts the best prompts so far, which lie in its folder, into the
   * prompt table. The run may be resumed all the same. Role `train`, before or in place of `train`.
   */
  keepBestPrompts: { params: KeepBestPromptsParams; result: KeepBestPromptsResult };
}

/** Notifications of the client, by method. */
export interface ClientNotifications {
  /** When the user pauses or cancels the run. It is heard before the backbone is run for anything else. Role `train`. */
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
