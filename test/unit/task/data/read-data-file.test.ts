import { expect, test } from 'vitest';
import { readDataFile } from '../../../../task/src/data/read-data-file.ts';
import { Work } from '../../../../task/src/data/work.ts';

const MB = 2 ** 20;

test('a file with a line that has no end is not read to its end, and the rows before it are known', async () => {
  let given = 0;
  async function* zeros() {
    yield new TextEncoder().encode('{"a": "b"}\n'.repeat(100_000));
    for (const chunk = new Uint8Array(MB); given < 2 ** 15; given++) yield chunk;
  }
  const reading = await readDataFile({ readFile: async () => zeros() }, 'train.jsonl', new Work({}));
  expect(reading).toMatchObject({
    state: 'unreadable',
    reason: 'a line of it has more than 256 MB; each row stands in a line of its own',
  });
  expect(given).toBeLessThan(300);
  expect('index' in reading && reading.index.rows).toBeGreaterThan(10_000);
});
