import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunRequest, resumed, type WindowRun } from './run-queue.ts';

/*
 * What a window leaves to the next one of the same workspace: a note of its runs. A window is not told whether it is reloaded or
 * closed for good, so that its runs are always paused; the next one reads in the note whether that was just now. Notes lie in one
 * place for all workspaces, and not in each one's own storage: a window that gets its first folder, or a second one, is another
 * workspace from then on, with a new extension host and another storage, though nobody has closed anything.
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
  /** What its workspace is known by; empty without one. */
  readonly workspace: string;
  /** When the window was closed, in milliseconds since 1970; left out while it is open. */
  readonly closed?: number;
  readonly runs: readonly RunRequest[];
  /** Those that a window before it had left, and that its user has not yet said to go on with, or not to. */
  readonly offered?: readonly RunRequest[];
}

/** The note of this window. It is written at once and as a whole: a window that closes waits for nothing. */
export class RunsNote {
  /** The file's. */
  readonly name: string;
  readonly #folder: string;
  readonly #file: string;
  readonly #pid: number;
  readonly #workspace: string;
  #runs = '[]';
  #offered: readonly RunRequest[] = [];
  #isClosed = false;

  /**
   * @param name tells this window from all others, past ones included
   * @param workspace what its workspace is known by; empty without one
   */
  constructor(folder: string, name: string, workspace: string, pid = process.pid) {
    this.name = `window-${name}.json`;
    this.#folder = folder;
    this.#workspace = workspace;
    this.#pid = pid;
    this.#file = path.join(folder, this.name);
  }

  /** Keeps the runs that the next window is to go on with. */
  keep(open: readonly WindowRun[]): void {
    const runs = JSON.stringify(requestsLeft(open));
    // Whoever goes on with one by hand has answered.
    const offered = this.#offered.filter(({ run }) => run === undefined || !open.some((one) => isOf(one, run)));
    if (this.#isClosed || (runs === this.#runs && offered.length === this.#offered.length)) return;
    this.#runs = runs;
    this.#offered = offered;
    this.#write();
  }

  /**
   * Keeps runs that the user is being asked about, for the next window to ask where this one is not answered.
   * @returns to be called when it is
   */
  keepOffered(offered: readonly RunRequest[]): () => void {
    const change = (left: readonly RunRequest[]) => {
      if (this.#isClosed) return;
      this.#offered = left;
      this.#write();
    };
    change([...this.#offered, ...offered]);
    return () => change(this.#offered.filter((request) => !offered.includes(request)));
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
    const offered = this.#offered;
    if (this.#runs === '[]' && offered.length === 0) {
      rmSync(this.#file, { force: true });
      return;
    }
    const [pid, workspace, runs] = [this.#pid, this.#workspace, JSON.parse(this.#runs)];
    const note: Note = {
      pid,
      workspace,
      ...(closed === undefined ? {} : { closed }),
      runs,
      ...(offered.length === 0 ? {} : { offered }),
    };
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

/** Whether a run is that of a folder. */
export function isOf({ dir, request }: WindowRun, run: string): boolean {
  return dir === run || request.run === run;
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
  /** Of one that was closed before, or died; and what it was left itself, where its user had not answered yet. */
  readonly old: readonly RunRequest[];
}

export interface Surroundings {
  /** The name of this window's note, which may be there by the time that others are looked for, and is not to be taken. */
  readonly own?: string;
  /** What the workspace of this window is known by; empty without one. */
  readonly workspace: string;
  /** Whether a file lies in a folder of this window. */
  holds(file: string): boolean;
  /** Milliseconds since 1970. */
  now(): number;
  isAlive(pid: number): boolean;
  /** @throws anything where it is no longer waited for */
  wait(milliseconds: number): Promise<unknown>;
}

/** @param signal aborted where others are no longer waited for */
export const surroundings = (
  signal: AbortSignal,
  window: Pick<Surroundings, 'own' | 'workspace' | 'holds'>,
): Surroundings => ({
  ...window,
  now: Date.now,
  isAlive,
  wait: (milliseconds) => sleep(milliseconds, undefined, { signal }),
});

/**
 * Takes what other windows of this workspace have left, so that none takes it again. The runs of a window that stays open stay its own.
 * Of another workspace's they are taken where all of them lie in this window's folders and it was closed just now: it may be this
 * window, before a folder was added.
 * @param take given what a window has left as soon as it is this one's: others may have to be waited for
 * @throws what `wait` throws
 */
export async function takeRunsLeft(folder: string, take: (left: RunsLeft) => void, here: Surroundings): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => NOTE.test(name) && name !== here.own);
  const takeOne = async (name: string) => {
    const note = await taken(path.join(folder, name), here);
    if (!note) return;
    const { runs, offered = [] } = note;
    take(isRecent(note, here) ? { recent: runs, old: offered } : { recent: [], old: [...offered, ...runs] });
  };
  await Promise.all(names.sort().map(takeOne));
}

function isRecent({ closed }: Note, { now }: Surroundings): boolean {
  return closed !== undefined && Math.abs(now() - closed) <= RELOAD_MS;
}

/** Whether a note is, or may come to be, for this window. */
function isForUs(note: Note, here: Surroundings): boolean {
  if (note.workspace === here.workspace) return true;
  const isOpen = note.closed === undefined && here.isAlive(note.pid);
  const left = [...note.runs, ...(note.offered ?? [])];
  return (isOpen || isRecent(note, here)) && left.length > 0 && left.every(({ file }) => here.holds(file));
}

async function taken(file: string, here: Surroundings): Promise<Note | undefined> {
  const { isAlive, wait } = here;
  for (let waited = 0; waited < LEAVING_MS; waited += LOOK_EVERY_MS) {
    const note = await readNote(file);
    if (!note || !isForUs(note, here)) return undefined;
    // A process of this number that is not ours had it before.
    if (note.closed !== undefined || note.pid === process.pid || !isAlive(note.pid)) {
      // Another window was faster, and it is gone; or a virus scanner has it open.
      if (await isTaken(file)) return note;
    }
    await wait(LOOK_EVERY_MS);
  }
  return undefined;
}

/** Takes a file away, so that of several that do so at a time one alone has taken it. */
async function isTaken(file: string): Promise<boolean> {
  const own = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await rename(file, own);
  } catch {
    return false;
  }
  // On Windows two who opened it at once have both renamed it, one after the other. It is whose name is still there to be deleted;
  // `rm` would not say that it was not.
  return unlink(own).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'EPERM',
  );
}

/** Undefined where it has gone, or is none. */
async function readNote(file: string): Promise<Note | undefined> {
  try {
    const note = JSON.parse(await readFile(file, 'utf8')) as Partial<Note> | null;
    if (!Number.isSafeInteger(note?.pid) || !Array.isArray(note?.runs)) return undefined;
    if (typeof note?.workspace !== 'string') return undefined;
    const offered = Array.isArray(note.offered) ? note.offered : [];
    return { ...(note as Note), runs: note.runs.filter(isRequest), offered: offered.filter(isRequest) };
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
