import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import { ENGINE, Engine, faultOf } from './engine.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

it('over standard input and output the engine talks as over a channel, and ends when its input does', async () => {
  const child = spawn(process.execPath, [ENGINE, 'predict', '--stdio'], { stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const ready = new Promise((resolve) => connection.onNotification('ready', resolve));
  connection.listen();
  expect(await ready).toMatchObject({ role: 'predict', pid: child.pid });
  expect(await connection.sendRequest('runs', { folders: [await temporaryFolder()] })).toEqual({ runs: [] });
  child.stdin.end();
  expect(await ended).toEqual([0, null]);
});

it.runIf(existsSync('/dev/full'))('its log may go to a full disk: the engine goes on without it', async () => {
  const full = openSync('/dev/full', 'a');
  const child = spawn(process.execPath, [ENGINE, 'predict', '--stdio'], { stdio: ['pipe', 'pipe', full] });
  closeSync(full);
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout!),
    new StreamMessageWriter(child.stdin!),
  );
  connection.listen();
  const runs = connection.sendRequest('runs', { folders: [await temporaryFolder()] });
  expect(await Promise.race([runs, ended])).toEqual({ runs: [] });
  child.stdin!.end();
  expect(await ended).toEqual([0, null]);
});

it('speaks the language that its parent names', async () => {
  const engine = new Engine('predict', { PTASK_LOCALE: 'sv' });
  const file = path.join(await temporaryFolder(), 'missing.ptask.json');
  const fault = await faultOf(engine.request('plan', { file, tasknames: [], measure: false }));
  expect(fault.message).toBe(`${file}: kan inte läsas: det finns ingen sådan fil`);
  expect(fault.data).toEqual({ kind: 'input' });
});

it('predictions leave the processors to the editor, and runs to both', async () => {
  const predicting = new Engine('predict');
  const training = new Engine('train');
  await Promise.all([predicting.next('ready', () => true), training.next('ready', () => true)]);
  // Windows knows six priorities, and none between normal and below it.
  const little = process.platform === 'win32' ? 0 : 5;
  expect(getPriority(predicting.child.pid)).toBe(Math.max(getPriority(), little));
  expect(getPriority(training.child.pid)).toBe(Math.max(getPriority(), 10));
});

const AUTOGROUP = '/proc/sys/kernel/sched_autogroup_enabled';
const sharesAmongSessions =
  process.platform === 'linux' && existsSync(AUTOGROUP) && readFileSync(AUTOGROUP, 'utf8').trim() === '1';

it.runIf(sharesAmongSessions)(
  'where sessions share the processors, the run’s comes last, and no other is touched',
  async () => {
    const group = async (pid: number | 'self') => (await readFile(`/proc/${pid}/autogroup`, 'utf8')).trim();
    const own = await group('self');
    const [training, among] = [new Engine('train'), spawn(process.execPath, [ENGINE, 'train', '--stdio'])];
    onTestFinished(() => void among.kill('SIGKILL'));
    await Promise.all([training.next('ready', () => true), once(among.stdout, 'data')]);
    await eventually(async () => expect(await group(training.child.pid!)).toMatch(/ nice 1\d$/));
    expect(await group(among.pid!)).toBe(own);
    expect(await group('self')).toBe(own);
  },
);

it.each([[[]], [['serve']], [['train']]])(
  'started with %j and nobody to talk to, it says how it is started',
  async (args) => {
    const child = spawn(process.execPath, [ENGINE, ...args]);
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(text).toContain('engine.js predict|train');
  },
);
