import { execFileSync } from 'node:child_process';
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { activationTime } from '../../test/vscode/drive/activation-time.ts';
import { EditorPage } from '../../test/vscode/drive/editor-page.ts';
import { findBrowser } from '../../test/vscode/host/find-browser.ts';
import { installExtension } from '../../test/vscode/host/install-extension.ts';
import { installHost } from '../../test/vscode/host/install-host.ts';
import { openWorkbench, type WorkbenchOptions } from '../../test/vscode/host/workbench.ts';
import type { HostFigures } from './in-host.ts';
import { timeToPredictions } from './time-to-predictions.ts';

export interface MainOptions {
  readonly root: string;
  /** Where the package and the bundled programs are. */
  readonly out: string;
  readonly rounds: number;
}

/** The figures of one round, in milliseconds; several of a kind where it is measured several times. */
type Round = Readonly<Record<string, readonly number[]>>;

/** What is measured, in the order of the table, with what it should be at most. */
const ROWS = [
  ['activation', 'activation of the extension', 100],
  ['cold', 'opening a file → first predictions, the first file in a window', 1500],
  ['warm', 'the same, another file', 300],
  ['unseen', 'the same, a file of 1.5 MB, too large to be looked at beforehand', undefined],
  ['again', 'the same, the first file again', 300],
  ['hover', 'hover on a row that was never asked', 100],
  ['hoverBesideRun', 'the same beside a training run', undefined],
  ['blocked', 'longest wait of the event loop beside a run and predictions', 50],
  ['blockedByWork', 'of that, longest work of the extension host’s own', 50],
] as const satisfies readonly (readonly [string, string, number | undefined])[];

const TASK_FILE = 'sentiment.ptask.json';
const LONG = '"max_epochs": 400, "early_stopping": null';
const SETTLE_MS = 5000;
/** A data file whose rows are not asked for before it is opened. */
const LARGE = 'data/large.jsonl';
const LARGE_BYTES = 1_500_000;
const SUITE_LIMIT_MS = 240_000;

/** Measures in some windows, each a new one, and prints a table. */
export async function main({ root, out, rounds }: MainOptions): Promise<number> {
  const [host, browser] = await Promise.all([installHost(root), findBrowser(root)]);
  const vsix = path.join(out, 'ptask.vsix');
  const extensions = path.join(out, 'extensions');
  const extension = await installExtension(host, vsix, extensions);
  const env = { PTASK_CACHE: path.join(root, '.vscode-test/models') };
  const workspace = await trainedWorkspace(root, path.join(out, 'bench-workspace'), env);
  const options = { host, browser, workspace, env, out: path.join(out, 'bench') };
  const measured: Round[] = [];
  const load: number[] = [];
  for (let round = 0; round < rounds; round++) {
    load.push(loadavg()[0]!);
    const page = await inThePage({ ...options, extensions });
    const suite = { extension, module: path.join(out, 'bench-suite.cjs') };
    const inHost = await inTheHost({ ...options, extensions: path.join(out, 'no-extensions'), suite });
    measured.push({ ...page, ...inHost });
    console.error(`round ${round + 1}: ${JSON.stringify(measured.at(-1), shortened)}`);
  }
  console.log(table(measured, load, (await stat(vsix)).size));
  return 0;
}

/**
 * A copy of the tests' workspace with a trained prompt, and in `long` a task whose run would take long. Its rows are files of
 * other names, as a row that two task files name is only one's.
 */
async function trainedWorkspace(root: string, folder: string, env: Readonly<Record<string, string>>): Promise<string> {
  const [from, file, long] = [path.join(root, 'test/vscode/workspace'), path.join(folder, TASK_FILE), 'long'];
  await rm(folder, { recursive: true, force: true });
  await cp(path.join(from, 'data'), path.join(folder, 'data'), { recursive: true });
  // The demo model as it is, which the tests have no time for.
  await writeFile(file, (await readFile(path.join(from, TASK_FILE), 'utf8')).replace('"demo-tiny"', '"demo"'));
  for (const name of await readdir(path.join(from, 'data'))) {
    await cp(path.join(from, 'data', name), path.join(folder, long, `long-${name}`));
  }
  const text = (await readFile(file, 'utf8')).replaceAll('"data/', '"long-').replace('"max_epochs": 4', LONG);
  await writeFile(path.join(folder, long, TASK_FILE), text);
  execFileSync(process.execPath, [path.join(root, 'dist/ptask.js'), 'train', file], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  await rm(path.join(folder, '.ptask'), { recursive: true });
  await addLargeFile(folder, file);
  return folder;
}

/** Rows of which no two are equal, as test data of the task. */
async function addLargeFile(folder: string, taskFile: string): Promise<void> {
  const rows = (await readFile(path.join(folder, 'data/test.jsonl'), 'utf8')).trimEnd().split('\n');
  let [text, n] = ['', 0];
  for (; text.length < LARGE_BYTES; n++) text += `${rows[n % rows.length]!.replace('."', ` (${n})."`)}\n`;
  await writeFile(path.join(folder, LARGE), text);
  const named = (await readFile(taskFile, 'utf8')).replace('"data/test.jsonl"', `"data/test.jsonl", "${LARGE}"`);
  await writeFile(taskFile, named);
}

async function inThePage(options: WorkbenchOptions): Promise<Round> {
  const workbench = await openWorkbench(options);
  try {
    const editor = new EditorPage(workbench.page, options.out);
    await editor.ready();
    // What the start of the window itself takes is not of interest.
    await workbench.page.waitForTimeout(SETTLE_MS);
    const cold = await timeToPredictions(editor, 'data/validation.jsonl');
    // A reader has the answers of one file before opening the next.
    await workbench.page.waitForTimeout(SETTLE_MS);
    const warm = await timeToPredictions(editor, 'data/test.jsonl');
    await workbench.page.waitForTimeout(SETTLE_MS);
    const unseen = await timeToPredictions(editor, LARGE);
    const again = await timeToPredictions(editor, 'data/validation.jsonl');
    const activation = await activationTime(editor);
    return { activation: [activation], cold: [cold], warm: [warm], unseen: [unseen], again: [again] };
  } catch (error) {
    await workbench.page.screenshot({ path: path.join(options.out, 'failure.png') });
    throw error;
  } finally {
    await workbench.close();
  }
}

async function inTheHost(options: WorkbenchOptions): Promise<Round> {
  const file = path.join(options.out, 'figures.json');
  await rm(file, { force: true });
  const workbench = await openWorkbench({ ...options, env: { ...options.env, PTASK_TEST_RESULTS: file } });
  try {
    const limit = new Promise((resolve) => setTimeout(resolve, SUITE_LIMIT_MS).unref());
    await Promise.race([workbench.suiteEnded, limit]);
    const { hovers, hoversBesideRun, blocks } = JSON.parse(await readFile(file, 'utf8')) as HostFigures;
    return {
      hover: hovers,
      hoverBesideRun: hoversBesideRun,
      blocked: [blocks.longest],
      blockedByWork: [blocks.longestWork],
    };
  } finally {
    await workbench.close();
  }
}

function table(measured: readonly Round[], load: readonly number[], bytes: number): string {
  const lines = ROWS.map(([key, what, most]) => {
    const values = measured.flatMap((round) => round[key] ?? []).sort((a, b) => a - b);
    const cells = [median(values), values.at(-1)!].map((value) => value.toFixed(0));
    return `| ${[what, ...cells, most === undefined ? '–' : `${most} ms`].join(' | ')} |`;
  });
  const megabytes = (bytes / 1e6).toFixed(1);
  return [
    `${cpus()[0]!.model.trim()}, ${cpus().length} processors; ${measured.length} rounds, load ${Math.min(...load).toFixed(1)} to ${Math.max(...load).toFixed(1)} at their start`,
    '',
    '| what | median, ms | longest, ms | at most |',
    '|---|---|---|---|',
    ...lines,
    '',
    `The VSIX (${process.platform}-${process.arch}): ${megabytes} MB.`,
  ].join('\n');
}

/** @param sorted not empty */
function median(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

const shortened = (_: string, value: unknown) => (typeof value === 'number' ? Math.round(value) : value);
