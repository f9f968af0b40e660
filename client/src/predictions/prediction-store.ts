import type {
  PredictedParams,
  PredictedRow,
  PredictParams,
  PredictResult,
  PromptState,
  Urgency,
} from '../../../protocol/src/predicting.ts';

/** A row of a task, as the engine is asked about it. */
export interface RowQuestion {
  /** Absolute paths of the task files that the row belongs to, at least one; the one that is preferred comes first. */
  readonly files: readonly string[];
  readonly taskname: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** How soon rows are wanted: those in view at once. */
type Wanted = Exclude<Urgency, 'hover'>;

export interface Prediction {
  readonly prompt: PromptState;
  readonly answer: PredictedRow;
}

export interface PredictionSource {
  predict(
    params: PredictParams,
    predicted: (params: PredictedParams) => void,
    signal: AbortSignal,
  ): Promise<PredictResult>;
  /** The text of a task file that is changed and not saved. */
  unsavedText(file: string): string | undefined;
}

/** Answers that are kept for one prompt; the oldest are forgotten. */
const MOST_ROWS = 5000;
/** Answers of a prompt that was replaced are kept, as one may come back to it by undoing an edit. */
const MOST_PROMPTS = 4;

/**
 * What the trained prompts answer to rows that are in view: asked for once, and kept by row and prompt. A row that belongs to
 * several task files is answered by the first of them whose prompt is current, else by the first whose prompt is stale. A
 * change that may touch a prompt is told to `expire`; then nothing is shown before the engine has said which prompts there
 * are now.
 */
export class PredictionStore {
  readonly #source: PredictionSource;
  readonly #onChange: () => void;
  readonly #tasks = new Map<string, TaskPredictions>();
  #token = 0;

  /** @param onChange called when more is known than before, or less */
  constructor(source: PredictionSource, onChange: () => void) {
    this.#source = source;
    this.#onChange = onChange;
  }

  /** The answer, where it is known. */
  known(question: RowQuestion): Prediction | undefined {
    return answering(this.#tasksOf(question))?.known(rowKey(question.row));
  }

  /**
   * Asks for what is not known yet and not asked for; resolves when that has been answered. Failures leave it unknown until
   * it expires.
   * @param urgency `background` for rows that are not in view, of whose answers nobody is told
   */
  async want(questions: readonly RowQuestion[], urgency: Wanted = 'visible'): Promise<void> {
    const groups = new Map<string, RowQuestion[]>();
    for (const question of questions) {
      const key = [question.taskname, ...question.files].join('\0');
      groups.set(key, [...(groups.get(key) ?? []), question]);
    }
    await Promise.all([...groups.values()].map((group) => this.#fetch(group, urgency)));
  }

  /** The task file that answers the row; the one that is preferred where no prompt is trained. */
  async fileFor(question: RowQuestion): Promise<string> {
    const [preferred, ...others] = question.files;
    if (others.length === 0) return preferred!;
    const tasks = this.#tasksOf(question);
    await this.#askForPrompts(tasks);
    return answering(tasks)?.file ?? preferred!;
  }

  /** Forgets which prompts there are: of one task file, or all. */
  expire(file?: string): void {
    for (const task of this.#tasks.values()) {
      if (file === undefined || task.file === file) task.expire();
    }
    this.#onChange();
  }

  dispose(): void {
    for (const task of this.#tasks.values()) task.expire();
  }

  #tasksOf({ files, taskname }: RowQuestion): TaskPredictions[] {
    return files.map((file) => {
      const key = `${file}\0${taskname}`;
      const task = this.#tasks.get(key) ?? new TaskPredictions(file, taskname);
      this.#tasks.set(key, task);
      return task;
    });
  }

  /** @param group rows of one task of the same files */
  async #fetch(group: readonly RowQuestion[], urgency: Wanted): Promise<void> {
    const tasks = this.#tasksOf(group[0]!);
    const rows = new Map(group.map(({ row }) => [rowKey(row), row]));
    const isKnown = (key: string) => answering(tasks)?.known(key) !== undefined;
    // Only what is new is told: whoever is told asks again.
    const unknown = [...rows.keys()].filter((key) => !isKnown(key));
    await this.#askForPrompts(tasks);
    // Answers of a prompt may be there from before; which prompt it is, only the engine knew.
    if (urgency === 'visible' && unknown.some(isKnown)) this.#onChange();
    const task = answering(tasks);
    if (task?.prompt === undefined || task.prompt.state === 'untrained') return;
    await this.#fetchRows(
      task,
      [...rows].filter(([key]) => task.claim(key, urgency)),
      urgency,
    );
  }

  async #fetchRows(
    task: TaskPredictions,
    missing: readonly (readonly [string, RowQuestion['row']])[],
    urgency: Wanted,
  ): Promise<void> {
    if (missing.length === 0) return;
    const { signal } = task;
    const told = new Set<string>();
    const take = (prompt: PromptState, from: number, answers: readonly PredictedRow[]) => {
      if (signal.aborted) return;
      task.prompt = prompt;
      const before = told.size;
      answers.forEach((answer, place) => {
        const [key] = missing[from + place]!;
        task.take(key, answer);
        told.add(key);
      });
      if (urgency === 'visible' && told.size > before) this.#onChange();
    };
    const rows = missing.map(([, row]) => row);
    try {
      const result = await this.#ask(task, rows, urgency, ({ prompt, from, rows: answers }) =>
        take(prompt, from, answers),
      );
      take(result.prompt, 0, result.rows);
    } catch {
      // The file has errors, which the editor shows, or the engine died, which is said elsewhere.
    }
  }

  /** Asks which prompts there are, of one task file after the other until one is current: opening one takes a while. */
  async #askForPrompts(tasks: readonly TaskPredictions[]): Promise<void> {
    for (const task of tasks) {
      task.asking ??= this.#askForPrompt(task);
      await task.asking;
      if (!task.isSettled || task.prompt?.state === 'current') return;
    }
  }

  async #askForPrompt(task: TaskPredictions): Promise<void> {
    const { signal } = task;
    const prompt = await this.#ask(task, [], 'visible', () => undefined).then(
      (result) => result.prompt,
      () => undefined,
    );
    if (!signal.aborted) task.settle(prompt);
  }

  #ask(
    { file, taskname, signal }: TaskPredictions,
    rows: readonly RowQuestion['row'][],
    urgency: Wanted,
    predicted: (params: PredictedParams) => void,
  ): Promise<PredictResult> {
    const token = `predict-${++this.#token}`;
    const text = this.#source.unsavedText(file);
    return this.#source.predict(
      {
        token,
        file,
        ...(text === undefined ? {} : { text }),
        taskname,
        rows,
        withUntrained: false,
        urgency,
      },
      (params) => {
        if (params.token === token && !signal.aborted) predicted(params);
      },
      signal,
    );
  }
}

/** The one that answers, of those of one row; undefined while that is not known, and where none of the files can be asked. */
function answering(tasks: readonly TaskPredictions[]): TaskPredictions | undefined {
  const current = tasks.find(({ isSettled, prompt }) => !isSettled || prompt?.state === 'current');
  if (current) return current.isSettled ? current : undefined;
  return tasks.find(({ prompt }) => prompt?.state === 'stale') ?? tasks.find(({ prompt }) => prompt !== undefined);
}

/** The answers of the prompts that one task of a task file has had. */
class TaskPredictions {
  readonly file: string;
  readonly taskname: string;
  /** The prompt there is now; undefined while that is not known, and where it cannot be. */
  prompt: PromptState | undefined;
  /** The question which one it is; undefined before it was put. */
  asking: Promise<void> | undefined;
  /** Whether that question has been answered or has failed. */
  isSettled = false;
  readonly #byPrompt = new Map<string, Map<string, PredictedRow>>();
  /** Rows that were asked for since the prompt is known and have no answer, and how urgently: one that failed is not asked for again. */
  #claimed = new Map<string, Wanted>();
  #controller = new AbortController();

  constructor(file: string, taskname: string) {
    this.file = file;
    this.taskname = taskname;
  }

  /** Aborted when what is being asked for is no longer wanted. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @param prompt undefined where the engine could not say which one it is */
  settle(prompt: PromptState | undefined): void {
    this.isSettled = true;
    this.prompt = prompt;
  }

  known(row: string): Prediction | undefined {
    const { prompt } = this;
    const answer = prompt && this.#byPrompt.get(prompt.key)?.get(row);
    return answer && { prompt, answer };
  }

  /** Whether the row has to be asked for, which is then taken as done. One that comes into view does not wait for the background. */
  claim(row: string, urgency: Wanted): boolean {
    const claimed = this.#claimed.get(row);
    if (claimed === 'visible' || claimed === urgency || this.known(row)) return false;
    this.#claimed.set(row, urgency);
    return true;
  }

  take(row: string, answer: PredictedRow): void {
    const key = this.prompt!.key;
    const answers = this.#byPrompt.get(key) ?? new Map<string, PredictedRow>();
    this.#byPrompt.set(key, answers);
    answers.set(row, answer);
    this.#claimed.delete(row);
    forgetOldest(answers, MOST_ROWS);
    forgetOldest(this.#byPrompt, MOST_PROMPTS);
  }

  expire(): void {
    this.#controller.abort();
    this.#controller = new AbortController();
    this.prompt = undefined;
    this.asking = undefined;
    this.isSettled = false;
    this.#claimed = new Map();
  }
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

const rowKey = (row: RowQuestion['row']) => JSON.stringify(row);
