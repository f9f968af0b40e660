import { lstatSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Whether whoever runs the tests may make links, for which Windows wants its developer mode. */
export const HAS_LINKS = canLink();

function canLink(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'ptask-'));
  const link = path.join(folder, 'link');
  try {
    symlinkSync('nowhere', link);
    return lstatSync(link).isSymbolicLink();
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
