import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { DRIVES, type Drive } from './drive/index.ts';
import { findBrowser } from './host/find-browser.ts';
import { installExtension } from './host/install-extension.ts';
import { installHost } from './host/install-host.ts';
import { openWorkbench, type Workbench, type WorkbenchOptions } from './host/workbench.ts';
import type { SuiteResults } from './suite/results.ts';

/** The suites with the least number of their tests: fewer would mean that one was not loaded as a whole. */
const SUITES = { suite: { least: 20, trusted: true }, untrusted: { least: 2, trusted: false } } as const;
const SUITE_LIMIT_MS = 240_000;

/** Windows that are open at a time. They wait more than they compute. */
const LANES = 2;

export interface MainOptions {
  readonly root: string;
  /** Where the package and the bundled suite are, and results are put. */
  readonly out: string;
  /** Names of suites and drives; all of them where it is empty. */
  readonly only: readonly string[];
  /** Resolves when the package is there. */
  readonly packaged: Promise<void>;
}

interface Job {
  readonly name: string;
  /** Whether it passed. */
  run(): Promise<boolean>;
}

/** Runs the suite and the drives against the packaged extension, and gives the exit code. */
export async function main({ root, out, only, packaged }: MainOptions): Promise<number> {
  const [host, browser] = await Promise.all([installHost(root), findBrowser(root), packaged]);
  const none = path.join(out, 'no-extensions');
  const extensions = path.join(out, 'extensions');
  const extension = await installExtension(host, path.join(out, 'ptask.vsix'), extensions);
  const common = {
    host,
    browser,
    builtInExtensions: host.fewExtensions,
    workspace: path.join(root, 'test/vscode/workspace'),
    // A demo model that was made by an earlier run is used again.
    env: { PTASK_CACHE: path.join(root, '.vscode-test/models') },
  };
  const drives = Object.entries(DRIVES).map(([name, drive]): Job => {
    const run = async () => {
      const own = path.join(out, name);
      await rm(own, { recursive: true, force: true });
      try {
        const ownExtensions = (await drive.extensions?.(extensions, own)) ?? extensions;
        const env = { ...common.env, ...(await drive.env?.()) };
        return await runDrive(name, drive, { ...common, env, ...drive.options, extensions: ownExtensions, out: own });
      } finally {
        await drive.close?.();
      }
    };
    return { name, run };
  });
  const suites = Object.entries(SUITES).map(([name, { least, trusted }]): Job => {
    const env = { ...common.env, PTASK_TEST_SUITE: name };
    const options = { ...common, env, trusted, extensions: none, out: path.join(out, name) };
    return { name, run: () => runSuite(options, extension, path.join(out, 'suite.cjs'), least) };
  });
  const jobs = [...suites, ...drives].filter(({ name }) => only.length === 0 || only.includes(name));
  const failed: string[] = [];
  await inLanes(LANES, jobs, failed);
  if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

/** Runs jobs in their order, so many at a time. */
async function inLanes(lanes: number, jobs: readonly Job[], failed: string[]): Promise<void> {
  const waiting = [...jobs];
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const passed = await job.run().catch((error: unknown) => {
        console.log(`FAIL ${job!.name}: ${error instanceof Error ? error.stack : error}`);
        return false;
      });
      if (!passed) failed.push(job.name);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function runDrive(name: string, drive: Drive, options: WorkbenchOptions): Promise<boolean> {
  const started = Date.now();
  let workbench: Workbench | undefined;
  try {
    workbench = await openWorkbench(options);
    await drive.run(workbench, options.out);
    if (workbench.strangers.size > 0) throw new Error(`the page asked ${[...workbench.strangers].join(', ')}`);
    console.log(`ok   ${name} (${seconds(started)})`);
    return true;
  } catch (error) {
    await workbench?.page.screenshot({ path: path.join(options.out, 'failure.png') }).catch(() => {});
    console.log(`FAIL ${name} (${seconds(started)}): ${error instanceof Error ? error.stack : error}`);
    return false;
  } finally {
    await workbench?.close();
  }
}

async function runSuite(
  options: Omit<WorkbenchOptions, 'suite'>,
  extension: string,
  module: string,
  least: number,
): Promise<boolean> {
  const file = path.join(options.out, 'results.json');
  await rm(options.out, { recursive: true, force: true });
  const workbench = await openWorkbench({
    ...options,
    env: { ...options.env, PTASK_TEST_RESULTS: file },
    suite: { extension, module },
  });
  try {
    const limit = new Promise<number>((resolve) => setTimeout(resolve, SUITE_LIMIT_MS, -1).unref());
    const code = await Promise.race([workbench.suiteEnded, limit]);
    if (code === -1) await workbench.page.screenshot({ path: path.join(options.out, 'failure.png') }).catch(() => {});
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) {
      console.log(`FAIL suite: it did not end (${code}); see ${options.out}`);
      return false;
    }
    const { tests } = JSON.parse(text) as SuiteResults;
    for (const { title, milliseconds, error } of tests) {
      console.log(error === undefined ? `ok   ${title} (${milliseconds} ms)` : `FAIL ${title}\n${error}`);
    }
    const passed = tests.filter(({ error }) => error === undefined).length;
    console.log(`${passed} of ${tests.length} tests passed`);
    return code === 0 && passed === tests.length && passed >= least;
  } finally {
    await workbench.close();
  }
}

const seconds = (from: number) => `${((Date.now() - from) / 1000).toFixed(1)} s`;
