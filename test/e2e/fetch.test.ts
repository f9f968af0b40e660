import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { FetchingParams } from '../../protocol/src/models.ts';
import { hub, ID, tinyModel, WEIGHTS } from '../unit/hub/fetching.ts';
import { COMMIT, cutAfter, refuse } from '../unit/hub/hub-server.ts';
import { temporaryFolder, tinyFolder } from '../unit/model/tiny-folder.ts';
import { Engine } from './engine.ts';
import { events, ptask } from './ptask.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** A hub, and `ptask fetch` of a model on it into a cache of its own. */
async function fetching(...model: Parameters<typeof hub>) {
  const served = await hub(...model);
  const env = { HF_ENDPOINT: served.server.url, HF_HUB_CACHE: served.cacheFolder, HF_HUB_OFFLINE: '', HF_TOKEN: '' };
  return {
    ...served,
    env,
    run: (args: readonly string[], options: Parameters<typeof ptask>[1] = {}) =>
      ptask(['fetch', ...args], { ...options, env: { ...env, ...options.env } }),
  };
}

describe('ptask fetch', () => {
  it('shows what there is to fetch, and fetches nothing with --dry-run', async () => {
    const { run, server } = await fetching();
    const { code, stdout } = await run([ID, '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^owner\/tiny, main \(0123456789ab\): [\d.]+ kB in 3 files\n {2}config\.json +[\d.]+ bytes\n/,
    );
    expect(server.asked('hub')).toEqual([]);
  });

  it.each([[[]], [['--json']]])(
    'fetches nothing where nobody can be asked, and says what does: %j',
    async (options) => {
      const { run, server } = await fetching();
      const { code, stdout, stderr } = await run([ID, ...options]);
      expect(code).toBe(2);
      expect(stdout).toContain(ID);
      expect(stderr).toContain('nothing was fetched: nobody can be asked here; add --yes to fetch it');
      expect(server.asked('hub')).toEqual([]);
    },
  );

  it('fetches it, so that a task file finds it, and says so the next time', async () => {
    const { run, env, server } = await fetching();
    const first = await run([ID, '--yes']);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain(`A task file uses it with "model": "${ID}"`);
    const bench = ['bench', '--model', ID, '--virtual', '1', '--length', '3', '--batch', '1', '--steps', '1', '--json'];
    expect(await ptask(bench, { env: { ...env, HF_HUB_OFFLINE: '1' } })).toMatchObject({ code: 0 });
    const asked = server.seen.length;
    const second = await run([ID, '--yes']);
    expect(second.stdout).toContain('is there');
    expect(server.seen).toHaveLength(asked + 1);
  });

  it('says that of another revision a task file names the folder, where the id means main', async () => {
    const told = { sha: COMMIT };
    const { run, cacheFolder } = await fetching(tinyModel({ told }));
    await run([ID, '--yes']);
    told.sha = 'f'.repeat(40);
    const { stdout } = await run([ID, '--revision', 'refs/pr/1', '--yes']);
    const folder = path.join(cacheFolder, 'models--owner--tiny/snapshots', told.sha);
    expect(stdout).toContain(`A task file uses it with "model": ${JSON.stringify(folder)}`);
  });

  it('waits for another machine that fetches it, and says what to delete if that is no more', async () => {
    const { run, cacheFolder } = await fetching();
    const lock = path.join(cacheFolder, '.locks/models--owner--tiny/ptask.lock');
    await mkdir(path.dirname(lock), { recursive: true });
    await writeFile(lock, JSON.stringify({ pid: 7, host: 'a container', token: 'x' }));
    const { code, stderr } = await run([ID, '--yes'], {
      watch: (text) => void (text.includes(`delete ${lock})`) && rm(lock, { force: true })),
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^process 7 on a container is fetching it; waiting for its end/m);
  });

  it('says why nothing happens for a moment, and for how long', async () => {
    const { run, server } = await fetching();
    server.misbehave('api/models', refuse(429, { 'retry-after': '1' }));
    server.misbehave('store', refuse(503, { 'retry-after': '5' }));
    const { code, stderr } = await run([ID, '--yes']);
    expect(code).toBe(0);
    expect(stderr).toContain(`${server.url} asks for fewer requests; trying again in 1 s\n`);
    const host = new URL(server.storeUrl).host;
    expect(stderr).toContain(`${host} is out of order (status 503); trying again in 5 s\n`);
  });

  it('tells programs of it with --json', async () => {
    const { run, cacheFolder } = await fetching();
    const told = events((await run([ID, '--json', '--yes'])).stdout);
    const { folder, ...plan } = told[0]!;
    expect(folder).toBe(path.join(cacheFolder, 'models--owner--tiny/snapshots', COMMIT));
    expect(plan).toMatchObject({ event: 'fetch', model: ID, revision: 'main', commit: COMMIT, gated: false });
    expect(told.filter(({ event }) => event === 'fetching').at(-1)).toMatchObject({ present: plan.bytes });
    expect(told.at(-1)).toEqual({
      event: 'fetched',
      model: ID,
      commit: COMMIT,
      folder,
      architecture: 'gpt2',
      parameters: expect.any(Number),
    });
  });

  // Windows has Ctrl-C of its consoles only: what is sent to a process there ends it.
  it.skipIf(process.platform === 'win32')('ends at Ctrl-C, and goes on from there the next time', async () => {
    const { run, server } = await fetching();
    const half = Math.floor(WEIGHTS.length / 2);
    let stop: () => void = () => undefined;
    server.misbehave('store', cutAfter(half), () => stop());
    const stopped = await run([ID, '--yes'], {
      watch: (_, kill) => {
        stop = () => kill('SIGINT');
      },
    });
    expect(stopped).toMatchObject({ code: 130 });
    expect(stopped.stderr).toContain('the same command goes on from here');
    expect(await run([ID, '--yes'])).toMatchObject({ code: 0 });
    expect(server.seen.at(-1)!.headers.range).toBe(`bytes=${half}-`);
  });

  it.each([
    ['no network where there is to be none', ID, { HF_HUB_OFFLINE: '1' }, 'HF_HUB_OFFLINE is set'],
    ['a model that is not there', 'owner/other', {}, 'has no model owner/other'],
    ['a demo model', 'demo-base', {}, 'comes with ptask'],
    ['a path', './folder', {}, 'is no name of a model on Hugging Face'],
  ])('says why not: %s', async (_, id, env, message) => {
    const { run } = await fetching();
    const { code, stdout, stderr } = await run([id], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('fetches nothing that could not be opened', async () => {
    const { run, server } = await fetching(tinyModel({ told: { config: { model_type: 'bert' } } }));
    const { code, stderr } = await run([ID, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain("of type 'bert'; supported: gpt2");
    expect(server.asked('hub')).toEqual([]);
  });

  it('says where to accept the terms of a gated model', async () => {
    const { run, server } = await fetching(tinyModel({ gated: 'auto' }));
    server.misbehave('resolve', ...Array.from({ length: 3 }, () => refuse(401, { 'x-error-code': 'GatedRepo' })));
    const { code, stderr } = await run([ID, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain(`accept them at ${server.url}/${ID}`);
  });

  it('is wrong without a model', async () => {
    expect(await ptask(['fetch'])).toMatchObject({ code: 2, stderr: expect.stringContaining('which model?') });
  });
});

describe('ptask models', () => {
  it('lists what is there, and what would have to be fetched', async () => {
    const { env, fetch } = await fetching();
    await fetch();
    const { code, stdout } = await ptask(['models', '--language', 'sv'], { env, cwd: await temporaryFolder() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/On this machine:\n.*parameters.*weights.*memory.*step\n/);
    expect(stdout).toMatch(/\n {2}owner\/tiny +gpt2 +0\.00139 M +\d.* kB +\d+ MB +\S+ s\n/);
    expect(stdout).toMatch(/for sv:\n.*\n {2}AI-Sweden-Models\/gpt-sw3-126m +gpt2 +136 M +593 MB/);
    expect(stdout).not.toContain('openai-community/gpt2');
  });

  it('tells programs of each', async () => {
    const { env } = await fetching();
    const folder = await tinyFolder({ 'config.json': { model_type: 'bert' } });
    const told = events((await ptask(['models', folder, '--json'], { env })).stdout);
    expect(told.find(({ source }) => source === 'folder')).toMatchObject({ problem: expect.stringContaining('bert') });
    expect(told.find(({ model }) => model === 'openai-community/gpt2')).toMatchObject({
      event: 'model',
      source: 'suggested',
      architecture: 'gpt2',
      parameters: 124_439_808,
      gated: false,
    });
  });
});

describe('the engine', () => {
  it('says what a model takes, fetches it with progress, and says what it cannot use', async () => {
    const { env, server, cacheFolder } = await fetching();
    const engine = new Engine('predict', env);
    const plan = await engine.request('planFetch', { model: ID });
    expect(plan).toMatchObject({
      page: `${server.url}/${ID}`,
      files: 3,
      missingBytes: plan.bytes,
      gated: false,
      cacheFolder,
    });
    const told: FetchingParams[] = [];
    engine.on('fetching', (params) => told.push(params));
    const reference = path.join(cacheFolder, 'models--owner--tiny/refs/main');
    expect(await engine.request('fetchModel', { token: 'a', model: ID })).toEqual({
      folder: path.join(cacheFolder, 'models--owner--tiny/snapshots', COMMIT),
      reference,
      problem: undefined,
    });
    expect(told.at(-1)).toMatchObject({ token: 'a', present: plan.bytes, bytes: plan.bytes });
    await expect(engine.request('planFetch', { model: 'owner/other' })).rejects.toMatchObject({
      data: { kind: 'input' },
      message: expect.stringContaining('has no model owner/other'),
    });
  });

  it('gives a fetch up when it is withdrawn, and goes on from there', async () => {
    const { env, server } = await fetching();
    const half = Math.floor(WEIGHTS.length / 2);
    const withdrawn = new AbortController();
    server.misbehave('store', cutAfter(half), () => withdrawn.abort());
    const engine = new Engine('predict', env);
    await expect(engine.request('fetchModel', { token: 'a', model: ID }, withdrawn.signal)).rejects.toMatchObject({
      data: { kind: 'cancelled' },
    });
    await engine.request('fetchModel', { token: 'b', model: ID });
    expect(server.seen.at(-1)!.headers.range).toBe(`bytes=${half}-`);
  });

  it('offers the models that are there with what a step takes, and suggests others for the language', async () => {
    const { env, fetch } = await fetching();
    await fetch();
    const folder = await temporaryFolder();
    const taskFile = path.join(folder, 'tasks/news.ptask.json');
    await mkdir(path.join(folder, 'tasks'));
    await mkdir(path.join(folder, 'models/broken'), { recursive: true });
    await writeFile(taskFile, '{ "model": "demo", "language": "sv" }');
    await writeFile(path.join(folder, 'models/broken/config.json'), '{ "model_type": "bert" }');
    await writeFile(path.join(folder, 'models/broken/model.safetensors'), '');
    await writeFile(path.join(folder, 'models/broken/tokenizer.json'), '{}');
    const engine = new Engine('predict', env);
    const { models, ...result } = await engine.request('models', { taskFile, folders: [folder] });
    expect(result).toMatchObject({ current: 'demo-base', language: 'sv', step: { rows: 8, tokensARow: 64 } });
    expect(result.memoryBytes).toBeGreaterThan(2 ** 28);
    const named = (name: string) => models.find((model) => model.name === name)!;
    expect(named('demo-tiny')).toMatchObject({ source: 'demo', about: { architecture: 'gpt2' } });
    expect(named(ID)).toMatchObject({ source: 'hub', about: { architecture: 'gpt2', bytes: expect.any(Number) } });
    expect(named('../models/broken')).toMatchObject({ source: 'folder', problem: expect.stringContaining('bert') });
    const suggested = models.filter(({ source }) => source === 'suggested');
    expect(suggested[0]!.name).toBe('AI-Sweden-Models/gpt-sw3-126m');
    expect(
      suggested.map(({ about }) => about!.secondsPerStep > 0 && about!.memoryBytes > about!.parameters),
    ).not.toContain(false);
  });
});
