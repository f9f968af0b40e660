import { writeFile } from 'node:fs/promises';
import Mocha from 'mocha';
import type { SuiteResults, TestResult } from './results.ts';

/** Called by VS Code in the extension host. Rejects where a test failed. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, reporter: 'min', grep: process.env.PTASK_TEST_GREP ?? '' });
  mocha.suite.emit('pre-require', globalThis, 'suite', mocha);
  if (process.env.PTASK_TEST_SUITE === 'untrusted') await import('./untrusted.ts');
  else {
    await import('./language.ts');
    await import('./untrained.ts');
    await import('./training.ts');
    await import('./predictions.ts');
    await import('./evaluation.ts');
  }
  const tests: TestResult[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    const take = (test: Mocha.Runnable, error?: Error) =>
      tests.push({ title: test.fullTitle(), milliseconds: test.duration ?? 0, error: error?.stack ?? error?.message });
    runner.on('pass', (test) => take(test));
    runner.on('fail', take);
  });
  const results: SuiteResults = { tests };
  await writeFile(process.env.PTASK_TEST_RESULTS!, JSON.stringify(results));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
