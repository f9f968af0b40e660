import { createInterface } from 'node:readline/promises';
import { openModelFolder } from '../../../model/src/model-folder.ts';
import { modelSummary } from '../../../model/src/model-summary.ts';
import { FetchMeter, type FetchState } from '../hub/fetch-meter.ts';
import { type FetchPlan, type FetchProgress, fetchModel, planFetch } from '../hub/fetch-model.ts';
import { hubSettings } from '../hub/hub-settings.ts';
import { formatBar, formatDuration } from '../progress.ts';
import { count, formatBytes, table } from '../text.ts';
import { Interrupt } from './interrupt.ts';
import { Output } from './output.ts';
import { StatusLine } from './status-line.ts';
import { readArguments } from './usage.ts';

/** Milliseconds between two states that are told. */
const TELL_EVERY = 250;

/** `ptask fetch MODEL`: fetches a model from the Hugging Face hub into the cache that other programs share. */
export async function fetchCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    {
      revision: { type: 'string', default: 'main' },
      yes: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean' },
    },
    [1, 1],
    'which model?',
  );
  const output = new Output(values.json);
  const settings = await hubSettings();
  const controller = new AbortController();
  const interrupt = new Interrupt(() => controller.abort());
  const { signal } = controller;
  try {
    const plan = await planFetch(positionals[0]!, values.revision, { settings, signal });
    tellPlan(plan, output);
    if (values['dry-run']) return 0;
    const asks = !values.yes && !values.json && plan.missingBytes > 0 && process.stdin.isTTY === true;
    if (asks && !(await confirmed(signal))) return 0;
    const folder = await fetchShown(plan, output, (report) => fetchModel(plan, { settings, signal, report }));
    return await tellModel(plan, folder, output);
  } catch (error) {
    if (!signal.aborted) throw error;
    output.note('Stopped; the same command goes on from here');
    return interrupt.exitCode ?? 130;
  } finally {
    interrupt.dispose();
  }
}

function tellPlan(
  { id, revision, commit, files, bytes, missingBytes, folder, gated, page }: FetchPlan,
  output: Output,
): void {
  output.event({
    event: 'fetch',
    model: id,
    revision,
    commit,
    folder,
    gated,
    bytes,
    missing_bytes: missingBytes,
    files: files.map((file) => ({ path: file.path, bytes: file.bytes, present: file.present })),
  });
  output.text(`${id}, ${revision} (${commit.slice(0, 12)}): ${formatBytes(bytes)} in ${count(files.length, 'file')}`);
  const rows = files.map((file) => [file.path, formatBytes(file.bytes), file.present === file.bytes ? 'is there' : '']);
  for (const line of table(rows, [1])) output.text(`  ${line}`);
  if (missingBytes > 0) output.text(`${formatBytes(missingBytes)} are to be fetched into ${folder}`);
  if (gated && missingBytes > 0) output.text(`It is open to those who have accepted its terms at ${page}`);
}

async function confirmed(signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question('Fetch it? [y/N] ', { signal })).trim());
  } finally {
    terminal.close();
  }
}

async function fetchShown(
  { bytes }: FetchPlan,
  output: Output,
  work: (report: (progress: FetchProgress) => void) => Promise<string>,
): Promise<string> {
  const meter = new FetchMeter(bytes, TELL_EVERY);
  const line = new StatusLine(process.stderr);
  try {
    return await work((progress) => {
      const state = meter.take(progress);
      if (!state) return;
      line.show(progressText(state));
      const { present, waiting } = state;
      output.event({ event: 'fetching', present, bytes, ...(waiting && { waiting }) });
    });
  } finally {
    line.done();
  }
}

/** `██████░░░░░░  51%  282 MB of 552 MB  12.3 MB/s  22s left` */
function progressText({ present, bytes, bytesPerSecond, secondsLeft, waiting }: FetchState): string {
  const share = bytes === 0 ? 1 : present / bytes;
  return [
    formatBar(share, 24),
    `${Math.floor(100 * share)}%`.padStart(4),
    `${formatBytes(present)} of ${formatBytes(bytes)}`,
    ...(waiting === undefined && bytesPerSecond !== undefined ? [`${formatBytes(bytesPerSecond)}/s`] : []),
    ...(waiting === undefined && secondsLeft !== undefined ? [`${formatDuration(secondsLeft)} left`] : []),
    ...(waiting === undefined ? [] : [waiting]),
  ].join('  ');
}

/** What has been fetched, opened once to see whether it can be. */
async function tellModel({ id, commit }: FetchPlan, folder: string, output: Output): Promise<number> {
  const opened = await openModelFolder(folder);
  if (opened.kind !== 'ok') {
    output.event({ event: 'fetched', model: id, commit, folder, problem: opened.problem });
    output.note(`error: it is there, but cannot be used: ${opened.problem}`);
    return 1;
  }
  const { architecture, parameters } = modelSummary(opened.model);
  output.event({ event: 'fetched', model: id, commit, folder, architecture, parameters });
  output.text(`${id} is there: ${architecture}, ${(parameters / 1e6).toPrecision(3)} million parameters`);
  output.text(`A task file uses it with "model": "${id}"`);
  return 0;
}
