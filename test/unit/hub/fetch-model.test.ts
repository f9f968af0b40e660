import { mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchModel } from '../../../engine/src/hub/fetch-model.ts';
import { cachedModelFolder } from '../../../model/src/hub-cache.ts';
import { openModelFolder } from '../../../model/src/model-folder.ts';
import { HAS_LINKS } from '../has-links.ts';
import { failure, hub, ID, textOf, tinyModel, tree, WEIGHTS } from './fetching.ts';
import {
  COMMIT,
  compress,
  cutAfter,
  type Fault,
  garble,
  gitSha1,
  ignoreRange,
  otherRange,
  redirect,
  refuse,
  sendInstead,
  sha256,
} from './hub-server.ts';

const BLOB = `models--owner--tiny/blobs/${sha256(WEIGHTS)}`;
const HALF = Math.floor(WEIGHTS.length / 2);
const cutInHalf = cutAfter(HALF);

describe('a model', () => {
  it.runIf(HAS_LINKS)(
    'is fetched into the cache as Hugging Face’s programs lay it out, without what is not needed',
    async () => {
      const { fetch, cacheFolder } = await hub();
      const folder = await fetch();
      const { files } = tinyModel();
      expect(await tree(cacheFolder)).toEqual(
        [
          BLOB,
          `models--owner--tiny/blobs/${gitSha1(files['config.json']!)}`,
          `models--owner--tiny/blobs/${gitSha1(files['tokenizer.json']!)}`,
          'models--owner--tiny/refs/main',
          ...['config.json', 'model.safetensors', 'tokenizer.json'].map(
            (name) => `models--owner--tiny/snapshots/${COMMIT}/${name} →`,
          ),
        ].sort(),
      );
      expect(await readlink(join(folder, 'model.safetensors'))).toBe(`../../blobs/${sha256(WEIGHTS)}`);
      expect(await textOf(join(cacheFolder, 'models--owner--tiny/refs/main'))).toBe(COMMIT);
      expect(await cachedModelFolder(ID, { HF_HUB_CACHE: cacheFolder })).toBe(folder);
      expect((await openModelFolder(folder)).kind).toBe('ok');
    },
  );

  it('has its size told before, and its progress on the way', async () => {
    const { plan, fetch, progress } = await hub(
      tinyModel({ gated: 'auto', told: { config: { model_type: 'gpt2' }, safetensors: { total: 1234 } } }),
    );
    const planned = await plan();
    const { bytes } = planned;
    expect(planned).toMatchObject({ missingBytes: bytes, gated: true, architecture: 'gpt2', parameters: 1234 });
    expect(planned.files.map(({ path }) => path)).toEqual(['config.json', 'tokenizer.json', 'model.safetensors']);
    await fetch();
    const present = progress.map((state) => state.present);
    expect(present).toEqual(present.toSorted((a, b) => a - b));
    expect(present.at(-1)).toBe(bytes);
  });

  it('that is there is not fetched again', async () => {
    const { plan, fetch, server } = await hub();
    const folder = await fetch();
    const before = server.asked('hub').length;
    expect((await plan()).missingBytes).toBe(0);
    expect(await fetch()).toBe(folder);
    expect(server.asked('hub')).toHaveLength(before);
  });

  it('that is there needs a cache that can be read, and no more', async () => {
    const { fetch, cacheFolder } = await hub();
    const folder = await fetch();
    await rm(join(cacheFolder, '.locks'), { recursive: true });
    await writeFile(join(cacheFolder, '.locks'), 'no folder');
    expect(await fetch()).toBe(folder);
    await writeFile(join(cacheFolder, 'models--owner--tiny/refs/main'), 'another');
    await expect(fetch()).rejects.toThrow('cannot be written');
  });

  it('shares contents that another commit of it has', async () => {
    const { fetch, cacheFolder, server } = await hub();
    await mkdir(join(cacheFolder, BLOB, '..'), { recursive: true });
    await writeFile(join(cacheFolder, BLOB), WEIGHTS);
    const folder = await fetch();
    expect(server.asked('store')).toEqual([]);
    expect(await readFile(join(folder, 'model.safetensors'))).toEqual(WEIGHTS);
  });

  it.each([true, false])('may have one content under two names (links: %s)', async (symlinks) => {
    const { files } = tinyModel();
    const twice = { ...files, 'special_tokens_map.json': '{}', 'added_tokens.json': '{}' };
    const { fetch, server } = await hub(tinyModel({ files: twice }), { symlinks });
    const folder = await fetch();
    expect(await textOf(join(folder, 'special_tokens_map.json'))).toBe('{}');
    expect(await textOf(join(folder, 'added_tokens.json'))).toBe('{}');
    expect(server.asked('hub').filter((name) => /special|added/.test(name))).toHaveLength(1);
  });

  it('is there as plain files where links cannot be made, and is known again', async () => {
    const { fetch, cacheFolder, plan } = await hub(tinyModel(), { symlinks: false });
    const folder = await fetch();
    expect((await tree(cacheFolder)).filter((path) => path.endsWith('→') || path.includes('blobs'))).toEqual([]);
    expect((await openModelFolder(folder)).kind).toBe('ok');
    expect((await plan()).missingBytes).toBe(0);
  });

  it('in shards comes with all of them', async () => {
    const { files } = tinyModel();
    const { 'model.safetensors': weights, ...others } = files;
    const sharded = {
      ...others,
      'model.safetensors.index.json': '{}',
      'model-00001-of-00002.safetensors': 'one',
      'model-00002-of-00002.safetensors': 'two',
      'consolidated.safetensors': weights!,
    };
    const { plan } = await hub(tinyModel({ files: sharded }));
    expect((await plan()).files.map(({ path }) => path)).toEqual([
      'config.json',
      'tokenizer.json',
      'model.safetensors.index.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ]);
  });

  it('that has been renamed is followed', async () => {
    const { fetch, server } = await hub();
    server.misbehave('api/models', redirect(`/api/models/${ID}/revision/main?blobs=true`));
    await expect(fetch()).resolves.toContain(COMMIT);
  });

  it('comes from a mirror whose address has a path', async () => {
    const { options, plan, server } = await hub();
    const settings = { ...options.settings, endpoint: `${server.url}/mirror` };
    server.misbehave(
      '/mirror',
      ...Array.from({ length: 3 }, () => redirect(`${server.url}/${ID}/resolve/${COMMIT}/config.json`)),
    );
    const planned = await plan();
    const only = { ...planned, files: planned.files.filter(({ path }) => path === 'config.json') };
    await expect(fetchModel(only, { ...options, settings })).resolves.toBe(planned.folder);
    expect(server.seen.some(({ path }) => path === `/mirror/${ID}/resolve/${COMMIT}/config.json`)).toBe(true);
  });
});

describe('a connection that is cut', () => {
  it('is taken up where it was left', async () => {
    const { fetch, server, pauses, cacheFolder } = await hub();
    server.misbehave('store', cutInHalf);
    const folder = await fetch();
    expect(await readFile(join(folder, 'model.safetensors'))).toEqual(WEIGHTS);
    expect(server.seen.filter(({ host }) => host === 'store').map(({ headers }) => headers.range)).toEqual([
      undefined,
      `bytes=${HALF}-`,
    ]);
    expect(pauses).toEqual([1]);
    expect((await tree(cacheFolder)).filter((path) => path.includes('incomplete'))).toEqual([]);
  });

  it('ends the fetch when nothing more comes, and a later one goes on from there', async () => {
    const { fetch, server, pauses, plan, cacheFolder } = await hub();
    server.misbehave('store', cutInHalf, ...Array.from({ length: 4 }, () => refuse(503)));
    const error = await failure(fetch());
    expect(error.reason).toBe('unreachable');
    expect(pauses).toEqual([1, 2, 4, 8]);
    expect(await cachedModelFolder(ID, { HF_HUB_CACHE: cacheFolder })).toBeUndefined();
    const { bytes, missingBytes } = await plan();
    expect(missingBytes).toBe(WEIGHTS.length - HALF);
    expect(bytes).toBeGreaterThan(missingBytes);
    await fetch();
    expect(server.seen.at(-1)!.headers.range).toBe(`bytes=${HALF}-`);
  });

  it('is taken up by a server that knows no ranges, from the beginning', async () => {
    const { fetch, server } = await hub();
    server.misbehave('store', cutInHalf, ignoreRange);
    expect(await readFile(join(await fetch(), 'model.safetensors'))).toEqual(WEIGHTS);
  });

  it('that is cut again after it began anew leaves only what has come since', async () => {
    const { fetch, server, plan } = await hub();
    const anewAndCut: Fault = (request, response, next) =>
      ignoreRange(request, response, () => cutAfter(10)(request, response, next));
    server.misbehave('store', cutInHalf, anewAndCut, ...Array.from({ length: 4 }, () => refuse(503)));
    await failure(fetch());
    // What came right before the cut may be lost with it.
    expect((await plan()).missingBytes).toBeGreaterThanOrEqual(WEIGHTS.length - 10);
  });

  it('is taken up by a server that refuses the range, from the beginning', async () => {
    const { fetch, server } = await hub();
    server.misbehave('store', cutInHalf, refuse(416));
    expect(await readFile(join(await fetch(), 'model.safetensors'))).toEqual(WEIGHTS);
  });

  it('is taken up by a server that sends another part than was asked for, from the beginning', async () => {
    const { fetch, server } = await hub();
    server.misbehave('store', cutInHalf, otherRange(HALF + 10));
    expect(await readFile(join(await fetch(), 'model.safetensors'))).toEqual(WEIGHTS);
    expect(server.seen.filter(({ host }) => host === 'store').map(({ headers }) => headers.range)).toEqual([
      undefined,
      // What was asked for, which the server reads as another.
      `bytes=${HALF + 10}-`,
      undefined,
    ]);
  });

  it('is taken up by a server that packs what it sends, from the beginning', async () => {
    const { fetch, server } = await hub();
    server.misbehave('store', cutAfter(300), ...Array.from({ length: 6 }, () => compress));
    expect(await readFile(join(await fetch(), 'model.safetensors'))).toEqual(WEIGHTS);
  });

  it('by a server that knows no ranges, each time somewhere else, is given up', async () => {
    const { fetch, server } = await hub();
    const cut =
      (bytes: number): Fault =>
      (request, response, next) =>
        ignoreRange(request, response, () => cutAfter(bytes)(request, response, next));
    // Of the first bytes there are more at each other time than at the time before.
    server.misbehave('store', ...Array.from({ length: 40 }, (_, i) => cut(i % 2 ? 2000 : 1000)));
    expect(await failure(fetch())).toMatchObject({ reason: 'unreachable' });
    expect(server.asked('store').length).toBeLessThan(10);
  });

  it('by a server that then knows no range at all is given up', async () => {
    const { fetch, server } = await hub();
    const noRange: Fault = (_, response) => response.writeHead(416).end('no such range');
    server.misbehave('store', cutInHalf, ...Array.from({ length: 40 }, () => noRange));
    expect((await failure(fetch())).message).toContain('(status 416)');
  });

  it('by a network that wants a login first keeps what is there', async () => {
    const { fetch, server, plan } = await hub();
    server.misbehave('store', cutInHalf, ...Array.from({ length: 4 }, () => sendInstead('<html>Log in</html>')));
    expect((await failure(fetch())).message).toBe('model.safetensors is shorter than the hub says');
    expect((await plan()).missingBytes).toBe(WEIGHTS.length - HALF);
    await fetch();
    expect(server.seen.at(-1)!.headers.range).toBe(`bytes=${HALF}-`);
  });
});

describe('a content that is not what the hub says', () => {
  it('is fetched once more', async () => {
    const { fetch, server } = await hub();
    server.misbehave('store', garble);
    expect(await readFile(join(await fetch(), 'model.safetensors'))).toEqual(WEIGHTS);
  });

  it.each(['store', 'config.json'])(
    'ends the fetch where it comes twice, and leaves nothing behind (%s)',
    async (part) => {
      const { fetch, server, cacheFolder } = await hub();
      server.misbehave(part, garble, garble);
      const error = await failure(fetch());
      expect(error).toMatchObject({ reason: 'checksum' });
      expect(error.message).toContain(part === 'store' ? 'model.safetensors' : 'config.json');
      const paths = await tree(cacheFolder);
      expect(paths.filter((path) => /snapshots|refs/.test(path))).toEqual([]);
      if (part === 'store') expect(paths).not.toContain(BLOB);
    },
  );

  it('and is of an earlier attempt is fetched anew', async () => {
    const { fetch, cacheFolder } = await hub();
    await mkdir(join(cacheFolder, BLOB, '..'), { recursive: true });
    await writeFile(join(cacheFolder, `${BLOB}.ptask.incomplete`), Buffer.alloc(HALF, 7));
    expect(await readFile(join(await fetch(), 'model.safetensors'))).toEqual(WEIGHTS);
  });

  it('and says that it is longer is not fetched', async () => {
    const { fetch, server, progress, plan } = await hub();
    const others = (await plan()).bytes - WEIGHTS.length;
    const longer: Fault = (_, response) => {
      response.writeHead(200, { 'content-length': WEIGHTS.length + 1 }).write(WEIGHTS.subarray(0, HALF));
    };
    server.misbehave('store', ...Array.from({ length: 5 }, () => longer));
    expect((await failure(fetch())).message).toBe('model.safetensors is longer than the hub says');
    expect(progress.at(-1)!.present).toBe(others);
  });

  it('and is longer is not taken', async () => {
    const shorter = (file: Record<string, unknown>) =>
      file.rfilename === 'config.json' ? { ...file, size: Number(file.size) - 1 } : file;
    const { fetch } = await hub(tinyModel({ list: shorter }));
    expect((await failure(fetch())).message).toContain('config.json is longer than the hub says');
  });
});

describe('a fetch', () => {
  it('can be ended at any time, and goes on later', async () => {
    const { fetch, server, cacheFolder, plan } = await hub();
    const controller = new AbortController();
    server.misbehave('store', cutInHalf);
    const pause = async () => controller.abort(new Error('that is enough'));
    await expect(fetch({ signal: controller.signal, pause })).rejects.toThrow('that is enough');
    expect(await cachedModelFolder(ID, { HF_HUB_CACHE: cacheFolder })).toBeUndefined();
    expect((await plan()).missingBytes).toBe(WEIGHTS.length - HALF);
    await fetch();
    expect(server.seen.at(-1)!.headers.range).toBe(`bytes=${HALF}-`);
  });

  it('waits for another one of the same model, and then has nothing to do', async () => {
    const { fetch, server } = await hub();
    expect(await Promise.all([fetch(), fetch(), fetch()])).toHaveLength(3);
    expect(server.asked('store')).toHaveLength(1);
    expect(server.asked('hub').toSorted()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  });

  it('takes away what one of another commit has left', async () => {
    const { fetch, cacheFolder } = await hub();
    const blobs = join(cacheFolder, BLOB, '..');
    await mkdir(blobs, { recursive: true });
    await writeFile(join(blobs, 'abc.ptask.incomplete'), 'left');
    await writeFile(join(blobs, 'abc.incomplete'), 'of another program');
    await fetch();
    expect((await tree(blobs)).filter((path) => path.includes('incomplete'))).toEqual(['abc.incomplete']);
  });

  it('says so where the disk has no room, before anything is fetched', async () => {
    const huge = (file: Record<string, unknown>) =>
      file.lfs ? { ...file, lfs: { ...(file.lfs as object), size: 10 ** 15 } } : file;
    const { fetch, server } = await hub(tinyModel({ list: huge }));
    const error = await failure(fetch());
    expect(error.reason).toBe('disk');
    expect(error.message).toContain('1000 TB are to be fetched');
    expect(server.asked('hub')).toEqual([]);
  });

  it('says so where the cache cannot be written', async () => {
    const { options, fetch, cacheFolder } = await hub();
    await rm(cacheFolder, { recursive: true });
    await writeFile(cacheFolder, 'a file');
    await expect(fetch(options)).rejects.toThrow(/cannot be written/);
  });

  it('is refused in a few words for a model of a type with a long name', async () => {
    const { plan } = await hub(tinyModel({ told: { config: { model_type: 'bert'.repeat(10_000) } } }));
    expect((await failure(plan())).message.length).toBeLessThan(1500);
  });

  it('is not made in offline mode', async () => {
    const { plan, server } = await hub(tinyModel(), { offline: true });
    expect(await failure(plan())).toMatchObject({ reason: 'offline' });
    expect(server.seen).toEqual([]);
  });
});
