import { createReadStream } from 'node:fs';
import { readRowBatches } from '../../../task/src/rows.ts';
import { FileError, InputError } from '../errors.ts';
import { Predictor } from '../predict/predictor.ts';
import { type Project, tasksOf } from '../project.ts';
import { shortPath } from '../text.ts';
import { DEVICE_OPTION, deviceToUse, wantedDevice } from './device.ts';
import { Output, terminalColumns } from './output.ts';
import { predictionLines } from './prediction-lines.ts';
import { openForRun } from './problems.ts';
import { type Answer, type NumberedRow, RowPredictor } from './row-predictor.ts';
import { readArguments } from './usage.ts';

/** `ptask predict FILE`: what trained prompts answer to rows. */
export async function predict(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    { task: { type: 'string' }, input: { type: 'string' }, ...DEVICE_OPTION, json: { type: 'boolean' } },
    [1, 1],
  );
  const wanted = wantedDevice(values.device);
  const output = new Output(values.json);
  const named = values.task === undefined ? [] : [values.task];
  const project = await openForRun(positionals[0]!, output, named);
  const tasks = tasksOf(project, named);
  const provider = await deviceToUse(wanted);
  const predictor = new Predictor(project.backbone, { provider, notice: output.warn });
  const rowPredictor = new RowPredictor(project, tasks, values.task, predictor);
  let bad = 0;
  try {
    for await (const rows of values.input === undefined ? exampleRows(project, values.task) : inputRows(values.input)) {
      for (const answer of await rowPredictor.answer(rows)) {
        if ('problem' in answer) {
          bad++;
          output.note(`error: ${answer.place}: ${answer.problem}`);
          output.event({ event: 'error', row: answer.row, message: `${answer.place}: ${answer.problem}` });
        } else print(answer, output);
      }
    }
  } finally {
    await predictor.release();
  }
  return bad > 0 ? 1 : 0;
}

async function* exampleRows({ path, file }: Project, task: string | undefined): AsyncGenerator<NumberedRow[]> {
  if (file.examples.length === 0) {
    throw new InputError(`${shortPath(path)} has no "examples"; give rows with --input rows.jsonl`);
  }
  const rows = file.examples.map((value, row) => ({ row, place: `example ${row + 1}`, value }));
  const own = task === undefined ? rows : rows.filter(({ value }) => value.taskname === task);
  if (own.length === 0) {
    throw new InputError(`${shortPath(path)} has no "examples" of '${task}'; give rows with --input rows.jsonl`);
  }
  yield own;
}

async function* inputRows(input: string): AsyncGenerator<NumberedRow[]> {
  const name = input === '-' ? 'standard input' : input;
  let row = 0;
  try {
    for await (const batch of readRowBatches(input === '-' ? process.stdin : createReadStream(input))) {
      yield batch.map((read) => ({
        row: row++,
        place: `${name}:${read.line + 1}`,
        value: read.value,
        ...(read.value === undefined ? { problem: read.problem.message } : {}),
      }));
    }
  } catch (error) {
    throw error instanceof Error && 'code' in error ? FileError.from(name, 'read', error) : error;
  }
}

function print({ row, template, values, label, prediction }: Answer, output: Output): void {
  output.event({
    event: 'prediction',
    row,
    taskname: template.taskname,
    prediction: prediction.text,
    candidates: prediction.candidates ?? null,
    cut: prediction.cut,
    label: label ?? null,
  });
  for (const line of predictionLines(template, values, prediction, terminalColumns())) output.text(line);
}
