import { Random } from '../random.ts';

/** In which order training rows are taken: each once an epoch, shuffled anew for every epoch by the run's seed. */
export class RowOrder {
  private readonly size: number;
  private readonly batchSize: number;
  private readonly seed: number;
  private shuffled: { readonly epoch: number; readonly rows: readonly number[] } | undefined;

  /** @param size how many rows there are */
  constructor(size: number, batchSize: number, seed: number) {
    this.size = size;
    this.batchSize = batchSize;
    this.seed = seed;
  }

  /** The rows of a batch, both numbered from 0; the last one of an epoch may be shorter. */
  batch(epoch: number, batch: number): readonly number[] {
    if (this.shuffled?.epoch !== epoch) {
      const random = Random.fromSeed(this.seed).fork(`order of epoch ${epoch}`);
      this.shuffled = { epoch, rows: random.shuffle(Array.from({ length: this.size }, (_, row) => row)) };
    }
    return this.shuffled.rows.slice(batch * this.batchSize, (batch + 1) * this.batchSize);
  }
}
