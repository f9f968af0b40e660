import type { TaskContext } from '../context.ts';
import { type DataFileFacts, SPLITS } from '../data-facts.ts';
import type { CheckEnvironment } from '../environment.ts';
import { DataIndex } from './data-index.ts';
import type { IndexedFile } from './gather-facts.ts';
import type { DataReading } from './read-data-file.ts';

/** A data file that a task file names, and as what; the same file may be named several times. */
export type NamedFile = Pick<DataFileFacts, 'name' | 'path' | 'mentions'>;

/** The data files that a task file names, each once, training data first. */
export function namedFiles(
  context: TaskContext,
  environment: Pick<CheckEnvironment, 'resolvePath'>,
): readonly NamedFile[] {
  const files = new Map<string, NamedFile>();
  for (const { split, key } of SPLITS) {
    for (const { node, value } of context.entries('data', key)) {
      const path = environment.resolvePath(context.path, value);
      const known = files.get(path);
      if (known !== undefined) known.mentions.push({ split, node });
      else files.set(path, { name: value, path, mentions: [{ split, node }] });
    }
  }
  return [...files.values()];
}

/** A file with what became of reading it. */
export function withReading(file: NamedFile, reading: DataReading): IndexedFile {
  const reason = reading.state === 'unreadable' ? reading.reason : '';
  const index = reading.state === 'not-found' ? new DataIndex() : reading.index;
  const beside = reading.state === 'not-found' ? reading.beside : [];
  return { facts: { ...file, state: reading.state, reason, beside, rows: index.rows }, index };
}
