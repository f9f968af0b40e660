import { t } from '../../l10n/src/words.ts';
import { TokenizerGivenUp } from '../../model/src/tokenizer/patience.ts';
import type { Problem } from '../../protocol/src/problem.ts';
import { TaskContext } from './context.ts';
import { namedFiles, withReading } from './data/data-files.ts';
import type { IndexedFile } from './data/gather-facts.ts';
import { readDataFile } from './data/read-data-file.ts';
import { ChangedOnDisk } from './data/read-rows.ts';
import { neverAtRest, RestlessFiles } from './data/restless-files.ts';
import { RowChecks } from './data/row-checks.ts';
import type { OpenWork } from './data/row-round.ts';
import { Work } from './data/work.ts';
import type { DataFacts } from './data-facts.ts';
import type { CheckEnvironment, ModelFacts } from './environment.ts';
import { usableModel } from './model-facts.ts';
import { withoutAftermath } from './one-slip.ts';
import { byPlace, toProblem } from './row-findings.ts';
import type { Finding, Rule, Surroundings } from './rule.ts';
import { rules } from './rules/index.ts';
import type { TaskFile } from './types.ts';

export interface CheckRequest {
  path: string;
  text: string;
  environment: CheckEnvironment;
  /** Aborting it makes the check throw the signal's reason between two chunks of data. */
  signal?: AbortSignal;
  /** Called now and then during the work of a long check, and waited for, so that others can have the thread. */
  breathe?: () => Promise<void>;
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

/** A task file's text, and what can be told from it alone. */
export interface CheckedText {
  /** As it is written; what an editor's features work on. */
  readonly context: TaskContext;
  /** Without a slip that it has; what everything that the file names is held against. */
  readonly meant: TaskContext;
  /** What an editor shows at once. */
  readonly problems: Problem[];
}

export function checkTaskText(path: string, text: string): CheckedText {
  const context = new TaskContext(path, text);
  const { problems, meant } = withoutAftermath(context, problemsOfText(context), problemsOfText);
  return { context, meant, problems: sorted(problems) };
}

function problemsOfText(context: TaskContext): Problem[] {
  return collect(context, (rule, report) => rule.checkFile?.(context, report));
}

/**
 * Checks a task file, its data, its backbone and its prompt table: the only check there is, for the editor, the command
 * line and the start of a run alike.
 *
 * @throws nothing for bad input; only what the environment's `model` and `promptTable` throw, and the signal's reason
 */
export function checkTaskFile(request: CheckRequest): Promise<CheckResult> {
  return checkWith(new TaskCheck(), request);
}

/**
 * All problems of one rule, however many a data file has of them, so that each can be fixed. It throws what
 * `checkTaskFile` throws.
 */
export async function findAll(code: string, request: CheckRequest): Promise<readonly Problem[]> {
  const all = rules
    .filter((rule) => rule.code === code)
    .map((rule) => ({ ...rule, mostShown: Number.POSITIVE_INFINITY }));
  const { problems } = await checkWith(new TaskCheck(all), request);
  return problems.filter((problem) => problem.code === code);
}

async function checkWith(check: TaskCheck, request: CheckRequest): Promise<CheckResult> {
  const { path, text, environment } = request;
  const { context, meant, problems: own } = checkTaskText(path, text);
  const surroundings = await surroundingsOf(meant, environment);
  const work = new Work(request);
  const files: IndexedFile[] = [];
  for (const file of namedFiles(meant, environment)) {
    files.push(withReading(file, await readDataFile(environment, file.path, work)));
  }
  const restless = new RestlessFiles();
  while (true) {
    const { problems, data, open } = check.judge({ meant, problems: own, surroundings, files });
    if (open === undefined) {
      const all = [...problems.values()].flat();
      return { file: context.file, context, problems: all, data: data!, surroundings: usable(surroundings) };
    }
    try {
      await check.work(open, environment, work);
    } catch (error) {
      if (!(error instanceof ChangedOnDisk)) throw error;
      const reading = restless.isGivenUp(error.path)
        ? neverAtRest()
        : await readDataFile(environment, error.path, work);
      const at = files.findIndex(({ facts }) => facts.path === error.path);
      files[at] = withReading(files[at]!.facts, reading);
    }
  }
}

/** The model and the prompt table that a task file names. */
export async function surroundingsOf(context: TaskContext, environment: CheckEnvironment): Promise<Surroundings> {
  const { path, file } = context;
  const [model, promptTable] = await Promise.all([
    // A file that names no model has been told so; there is nothing to look for.
    context.given('model') === undefined
      ? NO_MODEL
      : environment.model({ taskFile: path, model: file.model, language: file.language }),
    environment.promptTable(environment.resolvePath(path, file.prompt_table)),
  ]);
  return { model, promptTable };
}

/** A task file with what is known of everything that it names. */
export interface TaskState {
  readonly meant: TaskContext;
  /** Those of its text alone. */
  readonly problems: readonly Problem[];
  /** Undefined while it is not known. */
  readonly surroundings: Surroundings | undefined;
  /** Every data file; undefined while one of them has not been read. */
  readonly files: readonly IndexedFile[] | undefined;
}

export interface TaskVerdict {
  /** By file, each by place: the task file first, then its data files. What is not known yet is left out. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  readonly data: DataFacts | undefined;
  /** The next step towards knowing all of the data; undefined when there is none. */
  readonly open: OpenWork | undefined;
}

/** The check of one task file, to be asked again whenever something has changed: what has not changed is not done anew. */
export class TaskCheck {
  readonly #rows: RowChecks;

  /** @param rowRules what is asked of rows; all rules when it is left out */
  constructor(rowRules: readonly Rule[] = rules) {
    this.#rows = new RowChecks(rowRules);
  }

  judge(state: TaskState): TaskVerdict {
    try {
      return this.#judge(state);
    } catch (error) {
      if (!(error instanceof TokenizerGivenUp)) throw error;
      return this.#judge(state);
    }
  }

  #judge({ meant: context, problems, surroundings: found, files }: TaskState): TaskVerdict {
    const surroundings = found && usable(found);
    const around =
      surroundings === undefined
        ? []
        : collect(context, (rule, report) => rule.checkSurroundings?.(context, surroundings, report));
    if (files === undefined) {
      return {
        problems: new Map([[context.path, sorted([...problems, ...around])]]),
        data: undefined,
        open: undefined,
      };
    }
    const rows = this.#rows.check({ context, model: surroundings?.model ?? NO_MODEL, files });
    const own = [
      ...problems,
      ...around,
      ...collect(context, (rule, report) => rule.checkData?.(context, rows.data, report)),
      ...(rows.problems.get(context.path) ?? []),
    ];
    return { problems: new Map(rows.problems).set(context.path, sorted(own)), data: rows.data, open: rows.open };
  }

  /**
   * Does a step that a verdict has left open.
   *
   * @throws ChangedOnDisk when a data file has to be read anew; the reason when the work is given up
   */
  async work(open: OpenWork, environment: CheckEnvironment, work: Work): Promise<void> {
    try {
      await this.#rows.work(open, environment, work);
    } catch (error) {
      // From now on the model is none that can be used, and the next verdict says so.
      if (!(error instanceof TokenizerGivenUp)) throw error;
    }
  }
}

/** What is found, as long as the model's tokeniser has not been given up. */
export function usable(surroundings: Surroundings): Surroundings {
  const model = usableModel(surroundings.model);
  return model === surroundings.model ? surroundings : { ...surroundings, model };
}

function sorted(problems: Problem[]): Problem[] {
  return problems.sort(byPlace);
}

const NO_MODEL: ModelFacts = { kind: 'not-found', missing: [] };

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/**
 * Problems of one rule that are told of a task file. Thousands of them are no help to anybody, and to find out how each could be
 * mended takes the longer the more there are.
 */
const MOST_OF_A_RULE = 1_000;

/** Ends what a rule has to say. */
class Enough extends Error {}

function collect(context: TaskContext, run: (rule: Rule, report: (finding: Finding) => void) => void): Problem[] {
  const problems: Problem[] = [];
  for (const rule of rules) {
    let count = 0;
    const known: Parameters<typeof toProblem>[4] = new Map();
    const tell = (finding: Finding) => {
      problems.push(toProblem(context.path, rule, finding, (span) => context.lines.range(span), known));
    };
    try {
      run(rule, (finding) => {
        count += 1;
        if (count <= MOST_OF_A_RULE) return tell(finding);
        // What is not looked at any more may be an error.
        tell({ at: finding.at, severity: 'error', message: tooMany() });
        throw new Enough();
      });
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    }
  }
  return problems;
}

function tooMany(): string {
  return t(
    'There are more problems of this kind from here on, which are not looked for before the first {0} are gone.',
    MOST_OF_A_RULE,
  );
}
