import { t } from '../../../l10n/src/words.ts';
import { EngineError } from '../errors.ts';
import { isOutOfMemory } from './out-of-memory.ts';
import { runtimeFailure } from './runtime-failure.ts';

export interface RowsAtOnceOptions {
  /** Told, for the user, that there are fewer rows at once, or what else is done otherwise than asked. */
  readonly notice?: ((message: string) => void) | undefined;
  /** Awaited before each run; what it throws ends the work. */
  readonly beforeRun?: (() => Promise<void>) | undefined;
}

/**
 * How many rows go through a backbone at once. Where memory runs out, the work is done once more with half as many as had
 * no room, and so from then on. Pieces of work go one after the other, since a retry begins with letting all sessions go.
 */
export class RowsAtOnce {
  /** The most rows of a run. */
  limit = Number.POSITIVE_INFINITY;
  /** Rows of the largest run since the work was begun, and of the latest. */
  private most = 0;
  private latest = 0;
  private last: Promise<unknown> = Promise.resolve();
  private readonly release: () => Promise<void>;
  private readonly notice: (message: string) => void;
  private readonly beforeRun: () => Promise<void>;

  /** @param release lets go what sessions hold, which is what is missing */
  constructor(
    release: () => Promise<void>,
    { notice = () => undefined, beforeRun = async () => undefined }: RowsAtOnceOptions = {},
  ) {
    this.release = release;
    this.notice = notice;
    this.beforeRun = beforeRun;
  }

  /** To be awaited before each run. */
  async begin(rows: number): Promise<void> {
    await this.beforeRun();
    this.most = Math.max(this.most, rows);
    this.latest = rows;
  }

  /**
   * @param work begun anew where memory runs out, so it changes nothing until it is done; it does not call this itself
   * @throws EngineError where there is not enough memory for half as many rows, or one; what `work` throws
   */
  async do<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last
      .then(() => this.tried(work))
      .catch((error: unknown) => {
        throw isOutOfMemory(error) && !(error instanceof EngineError) ? runtimeFailure(error) : error;
      });
    this.last = result.catch(() => undefined);
    return result;
  }

  private async tried<T>(work: () => Promise<T>): Promise<T> {
    this.most = 0;
    try {
      return await work();
    } catch (error) {
      if (!isOutOfMemory(error) || this.most < 2) throw error;
      // A run of fewer rows may need more, as its rows are longer. Where it was a single one, larger runs have left it no room.
      const rows = this.latest > 1 ? this.latest : this.most;
      this.limit = Math.ceil(rows / 2);
      await this.release();
      this.notice(
        this.limit === 1
          ? t('memory ran out with {0} rows at once; from here on it is 1 row at once, with the same result', rows)
          : t(
              'memory ran out with {0} rows at once; from here on it is {1} rows at once, with the same result',
              rows,
              this.limit,
            ),
      );
      return work();
    }
  }
}
