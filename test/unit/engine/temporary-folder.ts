import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder that goes when the test file's tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ptask-test-'));
  afterAll(() => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      // Windows deletes nothing that is open, such as a model's file that a session of the test has mapped.
      if (process.platform !== 'win32') throw error;
    }
  });
  return folder;
}
