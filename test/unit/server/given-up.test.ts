import { expect, it } from 'vitest';
import { dataLines } from '../../../server/src/service/data-lines.ts';
import { readDataFile } from '../../../task/src/data/read-data-file.ts';
import { Work } from '../../../task/src/data/work.ts';
import { readChunks } from '../../../task/src/node-environment.ts';
import { temporaryFolder, writeFolder } from '../model/tiny-folder.ts';

it.each<[string, (readFile: typeof readChunks, path: string, work: Work) => Promise<unknown>]>([
  ['read for a check', (readFile, path, work) => readDataFile({ readFile }, path, work)],
  ['searched for a name', (readFile, path, work) => dataLines(path, undefined, { readFile }, work).next()],
])('a data file that is %s is closed when that is given up as soon as it has been opened', async (_, read) => {
  const dir = await temporaryFolder();
  await writeFolder(dir, { 'train.jsonl': new TextEncoder().encode('{}\n') });
  const given = new AbortController();
  let closed: Promise<unknown> | undefined;
  const readFile: typeof readChunks = async (path) => {
    const stream = await readChunks(path);
    closed = new Promise((resolve) => (stream as NodeJS.ReadableStream).once('close', resolve));
    given.abort();
    return stream;
  };
  await expect(read(readFile, `${dir}/train.jsonl`, new Work({ signal: given.signal }))).rejects.toThrow();
  await closed;
});
