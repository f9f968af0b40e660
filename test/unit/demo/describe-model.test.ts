import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensureDemoBackbone } from '../../../engine/src/backbone/demo/demo-backbone.ts';
import { type DemoBackbone, locateDemo } from '../../../model/src/demo/demo-folder.ts';
import { type DescribeModelResult, describeModel } from '../../../model/src/describe-model.ts';
import { readModelFacts } from '../../../task/src/node-environment.ts';
import { temporaryFolder, tinyConfig, tinyFolder, tinyTokenizer } from '../model/tiny-folder.ts';

async function tinyDemo(): Promise<DemoBackbone & { cache: string }> {
  const cache = await temporaryFolder();
  const demo = locateDemo('tiny', { cache, states: 'zero' });
  if (typeof demo === 'string') throw new Error(demo);
  return { ...demo, cache };
}

async function description(result: DescribeModelResult) {
  if (result.kind !== 'ok') throw new Error(result.problem);
  const { config, fingerprint, loadTokenizer } = result.model;
  const { hash } = await loadTokenizer();
  return { config, tokenizer: hash, fingerprint };
}

describe('a demo model', () => {
  test('is described from its package as from the folder that is made of it, whose fingerprint alone is not known', async () => {
    const demo = await tinyDemo();
    const before = await description(await describeModel({ kind: 'demo', demo }));
    expect(before.fingerprint).toBeUndefined();

    await ensureDemoBackbone('tiny', { cache: demo.cache, states: 'zero' });
    const after = await description(await describeModel({ kind: 'demo', demo }));
    expect(after.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    expect({ ...after, fingerprint: undefined }).toEqual(before);
  });

  test('whose folder is damaged is described from its package', async () => {
    const demo = await tinyDemo();
    await mkdir(demo.dir);
    await writeFile(join(demo.dir, 'config.json'), '{');
    expect((await describeModel({ kind: 'demo', demo })).kind).toBe('ok');
  });

  test.each(['"two"', '1e12'])(
    'whose package is not what it should be is a problem that names it: %s layers',
    async (layers) => {
      const { source, ...demo } = await tinyDemo();
      const dir = await temporaryFolder();
      await copyFile(join(source.dir, 'tokenizer.json'), join(dir, 'tokenizer.json'));
      const config = await readFile(join(source.dir, 'config.json'), 'utf8');
      await writeFile(
        join(dir, 'config.json'),
        config.replace(/"decoder_layers": *\d+/, `"decoder_layers": ${layers}`),
      );
      const result = await describeModel({ kind: 'demo', demo: { ...demo, dir, source: { ...source, dir } } });
      expect(result).toMatchObject({ kind: 'broken', problem: expect.stringContaining(source.id) });
      expect(result).toMatchObject({ problem: expect.stringContaining("'decoder_layers'") });
    },
  );
});

describe('what the rules are told of a model', () => {
  const facts = (model: string, language: string | null = null) =>
    readModelFacts({ taskFile: '/nowhere/a.ptask.json', model, language });

  test('the length of its prefix depends on the language', async () => {
    expect(await facts('demo-tiny', 'sv')).toMatchObject({ kind: 'ok', maxPositions: 448, prefixTokens: 4 });
    expect(await facts('demo-tiny')).toMatchObject({ kind: 'ok', prefixTokens: 0, addsBos: false });
  });

  test('whether any file of its folder names an end token', async () => {
    const named = async (files: Record<string, object | undefined>) =>
      facts(
        await tinyFolder({
          'tokenizer.json': tinyTokenizer({}),
          ...files,
          'config.json': tinyConfig({ eos_token_id: undefined, ...files['config.json'] }),
        }),
      );
    expect(await named({})).toMatchObject({ kind: 'ok', hasEnd: false });
    for (const files of [
      { 'config.json': { eos_token_id: 1 } },
      { 'generation_config.json': { eos_token_id: [1] } },
      { 'tokenizer_config.json': { eos_token: 'a' } },
      { 'special_tokens_map.json': { eos_token: { content: 'a' } } },
    ]) {
      expect(await named(files), JSON.stringify(files)).toMatchObject({ kind: 'ok', hasEnd: true });
    }
  });

  test('a tokeniser that cannot be used makes a model that cannot be opened', async () => {
    const dir = await tinyFolder({ 'tokenizer.json': new TextEncoder().encode('{') });
    expect(await facts(dir)).toMatchObject({ kind: 'not-found', reason: expect.stringContaining('tokenizer.json') });
  });

  test('a folder that is missing or lacks files is told with what is missing', async () => {
    expect(await facts('/no/such/folder')).toMatchObject({
      kind: 'not-found',
      missing: [],
      absent: expect.stringMatching(/^there is no model folder/),
    });
    expect(await facts(await tinyFolder({ 'config.json': undefined }))).toEqual({
      kind: 'not-found',
      missing: ['config.json'],
      isLocalFolder: true,
    });
  });
});
