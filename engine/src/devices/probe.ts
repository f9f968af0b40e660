import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { t } from '../../../l10n/src/words.ts';
import type { Adapter, DeviceName } from '../../../protocol/src/devices.ts';
import { EngineError } from '../errors.ts';
import { tryProvider } from '../runtime/provider.ts';
import { usedAdapter } from './adapter.ts';
import { DEVICE_NAMES } from './devices.ts';
import { tryKnownSteps } from './known-step.ts';
import { missingLibrary } from './missing-library.ts';

/*
 * A device is tried in a process of its own: a driver that is broken, or of the wrong version, may end the process that
 * loads it, or hang.
 */

/** What came of trying a device. */
export type Probe =
  | {
      readonly state: 'works';
      readonly milliseconds: number;
      /** Whether it computes in float16, too. */
      readonly float16: boolean;
      readonly adapter?: Adapter;
    }
  | {
      readonly state: 'fails';
      readonly milliseconds: number;
      readonly reason: string;
      /** A library that could not be loaded, where the runtime or a loader named one. */
      readonly missing?: string;
    }
  | {
      readonly state: 'died';
      readonly milliseconds: number;
      readonly reason: string;
      /** It says nothing of the device: the process was told to end, as when a session ends, or could not begin. */
      readonly isChance?: true;
    };

/** Milliseconds; a graphics driver may take seconds for its first context, and as many to compile what a step needs. */
const LONGEST = 60_000;

/** How processes end that are told to: by signals that no driver raises, and on Windows with these codes. */
const TOLD_TO_END: ReadonlySet<NodeJS.Signals | number | null> = new Set([
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  // Its console was closed, or the session ends.
  0xc000013a,
  // The system ended it with the session.
  0x40010004,
  // It was begun while the session ended.
  0xc0000142,
]);

/** @param how the signal or the code that the process has ended with */
export function isToldToEnd(how: NodeJS.Signals | number | null): boolean {
  return TOLD_TO_END.has(how);
}

/** @param program the engine's own program, which calls `answerProbe` */
export function probe(program: URL, device: string, longest = LONGEST): Promise<Probe> {
  const started = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(program), 'probe', device], {
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // The program of an editor is Node only if it is told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  let answer = '';
  let complaints = '';
  let isLate = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4096);
  });
  return new Promise((resolve) => {
    const end = (how: string, isChance = false) => {
      clearTimeout(timer);
      const milliseconds = Math.round(performance.now() - started);
      const answered = readAnswer(answer);
      if (answered) return resolve(cameOf(answered, milliseconds, complaints));
      if (isLate) {
        const reason = t('it did not answer within {0} seconds', longest / 1000);
        return resolve({ state: 'died', milliseconds, reason });
      }
      const last = complaints.trim().split('\n').at(-1) ?? '';
      const reason = t('it ended its process ({0})', how);
      const said = last === '' ? reason : `${reason}: ${last}`;
      resolve({ state: 'died', milliseconds, reason: said, ...(isChance && { isChance }) });
    };
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
      // It may not end even so, in a driver that hangs, or leave a process of its own that keeps its output open.
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      end('SIGKILL');
    }, longest);
    child.once('error', (error) => end(error.message, true));
    child.once('close', (code, signal) => end(signal ?? `exit code ${code}`, isToldToEnd(signal ?? code)));
  });
}

type ProbeAnswer =
  | { readonly works: true; readonly float16?: boolean | undefined; readonly adapter?: Adapter | undefined }
  | { readonly works: false; readonly reason: string };

/** @param complaints what the process wrote on standard error */
function cameOf(answer: ProbeAnswer, milliseconds: number, complaints: string): Probe {
  if (answer.works) {
    const { float16 = false, adapter } = answer;
    return { state: 'works', milliseconds, float16, ...(adapter ? { adapter } : {}) };
  }
  const { reason } = answer;
  // The runtime's error often says only that something is missing, and its log says what.
  const missing = missingLibrary(reason) ?? missingLibrary(complaints);
  return { state: 'fails', milliseconds, reason, ...(missing ? { missing } : {}) };
}

/**
 * The throwaway process: tries the device and says on standard output what came of it. Whether it computes in float16 is said in
 * a line after that, so that a driver that half precision ends or hangs counts as one without.
 */
export async function answerProbe(device: string): Promise<void> {
  const answer: ProbeAnswer = await tryDevice(device).then(
    (adapter) => ({ works: true, adapter }) as const,
    (error: unknown) => {
      // The runtime's own words, from which it is told what is missing.
      const cause = error instanceof EngineError ? error.cause : error;
      return { works: false, reason: cause instanceof Error ? cause.message : String(cause) } as const;
    },
  );
  const say = (what: ProbeAnswer) => process.stdout.write(`${JSON.stringify(what)}\n`);
  say(answer);
  // A processor casts to float32 for each product.
  if (!answer.works || device === 'cpu') return;
  const float16 = await tryKnownSteps(device as DeviceName, 'float16').then(
    () => true,
    () => false,
  );
  say({ ...answer, float16 });
}

async function tryDevice(device: string): Promise<Adapter | undefined> {
  const name = DEVICE_NAMES.find((known): known is DeviceName => known === device);
  if (!name) throw new Error(`there is no device ${device}`);
  // First whether the provider takes work at all: of a step it may leave some to the CPU.
  await tryProvider(name);
  await tryKnownSteps(name);
  return usedAdapter(name);
}

function readAnswer(text: string): ProbeAnswer | undefined {
  // A driver may have written something of its own.
  for (const line of text.split('\n').toReversed()) {
    try {
      const answer = JSON.parse(line) as Partial<ProbeAnswer> | null;
      if (answer?.works === true) return { works: true, float16: answer.float16, adapter: answer.adapter };
      if (answer?.works === false && typeof answer.reason === 'string') return { works: false, reason: answer.reason };
    } catch {}
  }
  return undefined;
}
