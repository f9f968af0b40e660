import type {
  PredictedParams,
  PredictedRow,
  PredictParams,
  PredictResult,
  PromptState,
} from '../../../protocol/src/engine.ts';

/** A row of a task, as the engine is asked about it. */
export interface RowQuestion {
  /** Absolute path of the task file. */
  readonly file: string;
  readonly taskname: string;
  readonly row: Readonly<Record<string, unknown>>;
}

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
 * What the trained prompts answer to rows that are in view: asked for once, and kept by row and prompt. A change that may
 * touch a prompt is told to `expire`; then nothing is shown before the engine has said which prompt there is now.
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
  known({ file, taskname, row }: RowQuestion): Prediction | undefined {
    return this.#tasks.get(taskKey(file, taskname))?.known(rowKey(row));
  }

  /**
   * Asks for what is not known yet and not asked for; resolves when that has been answered. Failures leave it unknown until
   * it expires.
   */
  async want(questions: readonly RowQuestion[]): Promise<void> {
    const groups = new Map<string, RowQuestion[]>();
    for (const question of questions) {
      const key = taskKey(question.file, question.taskname);
      groups.set(key, [...(groups.get(key) ?? []), question]);
    }
    const fetches = [...groups].map(([key, group]) => {
      const task = this.#tasks.get(key) ?? new TaskPredictions();
      this.#tasks.set(key, task);
      const rows = new Map(group.map(({ row }) => [rowKey(row), row]));
      return this.#fetch(task, group[0]!, rows);
    });
    await Promise.all(fetches);
  }

  /** Forgets which prompts there are: of one task file, or all. */
  expire(file?: string): void {
    for (const [key, task] of this.#tasks) {
      if (file === undefined || key.startsWith(`${file}\0`)) task.expire();
    }
    this.#onChange();
  }

  dispose(): void {
    for (const task of this.#tasks.values()) task.expire();
  }

  async #fetch(task: TaskPredictions, of: RowQuestion, rows: ReadonlyMap<string, RowQuestion['row']>): Promise<void> {
    const { signal } = task;
    // Only what is new is told: whoever is told asks again.
    const unknown = [...rows.keys()].filter((key) => !task.known(key));
    const ask = (wanted: readonly RowQuestion['row'][], predicted: (params: PredictedParams) => void) => {
      const token = `predict-${++this.#token}`;
      const text = this.#source.unsavedText(of.file);
      return this.#source.predict(
        {
          token,
          file: of.file,
          ...(text === undefined ? {} : { text }),
          taskname: of.taskname,
          rows: wanted,
          withUntrained: false,
          urgency: 'visible',
        },
        (params) => {
          if (params.token === token && !signal.aborted) predicted(params);
        },
        signal,
      );
    };
    try {
      // Answers of a prompt may be there from before; which prompt it is, only the engine knows.
      task.asking ??= ask([], () => undefined).then(({ prompt }) => prompt);
      const present = await task.asking;
      if (signal.aborted) return;
      task.prompt ??= present;
      const missing = [...rows].filter(([key]) => task.claim(key));
      if (unknown.some((key) => task.known(key))) this.#onChange();
      if (missing.length === 0 || task.prompt.state === 'untrained') return;
      const take = (prompt: PromptState, from: number, answers: readonly PredictedRow[]) => {
        if (signal.aborted) return;
        task.prompt = prompt;
        const news = answers.filter((answer, place) => task.take(missing[from + place]![0], answer));
        if (news.length > 0) this.#onChange();
      };
      const result = await ask(
        missing.map(([, row]) => row),
        ({ prompt, from, rows: answers }) => take(prompt, from, answers),
      );
      take(result.prompt, 0, result.rows);
    } catch {
      // The file has errors, which the editor shows, or the engine died, which is said elsewhere.
    }
  }
}

/** The answers of one task's prompts. */
class TaskPredictions {
  /** The prompt there is now; undefined while that is not known. */
  prompt: PromptState | undefined;
  /** The question which one it is; undefined before it was put. */
  asking: Promise<PromptState> | undefined;
  readonly #byPrompt = new Map<string, Map<string, PredictedRow>>();
  /** Rows that have been asked for since the prompt is known. */
  #claimed = new Set<string>();
  #controller = new AbortController();

  /** Aborted when what is being asked for is no longer wanted. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  known(row: string): Prediction | undefined {
    const { prompt } = this;
    const answer = prompt && this.#byPrompt.get(prompt.key)?.get(row);
    return answer && { prompt, answer };
  }

  /** Whether the row has to be asked for, which is then taken as done. */
  claim(row: string): boolean {
    if (this.#claimed.has(row) || this.known(row)) return false;
    this.#claimed.add(row);
    return true;
  }

  /** Whether it was not known. */
  take(row: string, answer: PredictedRow): boolean {
    const key = this.prompt!.key;
    const answers = this.#byPrompt.get(key) ?? new Map<string, PredictedRow>();
    this.#byPrompt.set(key, answers);
    const isNew = !answers.has(row);
    answers.set(row, answer);
    forgetOldest(answers, MOST_ROWS);
    forgetOldest(this.#byPrompt, MOST_PROMPTS);
    return isNew;
  }

  expire(): void {
    this.#controller.abort();
    this.#controller = new AbortController();
    this.prompt = undefined;
    this.asking = undefined;
    this.#claimed = new Set();
  }
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

const taskKey = (file: string, taskname: string) => `${file}\0${taskname}`;
const rowKey = (row: RowQuestion['row']) => JSON.stringify(row);
