import type { NearToken, VirtualTokenNeighbours } from '../../../protocol/src/predicting.ts';
import { weightRowBlocks } from '../backbone/weight-rows.ts';
import type { Project } from '../project.ts';
import { dot, normalised } from '../vectors.ts';
import type { UsablePrompt } from './prompt-state.ts';

/** Bytes of word embeddings that are in memory at a time. */
const BLOCK_BYTES = 2 * 2 ** 20;

/**
 * The words of the vocabulary whose embeddings point most nearly the way that each virtual token does. The embeddings are
 * read from the model's file, a block at a time; special tokens are left out.
 * @param between awaited after each block; what it throws ends the search
 */
export async function nearestWords(
  { backbone, tokenizer }: Project,
  { template, embeddings }: UsablePrompt,
  count: number,
  between: () => Promise<void>,
): Promise<VirtualTokenNeighbours[]> {
  const { hidden } = backbone.model.config;
  const weight = backbone.model.weights.get(backbone.wordEmbeddings)!;
  const virtual = Array.from({ length: embeddings.length / hidden }, (_, token) =>
    normalised(embeddings.subarray(token * hidden, (token + 1) * hidden)),
  );
  const best = virtual.map(() => new Nearest(count));
  const isWord = (id: number) => tokenizer.tokenText(id) !== undefined && !tokenizer.isSpecial(id);
  for await (const { from, data } of weightRowBlocks(weight, Math.max(1, Math.floor(BLOCK_BYTES / (4 * hidden))))) {
    for (let row = 0; row < data.length / hidden; row++) {
      if (!isWord(from + row)) continue;
      const word = normalised(data.subarray(row * hidden, (row + 1) * hidden));
      virtual.forEach((token, i) => {
        best[i]!.offer(from + row, dot(token, word));
      });
    }
    await between();
  }
  const markers = template.virtual_token_splits.flatMap((tokens, marker) => Array<number>(tokens).fill(marker));
  return best.map((nearest, token) => ({
    marker: markers[token] ?? 0,
    nearest: nearest.found.map(({ id, cosine }): NearToken => ({ id, text: tokenizer.decode([id]), cosine })),
  }));
}

/** The few with the highest cosine, in order. */
class Nearest {
  readonly found: { id: number; cosine: number }[] = [];
  private readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  offer(id: number, cosine: number): void {
    const isFull = this.found.length >= this.count;
    if (isFull && !(cosine > (this.found.at(-1)?.cosine ?? Number.POSITIVE_INFINITY))) return;
    const place = this.found.findIndex((other) => cosine > other.cosine);
    this.found.splice(place < 0 ? this.found.length : place, 0, { id, cosine });
    if (isFull) this.found.pop();
  }
}
