import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunQueue, type RunRequest } from '../../../client/src/runs/run-queue.ts';
import {
  RELOAD_MS,
  type RunsLeft,
  RunsNote,
  type Surroundings,
  takeRunsLeft,
} from '../../../client/src/runs/runs-left.ts';
import { eventually } from '../../eventually.ts';

const CLOSED = 1_000_000;
/** Process of the other window. */
const OTHER = 4711;
const OWN = '/storage/own';
const NOTHING = { recent: [], old: [] };

const request = (file: string): RunRequest => ({ file, tasknames: ['task'], resume: false, device: 'auto' });

/** The process of another window lives, or does not. Waiting takes no time, and may change something. */
function around(changed: Partial<Surroundings> = {}): Surroundings {
  return {
    workspace: OWN,
    holds: () => false,
    now: () => CLOSED + 2000,
    isAlive: () => false,
    wait: async () => undefined,
    ...changed,
  };
}

/** All that is taken, when it has been. */
async function takenFrom(folder: string, here: Surroundings): Promise<RunsLeft> {
  const all: RunsLeft[] = [];
  await takeRunsLeft(folder, (left) => all.push(left), here);
  return { recent: all.flatMap(({ recent }) => recent), old: all.flatMap(({ old }) => old) };
}

describe('the runs of a window that is gone', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'ptask-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A window in which the first of these runs has begun. */
  function window(name: string, ...files: string[]) {
    let begin!: () => void;
    const queue = new RunQueue((_, listener) => {
      const progress = { step: 0, steps: 8, epoch: 1, epochs: 2 } as Parameters<typeof listener>[0]['progress'];
      begin = () => listener({ token: '', progress, events: [{ event: 'start', run: '/run' }] as never });
      return { result: new Promise(() => undefined), stop: () => undefined, kill: () => undefined };
    });
    const note = new RunsNote(folder, name, OWN, OTHER);
    queue.listen(() => note.keep(queue.open));
    for (const file of files) queue.add(request(file));
    begin();
    return { queue, note };
  }

  it('are gone on with where it was closed just now: the one that had begun, and those that waited', async () => {
    window('1', 'a', 'b').note.close(CLOSED);
    const { recent, old } = await takenFrom(folder, around());
    expect(recent).toEqual([{ ...request('a'), resume: true, run: '/run' }, request('b')]);
    expect(old).toEqual([]);
  });

  it('begin, end and let the next one begin also where nothing can be written of them', async () => {
    const begun: string[] = [];
    let end!: (error: Error) => void;
    const queue = new RunQueue(({ file }) => {
      begun.push(file);
      const result = new Promise<never>((_, reject) => {
        end = reject;
      });
      return { result, stop: () => undefined, kill: () => undefined };
    });
    writeFileSync(path.join(folder, 'file'), '');
    const note = new RunsNote(path.join(folder, 'file', 'runs'), '1', OWN);
    queue.listen(() => note.keep(queue.open));
    const ended = queue.ended(queue.add(request('a')).id);
    queue.add(request('b'));
    end(new Error('no space left on the disk'));
    expect(await ended).toMatchObject({ outcome: 'failed' });
    expect(begun).toEqual(['a', 'b']);
    note.close(CLOSED);
  });

  it('are old after a minute', async () => {
    window('1', 'a').note.close(CLOSED);
    const { recent, old } = await takenFrom(folder, around({ now: () => CLOSED + RELOAD_MS + 1 }));
    expect([recent, old]).toEqual([[], [{ ...request('a'), resume: true, run: '/run' }]]);
  });

  it('are old where its process died, as it may have died of them', async () => {
    window('1', 'a');
    const { recent, old } = await takenFrom(folder, around());
    expect([recent, old]).toEqual([[], [{ ...request('a'), resume: true, run: '/run' }]]);
  });

  it('are asked about again in the next window where they were not answered, and only there', async () => {
    const [waited, begun] = [request('b'), { ...request('a'), resume: true, run: '/run' }];
    const other = { ...begun, run: '/other' };
    const { queue, note } = window('1', 'c');
    note.keepOffered([waited, other]);
    note.keepOffered([request('d')])();
    // One that is gone on with by hand meanwhile.
    queue.add(other);
    note.close(CLOSED);
    const { recent, old } = await takenFrom(folder, around());
    expect(recent.map(({ file }) => file)).toEqual(['c', 'a']);
    expect(old).toEqual([waited]);

    const died = new RunsNote(folder, '2', OWN, OTHER);
    died.keepOffered([begun]);
    died.keep([{ request: waited, phase: 'waiting' }] as never);
    expect(await takenFrom(folder, around())).toEqual({ recent: [], old: [begun, waited] });
    const answered = new RunsNote(folder, '3', OWN, OTHER).keepOffered([begun]);
    answered();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are taken once', async () => {
    window('1', 'a').note.close(CLOSED);
    const both = await Promise.all([takenFrom(folder, around()), takenFrom(folder, around())]);
    expect(both.flatMap(({ recent }) => recent)).toHaveLength(1);
    expect(await takenFrom(folder, around())).toEqual(NOTHING);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are waited for while it is being closed', async () => {
    const { note } = window('1', 'a');
    const wait = async () => note.close(CLOSED);
    const { recent } = await takenFrom(folder, around({ isAlive: (pid) => pid === OTHER, wait }));
    expect(recent).toHaveLength(1);
  });

  it('stay its own where it stays open', async () => {
    window('1', 'a');
    expect(await takenFrom(folder, around({ isAlive: (pid) => pid === OTHER }))).toEqual(NOTHING);
    expect(readdirSync(folder)).toEqual(['window-1.json']);
  });

  it('are taken at once, whatever another window does that stays open', async () => {
    window('1', 'a');
    const other = new RunsNote(folder, '2', OWN, OTHER + 1);
    other.keep([{ request: request('b'), phase: 'waiting' }] as never);
    other.close(CLOSED);
    const taken: string[] = [];
    const wait = async () => {
      await eventually(() => expect(taken).toEqual(['b']));
      throw new Error('this window closes, too');
    };
    const take = ({ recent }: RunsLeft) => taken.push(...recent.map(({ file }) => file));
    const here = around({ isAlive: (pid) => pid === OTHER, wait });
    await expect(takeRunsLeft(folder, take, here)).rejects.toThrow('closes');
    expect(taken).toEqual(['b']);
    expect(readdirSync(folder)).toEqual(['window-1.json']);
  });

  it('are not gone on with where the user had paused or cancelled them', async () => {
    const { queue, note } = window('1', 'a', 'b');
    queue.stop(queue.open[0]!.id, 'pause');
    queue.stop(queue.open[1]!.id, 'cancel');
    note.close(CLOSED);
    expect(await takenFrom(folder, around())).toEqual(NOTHING);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are kept as they were when it closed, not as its end leaves them', async () => {
    const { queue, note } = window('1', 'a');
    note.close(CLOSED);
    queue.stop(queue.open[0]!.id, 'pause');
    expect((await takenFrom(folder, around())).recent).toHaveLength(1);
  });

  it('are none where there is no note, or one that cannot be read', async () => {
    expect(await takenFrom(path.join(folder, 'none'), around())).toEqual(NOTHING);
    writeFileSync(path.join(folder, 'window-1.json'), '{"pid": 1, "ru');
    expect(await takenFrom(folder, around())).toEqual(NOTHING);
    const note = { pid: OTHER, workspace: OWN, closed: CLOSED, runs: [null, { file: 3 }, { path: 'a' }, request('a')] };
    writeFileSync(path.join(folder, 'window-2.json'), JSON.stringify(note));
    expect((await takenFrom(folder, around())).recent).toEqual([request('a')]);
  });

  describe('and whose workspace was another one, as before its first folder was added', () => {
    const holding = (...files: string[]) => ({
      workspace: '/storage/new',
      holds: (file: string) => files.includes(file),
    });

    it('are gone on with where this one holds their task files, also where the old one is yet to close', async () => {
      const { note } = window('1', 'a', 'b');
      const wait = async () => note.close(CLOSED);
      const here = around({ ...holding('a', 'b', 'c'), isAlive: (pid) => pid === OTHER, wait });
      expect((await takenFrom(folder, here)).recent.map(({ file }) => file)).toEqual(['a', 'b']);
      expect(readdirSync(folder)).toEqual([]);
    });

    it.each<[string, Partial<Surroundings>]>([
      ['one of them lies elsewhere', holding('a')],
      ['it was closed before', { ...holding('a', 'b'), now: () => CLOSED + RELOAD_MS + 1 }],
    ])('stay its own where %s', async (_, changed) => {
      window('1', 'a', 'b').note.close(CLOSED);
      const wait = async () => expect.unreachable('nothing is waited for');
      expect(await takenFrom(folder, around({ ...changed, wait }))).toEqual(NOTHING);
      expect((await takenFrom(folder, around())).recent).toHaveLength(2);
    });

    it('stay its own where its process died, or it stays open', async () => {
      window('1', 'a');
      expect(await takenFrom(folder, around(holding('a')))).toEqual(NOTHING);
      const isAlive = (pid: number) => pid === OTHER;
      expect(await takenFrom(folder, around({ ...holding('a'), isAlive }))).toEqual(NOTHING);
      expect((await takenFrom(folder, around())).old).toHaveLength(1);
    });
  });
});
