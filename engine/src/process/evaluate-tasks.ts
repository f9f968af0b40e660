import type { EvaluatedRow, EvaluateParams, EvaluateResult, TaskEvaluation } from '../../../protocol/src/evaluating.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { promptOf } from '../answer/prompt-state.ts';
import { promptText } from '../answer/prompt-text.ts';
import { InputError } from '../errors.ts';
import { type AnsweredRows, evaluateTask } from '../evaluate/evaluate-task.ts';
import { openForRun, tasksOf } from '../project.ts';
import type { Notify } from './connection.ts';
import { log } from './log.ts';
import type { OpenedFiles } from './opened-files.ts';
import type { Turns } from './turns.ts';

/** Rows that are answered at a time; between, predictions of rows in view go first. */
const ROWS_AT_A_TIME = 16;

const UNMEASURED = { files: [], skipped: 0, unreachable: 0, majority: undefined, results: [] };

/** Measures tasks, and tells the rows as they are answered. The task file and its data are checked as before a run. */
export async function evaluateTasks(
  { token, file, tasknames, split, baselines, device }: EvaluateParams,
  signal: AbortSignal,
  { files, turns, notify }: { readonly files: OpenedFiles; readonly turns: Turns; readonly notify: Notify },
): Promise<EvaluateResult> {
  return turns.take('background', signal, async (turn) => {
    const project = await openForRun(file, log.info);
    const predictor = await files.predictorOf(project, device);
    const templates = tasksOf(project, tasknames);
    const evaluated = async (template: TaskTemplate): Promise<TaskEvaluation> => {
      const { taskname } = template;
      const { state, usable } = promptOf(project, template);
      const virtual = state.state === 'current' ? usable?.embeddings : undefined;
      const answered = async (part: AnsweredRows) => {
        const { answerer, done, total } = part;
        notify('evaluated', { token, taskname, answerer, done, total, rows: toldRows(template, part) });
        await turn.pass();
      };
      const options = { split, baselines, virtual, answered, rowsAtATime: ROWS_AT_A_TIME };
      const { files, skipped, unreachable, majority, results } = await evaluateTask(
        project,
        predictor,
        template,
        options,
      );
      return { taskname, split, files, prompt: state, skipped, unreachable, majority, results };
    };
    const tasks: TaskEvaluation[] = [];
    const refusals: InputError[] = [];
    try {
      for (const template of templates) {
        try {
          tasks.push(await evaluated(template));
        } catch (error) {
          // That one of several tasks has no rows keeps nobody from knowing of the others.
          if (!(error instanceof InputError)) throw error;
          refusals.push(error);
          const { state } = promptOf(project, template);
          tasks.push({ ...UNMEASURED, taskname: template.taskname, split, prompt: state, problem: error.message });
        }
      }
    } finally {
      await files.leave({ predictor });
    }
    const [refusal] = refusals;
    if (refusal && refusals.length === tasks.length) throw refusal;
    return { tasks };
  });
}

function toldRows(template: TaskTemplate, { rows, values }: AnsweredRows): EvaluatedRow[] {
  return rows.map(({ place, truth, prediction, correct }, i) => ({
    file: place.file,
    line: place.line,
    text: promptText(template, values[i]!),
    expected: truth,
    answer: prediction && { ...prediction, right: correct },
    right: correct,
  }));
}
