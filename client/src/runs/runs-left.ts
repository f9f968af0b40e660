import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunRequest, resumed, type WindowRun } from './run-queue.ts';

/*
 * What a window leaves to the next one of the same workspace: a note of its runs, in the workspace's own storage. A window
 * is not told whether it is reloaded or closed for good, so that its runs are always paused; the next one reads in the note
 * whether that was just now.
 */

/** A window that comes back within this time goes on with its runs by itself. */
export const RELOAD_MS = 60_000;

/** A window that is being reloaded may still be there when the new one begins; another one stays. */
const LEAVING_MS = 15_000;
const LOOK_EVERY_MS = 200;

const NOTE = /^window-[\w-]+\.json$/;

interface Note {
  /** Process of the window's extension host. */
  readonly pid: number;
  /** When the window was closed, in milliseconds since 1970; left out while it is open. */
  readonly closed?: number;
  readonly runs: readonly RunRequest[];
}

/** The note of this window. It is written at once and as a whole: a window that closes waits for nothing. */
export class RunsNote {
  readonly #folder: string;
  readonly #file: string;
  readonly #pid: number;
  #runs = '[]';
  #isClosed = false;

  /** @param name tells this window from others of the same workspace, past ones included */
  constructor(folder: string, name: string, pid = process.pid) {
    this.#folder = folder;
    this.#pid = pid;
    this.#file = path.join(folder, `window-${name}.json`);
  }

  /** Keeps the runs that the next window is to go on with. */
  keep(open: readonly WindowRun[]): void {
    const runs = JSON.stringify(requestsLeft(open));
    if (this.#isClosed || runs === this.#runs) return;
    this.#runs = runs;
    this.#write();
  }

  /** The window closes. What happens to its runs from now on is not their user's wish, and not kept. */
  close(now: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#write(now);
  }

  /** Where it cannot be written, as on a full disk, the next window is told nothing; the runs of this one go on. */
  #write(closed?: number): void {
    try {
      this.#writeNow(closed);
    } catch {
      // It is asked for while a run is put into the queue, ends or makes room for the next one, all of which is to be done yet.
    }
  }

  #writeNow(closed: number | undefined): void {
    if (this.#runs === '[]') {
      rmSync(this.#file, { force: true });
      return;
    }
    const note: Note = { pid: this.#pid, ...(closed === undefined ? {} : { closed }), runs: JSON.parse(this.#runs) };
    mkdirSync(this.#folder, { recursive: true });
    const temporary = `${this.#file}.tmp`;
    writeFileSync(temporary, JSON.stringify(note));
    try {
      renameSync(temporary, this.#file);
    } catch {
      // Windows replaces no file that another program has open, such as a virus scanner.
      writeFileSync(this.#file, JSON.stringify(note));
      rmSync(temporary, { force: true });
    }
  }
}

/** A run that has begun is gone on with; one that the user was stopping is not. */
function requestsLeft(open: readonly WindowRun[]): RunRequest[] {
  return open.flatMap(({ request, phase, dir }) => {
    if (phase === 'training') return [resumed(request, dir)];
    return phase === 'waiting' || phase === 'starting' ? [request] : [];
  });
}

export interface RunsLeft {
  /** Of a window that was closed within `RELOAD_MS`. */
  readonly recent: readonly RunRequest[];
  /** Of one that was closed before, or died. */
  readonly old: readonly RunRequest[];
}

export interface Surroundings {
  /** Milliseconds since 1970. */
  now(): number;
  isAlive(pid: number): boolean;
  /** @throws anything where it is no longer waited for */
  wait(milliseconds: number): Promise<unknown>;
}

/** @param signal aborted where others are no longer waited for */
export const surroundings = (signal: AbortSignal): Surroundings => ({
  now: Date.now,
  isAlive,
  wait: (milliseconds) => sleep(milliseconds, undefined, { signal }),
});

/**
 * Takes what other windows have left, so that none takes it again. The runs of a window that stays open stay its own.
 * @param take given what a window has left as soon as it is this one's: others may have to be waited for
 * @throws what `wait` throws
 */
export async function takeRunsLeft(folder: string, take: (left: RunsLeft) => void, here: Surroundings): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => NOTE.test(name));
  const isRecent = ({ closed }: Note) => closed !== undefined && Math.abs(here.now() - closed) <= RELOAD_MS;
  const takeOne = async (name: string) => {
    const note = await taken(path.join(folder, name), here);
    if (note) take(isRecent(note) ? { recent: note.runs, old: [] } : { recent: [], old: note.runs });
  };
  await Promise.all(names.sort().map(takeOne));
}

async function taken(file: string, { isAlive, wait }: Surroundings): Promise<Note | undefined> {
  for (let waited = 0; waited < LEAVING_MS; waited += LOOK_EVERY_MS) {
    const note = await readNote(file);
    if (!note) return undefined;
    // A process of this number that is not ours had it before.
    if (note.closed !== undefined || note.pid === process.pid || !isAlive(note.pid)) {
      const own = `${file}.${process.pid}`;
      const isOwn = await rename(file, own).then(
        () => true,
        () => false,
      );
      if (isOwn) await rm(own, { force: true }).catch(() => undefined);
      // Another window was faster, and it is gone; or a virus scanner has it open.
      if (isOwn) return note;
    }
    await wait(LOOK_EVERY_MS);
  }
  return undefined;
}

/** Undefined where it has gone, or is none. */
async function readNote(file: string): Promise<Note | undefined> {
  try {
    const note = JSON.parse(await readFile(file, 'utf8')) as Partial<Note> | null;
    if (!Number.isSafeInteger(note?.pid) || !Array.isArray(note?.runs)) return undefined;
    return { ...(note as Note), runs: note.runs.filter(isRequest) };
  } catch {
    return undefined;
  }
}

/** What another version has left may say it otherwise. */
function isRequest(run: Partial<RunRequest> | null): run is RunRequest {
  return typeof run?.file === 'string' && Array.isArray(run.tasknames);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, but belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
