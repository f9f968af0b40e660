/** A program of its own, run by row-store.test.ts: opens a large data file, reads every row, and says what that took. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { RowStore } from '../../../engine/src/data/row-store.ts';

const [path, megabytes] = [process.argv[2]!, Number(process.argv[3])];

const file = openSync(path, 'w');
for (let written = 0, n = 0; written < megabytes * 1024 * 1024; ) {
  const rows = Array.from({ length: 100 }, () => {
    n++;
    return `{"taskname": "a", "text": "${String(n).padStart(9, '0').repeat(100)}"}\n`;
  });
  written += writeSync(file, rows.join(''));
}
closeSync(file);

const mb = () => process.memoryUsage().rss / 1024 / 1024;
const before = mb();
let highest = before;
const store = await RowStore.open(
  [path],
  ['a'],
  ({ text }) => {
    if (Math.random() < 0.001) highest = Math.max(highest, mb());
    return { ids: new Int32Array(String(text).length / 4), firstTarget: 1 };
  },
  { cacheBytes: 4 * 1024 * 1024 },
);
for (let row = 0; row < store.size; row++) {
  if (store.tokens(row).ids.length === 0) throw new Error(`row ${row} has no tokens`);
  if (row % 1000 === 0) highest = Math.max(highest, mb());
}
console.log(JSON.stringify({ rows: store.size, grownMb: highest - before }));
store.close();
