import type { Prediction } from '../predict/task-predictor.ts';

/** Answers that are kept: with ten labels each, some 20 MB. */
const MOST = 20_000;

/** Answers by prompt and row, the longest unused ones forgotten first. A row that is too long is known as such. */
export class AnswerCache {
  private readonly answers = new Map<string, Prediction | undefined>();
  private readonly most: number;

  constructor(most = MOST) {
    this.most = most;
  }

  has(name: string): boolean {
    return this.answers.has(name);
  }

  get(name: string): Prediction | undefined {
    if (!this.answers.has(name)) return undefined;
    const answer = this.answers.get(name);
    // A map lists its keys in the order in which they came in.
    this.answers.delete(name);
    this.answers.set(name, answer);
    return answer;
  }

  set(name: string, answer: Prediction | undefined): void {
    this.answers.delete(name);
    this.answers.set(name, answer);
    const [oldest] = this.answers.keys();
    if (this.answers.size > this.most) this.answers.delete(oldest!);
  }
}
