import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

/** Vitest loads this module once for each of its projects, so that it cannot remember anything itself. */
const BUILT = 'PTASK_TESTS_HAVE_BUILT';

/** Called by Vitest before tests that start the programs, which are then built as a user would get them: once, however many files. */
export default async function buildPrograms(project: TestProject): Promise<void> {
  project.onTestsRerun(build);
  if (process.env[BUILT] !== undefined) return;
  await build();
  process.env[BUILT] = '1';
}

async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, [path.resolve(import.meta.dirname, '../../esbuild.mjs')]);
}
