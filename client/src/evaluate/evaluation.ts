import type {
  Answerer,
  EvaluatedParams,
  EvaluatedRow,
  EvaluateParams,
  Split,
  TaskEvaluation,
} from '../../../protocol/src/evaluating.ts';
import { EngineError, NotAllowed } from '../engine/engine-error.ts';
import type { PredictionEngine } from '../engine/prediction-engine.ts';

/** A task's measurements with every row behind them. */
export interface Evaluation {
  readonly task: TaskEvaluation;
  /** By who answered, in the order of the rows. */
  readonly rows: ReadonlyMap<Answerer, readonly EvaluatedRow[]>;
}

export type EvaluationRequest = Pick<EvaluateParams, 'file' | 'tasknames' | 'baselines'>;

let token = 0;

/**
 * Measures tasks on their test rows, or on their validation rows where the file names no test rows of them.
 * @param told rows as they are answered
 * @throws EngineError, EngineDied
 */
export async function evaluate(
  engine: PredictionEngine,
  request: EvaluationRequest,
  told: (params: EvaluatedParams) => void,
  signal: AbortSignal,
): Promise<Evaluation[]> {
  const onValidation = (tasknames: readonly string[], otherwise: () => Evaluation[]) =>
    evaluateSplit(engine, { ...request, tasknames }, 'validation', told, signal).catch((error: unknown) => {
      // Where there are no validation rows either, the first reason is the one to hear.
      if (isRefusal(error)) return otherwise();
      throw error;
    });
  let evaluations: Evaluation[];
  try {
    evaluations = await evaluateSplit(engine, request, 'test', told, signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return onValidation(request.tasknames, () => {
      throw error;
    });
  }
  const lacking = evaluations.filter(isUnmeasured).map(({ task }) => task.taskname);
  if (lacking.length === 0) return evaluations;
  const others = (await onValidation(lacking, () => [])).filter((one) => !isUnmeasured(one));
  return evaluations.map((one) => others.find(({ task }) => task.taskname === one.task.taskname) ?? one);
}

const isUnmeasured = ({ task }: Evaluation): boolean => task.problem !== undefined;

/** Whether there is nothing to measure on. A user who has just said that the file may not be used is not asked once more. */
function isRefusal(error: unknown): boolean {
  return error instanceof EngineError && error.kind === 'input' && !(error instanceof NotAllowed);
}

async function evaluateSplit(
  engine: PredictionEngine,
  { file, tasknames, baselines }: EvaluationRequest,
  split: Split,
  told: (params: EvaluatedParams) => void,
  signal: AbortSignal,
): Promise<Evaluation[]> {
  const own = `evaluate-${++token}`;
  const rows = new Map<string, Map<Answerer, EvaluatedRow[]>>();
  const evaluated = (params: EvaluatedParams) => {
    if (params.token !== own) return;
    const byAnswerer = rows.get(params.taskname) ?? new Map<Answerer, EvaluatedRow[]>();
    rows.set(params.taskname, byAnswerer);
    const known = byAnswerer.get(params.answerer);
    if (known) known.push(...params.rows);
    else byAnswerer.set(params.answerer, [...params.rows]);
    told(params);
  };
  const params = { token: own, file, tasknames, split, baselines };
  const { tasks } = await engine.request('evaluate', params, { signal, listen: { evaluated }, isCommand: true });
  return tasks.map((task) => ({ task, rows: rows.get(task.taskname) ?? new Map() }));
}
