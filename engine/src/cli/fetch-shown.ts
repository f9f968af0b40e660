import { FetchMeter, type FetchState } from '../hub/fetch-meter.ts';
import type { FetchPlan, FetchProgress } from '../hub/fetch-model.ts';
import { formatBar, formatDuration, progressStream } from '../progress.ts';
import { formatBytes } from '../text.ts';
import { ask } from './ask.ts';
import { Interrupt } from './interrupt.ts';
import type { Output } from './output.ts';
import { StatusLine } from './status-line.ts';
import { UsageError } from './usage.ts';

/** Milliseconds between two states that are told. */
const TELL_EVERY = 250;

/**
 * Whether what is missing is to be fetched: with `--yes`, or where the user agrees on a terminal.
 * @throws UsageError where nobody can be asked
 */
export async function agreed(yes: boolean, output: Output, signal: AbortSignal): Promise<boolean> {
  if (yes) return true;
  if (output.json || process.stdin.isTTY !== true) {
    throw new UsageError('nothing was fetched: nobody can be asked here; add --yes to fetch it');
  }
  const answer = await ask('Fetch it? [y/N] ', signal, { input: process.stdin, output: process.stderr });
  return /^y(es)?$/i.test(answer.trim());
}

/** What a command does that fetches, until a signal stops it. */
export async function stoppable(output: Output, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const interrupt = new Interrupt(() => controller.abort());
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    output.note('Stopped; the same command goes on from here');
    return interrupt.exitCode ?? 130;
  } finally {
    interrupt.dispose();
  }
}

/** Fetches, and shows how it goes on a line of standard error and in events. */
export async function fetchShown(
  { bytes }: Pick<FetchPlan, 'bytes'>,
  output: Output,
  work: (report: (progress: FetchProgress) => void) => Promise<string>,
): Promise<string> {
  const meter = new FetchMeter(bytes, TELL_EVERY);
  const line = new StatusLine(progressStream());
  let told: string | undefined;
  try {
    return await work((progress) => {
      const state = meter.take(progress);
      if (!state) return;
      // Whom or what it waits for may take more than the rest of a line, and without a terminal there is none at once.
      if (isLong(progress.waiting) && state.waiting !== told) {
        line.done();
        told = state.waiting;
        output.note(told!);
      }
      line.show(progressText(state));
      const { present, waiting } = state;
      output.event({ event: 'fetching', present, bytes, ...(waiting && { waiting }) });
    });
  } finally {
    line.done();
  }
}

/** Seconds of a pause in which a user may wonder. */
const LONG_PAUSE = 5;

function isLong(waiting: FetchProgress['waiting']): boolean {
  return waiting !== undefined && ('lock' in waiting || waiting.seconds >= LONG_PAUSE);
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
