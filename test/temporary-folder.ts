import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What tests leave in the system's temporary folder, such as those that are killed, goes with a folder of this run. */
export default function setup(): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'ptask-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
