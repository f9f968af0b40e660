import { copyFile, mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expanded } from '../../../model/src/expanded-path.ts';
import { homeFolder } from '../../../model/src/home-folder.ts';
import { cachedModelFolder, cachedModels, hubCacheFolder } from '../../../model/src/hub-cache.ts';
import { isHubId } from '../../../model/src/hub-id.ts';
import { locateModel } from '../../../model/src/locate-model.ts';
import { openModelFolder } from '../../../model/src/model-folder.ts';
import { readModelFacts } from '../../../task/src/node-environment.ts';
import { HAS_LINKS } from '../has-links.ts';
import { temporaryFolder, tinyFolder } from './tiny-folder.ts';

afterEach(() => vi.unstubAllEnvs());

/** A cache with a model in it, as Hugging Face's own programs lay it out: files are links into `blobs`, where there are links. */
async function cacheWith(id: string, commits: readonly string[], main?: string): Promise<string> {
  const cache = await temporaryFolder();
  const model = join(cache, `models--${id.replace('/', '--')}`);
  await mkdir(join(model, 'blobs'), { recursive: true });
  await mkdir(join(model, 'refs'));
  if (main !== undefined) await writeFile(join(model, 'refs/main'), main);
  for (const [i, commit] of commits.entries()) {
    const snapshot = join(model, 'snapshots', commit);
    await mkdir(snapshot, { recursive: true });
    const files = await tinyFolder();
    for (const name of await readdir(files)) {
      await copyFile(join(files, name), join(model, 'blobs', `${commit}-${name}`));
      if (HAS_LINKS) await symlink(`../../blobs/${commit}-${name}`, join(snapshot, name));
      else await copyFile(join(files, name), join(snapshot, name));
    }
    await utimes(snapshot, 1000 + i, 1000 + i);
  }
  return cache;
}

describe('a model in the cache', () => {
  it.runIf(HAS_LINKS)('is found by its id, at the commit that was fetched last, and opens as it is', async () => {
    const cache = await cacheWith('owner/tiny', ['aaa', 'bbb'], 'aaa\n');
    vi.stubEnv('HF_HUB_CACHE', cache);
    const dir = join(cache, 'models--owner--tiny/snapshots/aaa');
    expect(await locateModel('owner/tiny', await temporaryFolder())).toEqual({ kind: 'folder', dir, isFetched: true });
    const opened = await openModelFolder(dir);
    if (opened.kind !== 'ok') throw new Error(opened.problem);
    // The runtime follows no link out of its folder, so a weight is named by the file that the link leads to.
    const files = new Set([...opened.model.weights.values()].map(({ file }) => file));
    expect([...files]).toEqual([join(cache, 'models--owner--tiny/blobs/aaa-model.safetensors')]);
  });

  it('is the newest, where nothing says which commit is meant', async () => {
    const HF_HUB_CACHE = await cacheWith('gpt2', ['aaa', 'bbb']);
    expect(await cachedModelFolder('gpt2', { HF_HUB_CACHE })).toBe(join(HF_HUB_CACHE, 'models--gpt2/snapshots/bbb'));
  });

  it('gives way to a folder of the same name beside the task file', async () => {
    vi.stubEnv('HF_HUB_CACHE', await cacheWith('gpt2', ['aaa'], 'aaa'));
    const project = await temporaryFolder();
    await mkdir(join(project, 'gpt2'));
    expect(await locateModel('gpt2', project)).toEqual({
      kind: 'folder',
      dir: join(project, 'gpt2'),
      isFetched: false,
    });
  });

  it('of which a part is missing is told from such a folder, which no fetching would complete', async () => {
    const cache = await cacheWith('owner/tiny', ['aaa'], 'aaa');
    vi.stubEnv('HF_HUB_CACHE', cache);
    await rm(join(cache, 'models--owner--tiny/snapshots/aaa/tokenizer.json'));
    const project = await temporaryFolder();
    const facts = () =>
      readModelFacts({ taskFile: join(project, 'a.ptask.json'), model: 'owner/tiny', language: null });
    expect(await facts()).toEqual({ kind: 'not-found', missing: ['tokenizer.json'] });
    await mkdir(join(project, 'owner/tiny'), { recursive: true });
    expect(await facts()).toEqual({
      kind: 'not-found',
      missing: ['config.json', 'model.safetensors', 'tokenizer.json'],
      isLocalFolder: true,
    });
  });

  it('is listed', async () => {
    const HF_HUB_CACHE = await cacheWith('owner/tiny', ['aaa']);
    await mkdir(join(HF_HUB_CACHE, 'models--gpt2'));
    await mkdir(join(HF_HUB_CACHE, 'datasets--squad'));
    expect(await cachedModels({ HF_HUB_CACHE })).toEqual(['gpt2', 'owner/tiny']);
  });

  it('is none where there is no cache, or no id', async () => {
    const HF_HUB_CACHE = join(await temporaryFolder(), 'none');
    expect(await cachedModelFolder('gpt2', { HF_HUB_CACHE })).toBeUndefined();
    expect(await cachedModelFolder('../gpt2', { HF_HUB_CACHE })).toBeUndefined();
    expect(await cachedModels({ HF_HUB_CACHE })).toEqual([]);
  });
});

it.each([
  [{ HF_HUB_CACHE: '/a', HF_HOME: '/b' }, '/a'],
  [{ HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
  [{ HF_HOME: '/b' }, join('/b', 'hub')],
  [{ XDG_CACHE_HOME: '/c' }, join('/c', 'huggingface', 'hub')],
  [{ HF_HUB_CACHE: '~/models' }, join(homedir(), 'models')],
  [{ HF_HOME: '$SCRATCH/hf', SCRATCH: '/s' }, join('/s/hf', 'hub')],
  [{ HF_HUB_CACHE: `\${WORK}/$NONE/hub`, WORK: '/w' }, '/w/$NONE/hub'],
  [{}, join(homedir(), '.cache', 'huggingface', 'hub')],
])('with %j the cache is %s', (environment, folder) => {
  expect(hubCacheFolder(environment)).toBe(folder);
});

it('is in the root of the system for a user who has no home folder, as in a container', () => {
  const nobody = () => {
    throw Object.assign(new Error('A system error occurred: uv_os_homedir returned ENOENT'), {
      code: 'ERR_SYSTEM_ERROR',
    });
  };
  expect(homeFolder(nobody)).toBe('/');
  expect(homeFolder(() => '')).toBe('/');
  expect(homeFolder()).toBe(homedir());
});

it('on Windows a variable is written as there, too', () => {
  const environment = { USERPROFILE: 'C:\\Users\\eva', HF: 'hf' };
  expect(expanded('%USERPROFILE%\\$HF', environment, 'win32')).toBe('C:\\Users\\eva\\hf');
  expect(expanded('%NONE%\\100%', environment, 'win32')).toBe('%NONE%\\100%');
  expect(expanded('/data/%HF%', environment, 'linux')).toBe('/data/%HF%');
});

it.each([
  ['gpt2', true],
  ['AI-Sweden-Models/gpt-sw3-126m', true],
  ['a/b/c', false],
  ['./gpt2', false],
  ['a/..', false],
  ['a--b', false],
  ['', false],
])('%j is an id: %s', (text, expected) => {
  expect(isHubId(text)).toBe(expected);
});
