import type { Tokenizer } from '../../../model/src/tokenizer.ts';
import type { BranchedRow } from '../data/packed-rows.ts';
import type { Row, RowTokeniser } from '../data/tokenise.ts';
import { sum } from '../vectors.ts';
import { MAX_NEW_TOKENS } from './greedy-decoding.ts';
import type { Predictor } from './predictor.ts';
import type { CachedPrefix } from './row-runs.ts';

export interface Candidate {
  readonly text: string;
  /** Of the task's labels, summing to 1. */
  readonly probability: number;
}

export interface Prediction {
  /** The most probable label, or the generated text. */
  readonly text: string;
  /** All labels, the most probable first; undefined where text was generated. */
  readonly candidates: readonly Candidate[] | undefined;
  /** Whether the text ends because no more tokens are generated; false for a label. */
  readonly cut: boolean;
}

/**
 * Answers the rows of one task with its virtual tokens, or, with none, with the frozen backbone alone. With labels,
 * every label is scored; without, text is generated.
 */
export class TaskPredictor {
  private readonly predictor: Predictor;
  private readonly rows: RowTokeniser;
  private readonly tokenizer: Tokenizer;
  private readonly prefix: CachedPrefix;
  /**
   * One token shorter, for prompts that end with the leading tokens: their answer is predicted from the last one. It is made when
   * there is one.
   */
  private shorterPrefix: CachedPrefix | undefined;
  private readonly labels: readonly { text: string; ids: Int32Array }[] | undefined;

  private constructor(
    predictor: Predictor,
    rows: RowTokeniser,
    tokenizer: Tokenizer,
    prefix: CachedPrefix,
    labels: readonly { text: string; ids: Int32Array }[] | undefined,
  ) {
    this.predictor = predictor;
    this.rows = rows;
    this.tokenizer = tokenizer;
    this.prefix = prefix;
    this.labels = labels;
  }

  /** @param virtual the task's virtual embeddings [virtual tokens, hidden], empty for none */
  static async create(
    predictor: Predictor,
    rows: RowTokeniser,
    tokenizer: Tokenizer,
    virtual: Float32Array,
  ): Promise<TaskPredictor> {
    const { labels } = rows.template;
    const answers = labels && Object.keys(labels).map((text) => ({ text, ids: rows.answer(text) }));
    const prefix = await predictor.cachePrefix(rows.leading(), virtual);
    return new TaskPredictor(predictor, rows, tokenizer, prefix, answers ?? undefined);
  }

  /** A prediction for each row; undefined where its prompt is too long for the backbone. */
  async predict(rows: readonly Row[]): Promise<(Prediction | undefined)[]> {
    return this.labels ? this.classify(rows, this.labels) : this.generate(rows);
  }

  /**
   * Natural logarithms of how probable all tokens of each row's own answer are, the end token included; undefined where the row is
   * too long.
   */
  async logLikelihoods(rows: readonly Row[]): Promise<(number | undefined)[]> {
    const field = this.rows.template.answer_field ?? '';
    return this.withPrompts(
      rows,
      (row) => [this.rows.answer(String(row[field] ?? ''))],
      async (prefix, branched) => (await this.predictor.score(prefix, branched)).map(([scores]) => total(scores!)),
    );
  }

  private classify(
    rows: readonly Row[],
    labels: readonly { text: string; ids: Int32Array }[],
  ): Promise<(Prediction | undefined)[]> {
    const branches = labels.map(({ ids }) => ids);
    return this.withPrompts(
      rows,
      () => branches,
      async (prefix, branched) =>
        (await this.predictor.score(prefix, branched)).map((scores) => {
          const candidates = softmax(scores.map(total))
            .map((probability, i) => ({ text: labels[i]!.text, probability }))
            .sort((a, b) => b.probability - a.probability);
          return { text: candidates[0]!.text, candidates, cut: false };
        }),
    );
  }

  private generate(rows: readonly Row[]): Promise<(Prediction | undefined)[]> {
    return this.withPrompts(
      rows,
      () => [],
      async (prefix, branched) =>
        (await this.predictor.generate(prefix, branched, this.rows.endId, MAX_NEW_TOKENS)).map(({ ids, cut }) => ({
          text: this.tokenizer.decode(ids).trim(),
          candidates: undefined,
          cut,
        })),
    );
  }

  /** Runs the rows whose prompts fit, and puts undefined in the places of the others. */
  private async withPrompts<T>(
    rows: readonly Row[],
    branchesOf: (row: Row) => readonly Int32Array[],
    run: (prefix: CachedPrefix, branched: readonly BranchedRow[]) => Promise<T[]>,
  ): Promise<(T | undefined)[]> {
    // Filled, because holes are passed over by `map`.
    const results = new Array<T | undefined>(rows.length).fill(undefined);
    const longest = this.prefix.length;
    const groups = [longest, Math.max(0, longest - 1)].map((position) => ({
      position,
      places: [] as number[],
      branched: [] as BranchedRow[],
    }));
    rows.forEach((row, place) => {
      const branches = branchesOf(row);
      const prompt =
        branches.length > 0
          ? this.rows.prompt(row, Math.max(1, ...branches.map((branch) => branch.length)))
          : this.rows.promptToContinue(row, MAX_NEW_TOKENS);
      const group = groups.find(({ position }) => prompt && prompt.length > position);
      if (!prompt || !group) return;
      const { position } = group;
      group.places.push(place);
      group.branched.push({ ids: prompt.slice(position), position, branches });
    });
    for (const { position, places, branched } of groups) {
      if (places.length === 0) continue;
      (await run(await this.prefixOf(position), branched)).forEach((result, i) => {
        results[places[i]!] = result;
      });
    }
    return results;
  }

  private async prefixOf(length: number): Promise<CachedPrefix> {
    const { ids, virtual } = this.prefix;
    if (length === ids.length) return this.prefix;
    this.shorterPrefix ??= await this.predictor.cachePrefix(ids.slice(0, length), virtual);
    return this.shorterPrefix;
  }
}

function total(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - highest));
  const total = sum(weights);
  return weights.map((weight) => weight / total);
}
