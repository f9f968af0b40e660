import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promptText } from '../answer/prompt-text.ts';
import { columnsOf } from '../columns.ts';
import { RowStore } from '../data/row-store.ts';
import { InputError } from '../errors.ts';
import { type Evaluation, evaluateRows, evenly, rowsOfTask } from '../evaluate/evaluate-rows.ts';
import { majority } from '../evaluate/majority.ts';
import { runBaseline } from '../evaluate/run-baseline.ts';
import { Predictor } from '../predict/predictor.ts';
import { TaskPredictor } from '../predict/task-predictor.ts';
import { formatDuration } from '../progress.ts';
import { dataPaths, type Project } from '../project.ts';
import { readPromptTable } from '../prompt/prompt-table.ts';
import { count, oneLine, percent, shortPath, table } from '../text.ts';
import { type PlannedTask, planTraining, type TrainingPlan } from '../train/plan.ts';
import { deviceToUse } from './device.ts';
import { Output, terminalColumns } from './output.ts';
import { openForRun } from './problems.ts';
import { shellWord } from './shell-word.ts';
import { runTraining } from './train.ts';
import { readArguments } from './usage.ts';

const EXAMPLE = path.join('examples', 'assistant', 'sv.ptask.json');
const EXAMPLE_TASK = 'intent-task';

/** Test rows whose predictions are shown. */
const SHOWN = 10;

/** `ptask demo [FILE]`: trains one task and shows what it answers, before and after. */
export async function demo(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { positionals } = readArguments(args, {}, [0, 1]);
  const output = new Output();
  const file = positionals[0] ?? exampleFile();
  const project = await openForRun(file, output);
  const taskname = positionals[0] === undefined ? EXAMPLE_TASK : project.file.new_tasks[0];
  if (taskname === undefined)
    throw new InputError(`${shortPath(file)}: "new_tasks" is empty, so there is nothing to train`);
  const ofTask = `${shellWord(shortPath(path.resolve(file)))} --task ${shellWord(taskname)}`;
  const plan = await planTraining(project, [taskname]);
  const test = await testRows(plan, taskname);
  const device = await deviceToUse('auto', { precision: project.file.trainer.precision });
  const predictor = new Predictor(project.backbone, { provider: device, notice: output.warn });
  try {
    const untrained = await answersUntrained(plan, predictor, test);
    const command = `ptask train ${ofTask}`;
    const outcome = await runTraining(plan, { resume: false, device, output, command });
    if (outcome.kind === 'stopped') {
      output.note(`Stopped after step ${outcome.step}; go on with: ${command} --resume`);
      return outcome.exitCode;
    }
    const trained = await answersTrained(project, predictor, test);
    printRows(test, { untrained, trained }, output);
    printSummary(test, { untrained, trained }, output);
  } finally {
    await predictor.release();
    test.store.close();
  }
  output.text(
    `Took ${formatDuration((performance.now() - started) / 1000)}. The prompt is in ${shortPath(project.promptTablePath)}.`,
  );
  output.text(`Next: ptask evaluate ${ofTask}; for a task of your own: ptask new DATA`);
  return 0;
}

/** The example that comes with the program, which may be run from any folder. */
function exampleFile(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = path.join(folder, EXAMPLE);
    if (existsSync(file)) return file;
    const parent = path.dirname(folder);
    if (parent === folder)
      throw new InputError(`${EXAMPLE} is missing from this installation; give a task file instead`);
    folder = parent;
  }
}

/** A task with its test rows. */
interface TestRows extends PlannedTask {
  readonly store: RowStore;
  readonly numbers: readonly number[];
}

async function testRows(plan: TrainingPlan, taskname: string): Promise<TestRows> {
  const { project } = plan;
  const task = plan.tasks.get(taskname)!;
  const files = dataPaths(project, project.file.data.test_ds);
  const store = await RowStore.open(files, [taskname], (row) => task.tokeniser.row(row));
  const numbers = rowsOfTask(store, taskname);
  if (numbers.length === 0) throw new InputError(`${shortPath(project.path)}: there are no test rows of '${taskname}'`);
  return { ...task, store, numbers };
}

async function answersUntrained(plan: TrainingPlan, predictor: Predictor, test: TestRows): Promise<Evaluation> {
  const { template } = test;
  const train = { store: plan.train, numbers: rowsOfTask(plan.train, template.taskname) };
  return (await runBaseline(plan.project, predictor, template, 'zero', { train, evaluated: test })).evaluation;
}

async function answersTrained(
  { promptTablePath, tokenizer }: Project,
  predictor: Predictor,
  { template, tokeniser, store, numbers }: TestRows,
): Promise<Evaluation> {
  const prompt = (await readPromptTable(promptTablePath)).get(template.taskname)!;
  const trained = await TaskPredictor.create(predictor, tokeniser, tokenizer, prompt.embeddings);
  return evaluateRows(trained, template, store, numbers);
}

/** What the model answers to the test rows. */
interface Answers {
  readonly untrained: Evaluation;
  readonly trained: Evaluation;
}

/** Rows at even distances, so that nobody has chosen them. */
function printRows({ template, store, numbers }: TestRows, { untrained, trained }: Answers, output: Output): void {
  const places = evenly([...numbers.keys()], SHOWN);
  output.text();
  output.text(`${places.length} of the ${count(numbers.length, 'test row')}, at even distances; ✓ right, ✗ wrong`);
  output.text();
  const columns = Math.min(terminalColumns() ?? 100, 120);
  if (!template.labels) {
    for (const place of places) {
      output.text(oneLine(promptText(template, store.row(numbers[place]!)), columns));
      output.text(`   untrained  ${oneLine(answerText(untrained, place), columns - 14)}`);
      output.text(` ${mark(trained, place)} trained    ${oneLine(answerText(trained, place), columns - 14)}`);
      output.text(`   answer     ${oneLine(trained.rows[place]!.truth, columns - 14)}`);
    }
    return;
  }
  const cells = (evaluation: Evaluation, place: number) =>
    `${mark(evaluation, place)} ${answerText(evaluation, place)}`;
  const rows = places.map((place) => [cells(untrained, place), cells(trained, place), trained.rows[place]!.truth]);
  const heads = ['  untrained', '  trained', 'right answer'];
  const taken = heads.reduce(
    (sum, head, i) => sum + 2 + Math.max(head.length, ...rows.map((row) => columnsOf(row[i]!))),
    0,
  );
  const room = Math.max(20, columns - taken);
  const lines = table([
    ['text', ...heads],
    ...rows.map((row, i) => [oneLine(promptText(template, store.row(numbers[places[i]!]!)), room), ...row]),
  ]);
  for (const line of lines) output.text(line);
}

function answerText({ rows }: Evaluation, place: number): string {
  const { prediction } = rows[place]!;
  if (!prediction) return '(too long)';
  return prediction.cut ? `${prediction.text}…` : prediction.text;
}

function mark({ rows }: Evaluation, place: number): string {
  return rows[place]!.correct ? '✓' : '✗';
}

function printSummary({ template, store, numbers }: TestRows, { untrained, trained }: Answers, output: Output): void {
  const commonest = majority(template, store, numbers);
  const line = (name: string, share: number) => [name, percent(share), '█'.repeat(Math.round(share * 30))];
  output.text();
  output.text(`Accuracy on all ${count(numbers.length, 'test row')}, none of which it was trained on:`);
  const rows = [
    line('untrained model', untrained.metrics.accuracy),
    ...(commonest ? [line(`always '${commonest.label}'`, commonest.share)] : []),
    line('trained prompt', trained.metrics.accuracy),
  ];
  for (const text of table(rows, [1])) output.text(`  ${text}`);
  output.text();
}
