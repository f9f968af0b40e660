import type { Problem } from '../../protocol/src/problem.ts';
import { TaskContext } from './context.ts';
import type { DataFacts } from './data-facts.ts';
import type { CheckEnvironment, ModelFacts } from './environment.ts';
import { byPlace, toProblem } from './row-findings.ts';
import type { Finding, Rule, Surroundings } from './rule.ts';
import { rules } from './rules/index.ts';
import { scanData } from './scan-data.ts';
import { TokenMeter } from './tokens.ts';
import type { TaskFile } from './types.ts';

export interface CheckRequest {
  path: string;
  text: string;
  environment: CheckEnvironment;
  /** Aborting it makes the check throw the signal's reason between two chunks of data. */
  signal?: AbortSignal;
}

export interface CheckResult {
  /** With its defaults; fit for a run only when no problem is an error. */
  file: TaskFile;
  context: TaskContext;
  /** The task file's own first, then those of its data files, each in the order of their places. */
  problems: Problem[];
  data: DataFacts;
  surroundings: Surroundings;
}

/** The problems that can be told from the task file's text alone; what an editor shows at once. */
export function checkTaskText(path: string, text: string): { context: TaskContext; problems: Problem[] } {
  const context = new TaskContext(path, text);
  const problems = collect(context, (rule, report) => rule.checkFile?.(context, report));
  return { context, problems: problems.sort(byPlace) };
}

/**
 * Checks a task file, its data, its backbone and its prompt table: the only check there is, for the editor, the command
 * line and the start of a run alike.
 *
 * @throws nothing for bad input; only what the environment's `model` and `promptTable` throw, and the signal's reason
 */
export async function checkTaskFile({ path, text, environment, signal }: CheckRequest): Promise<CheckResult> {
  const { context, problems } = checkTaskText(path, text);
  const { file } = context;
  const table = environment.resolvePath(path, file.prompt_table);
  const [model, promptTable] = await Promise.all([
    // A file that names no model has been told so; there is nothing to look for.
    context.given('model') === undefined
      ? NO_MODEL
      : environment.model({ taskFile: path, model: file.model, language: file.language }),
    environment.promptTable(table),
  ]);
  const surroundings: Surroundings = { model, promptTable };
  const meter =
    model.kind === 'ok' && model.tokenizer !== undefined ? new TokenMeter(model, model.tokenizer, file) : undefined;
  const scan = await scanData(context, environment, rules, meter, signal);

  problems.push(
    ...collect(context, (rule, report) => rule.checkSurroundings?.(context, surroundings, report)),
    ...collect(context, (rule, report) => rule.checkData?.(context, scan.data, report)),
    ...scan.problems,
  );
  const order = new Map(
    [path, ...scan.data.files.map((dataFile) => dataFile.path)].map((name, index) => [name, index]),
  );
  problems.sort((a, b) => order.get(a.file)! - order.get(b.file)! || byPlace(a, b));
  return { file, context, problems, data: scan.data, surroundings };
}

const NO_MODEL: ModelFacts = { kind: 'not-found', missing: [] };

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

function collect(context: TaskContext, run: (rule: Rule, report: (finding: Finding) => void) => void): Problem[] {
  const problems: Problem[] = [];
  for (const rule of rules) {
    run(rule, (finding) => {
      problems.push(toProblem(context.path, rule, finding, (span) => context.lines.range(span)));
    });
  }
  return problems;
}
