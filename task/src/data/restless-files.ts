import { t } from '../../../l10n/src/words.ts';
import { DataIndex } from './data-index.ts';
import type { DataReading } from './read-data-file.ts';

const MAX_READINGS = 3;

/** Files that were changed while they were read, in one check. */
export class RestlessFiles {
  readonly #times = new Map<string, number>();

  /** Takes note of one more time. Whether the file has been read so often that it is no use to read it again. */
  isGivenUp(path: string): boolean {
    const times = (this.#times.get(path) ?? 0) + 1;
    this.#times.set(path, times);
    return times >= MAX_READINGS;
  }
}

/** What is told of a file that another program keeps changing. */
export function neverAtRest(): DataReading {
  return { state: 'unreadable', reason: t('another program keeps changing it'), index: new DataIndex() };
}
