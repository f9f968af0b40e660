import { renameSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadReference } from '../../../bench/gpt2-reference.ts';
import { backboneOf } from '../../../engine/src/backbone/backbone.ts';
import {
  DemoBackboneError,
  ensureDemoBackbone,
  makeDemoBackbone,
} from '../../../engine/src/backbone/demo/demo-backbone.ts';
import { normalValues } from '../../../engine/src/prompt/initial-values.ts';
import { Random } from '../../../engine/src/random.ts';
import { BackboneStep } from '../../../engine/src/train/backbone-step.ts';
import { type DemoBackbone, locateDemo } from '../../../model/src/demo/demo-folder.ts';
import { findWhisperPackage } from '../../../model/src/demo/packages.ts';
import { type ModelFolder, openModelFolder } from '../../../model/src/model-folder.ts';
import { promptPrefixText } from '../../../model/src/prompt-prefix.ts';
import type { Tokenizer } from '../../../model/src/tokenizer.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';
import { floatDecoderLogits } from './float-decoder.ts';

let cache: string;
let model: ModelFolder;
let tokenizer: Tokenizer;

async function openTiny(dir: string): Promise<ModelFolder> {
  const opened = await openModelFolder(dir);
  if (opened.kind !== 'ok') throw new Error(opened.problem);
  return opened.model;
}

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'ptask-demo-'));
  model = await openTiny(await ensureDemoBackbone('tiny', { cache }));
  tokenizer = await model.loadTokenizer();
}, 60_000);

afterAll(() => rm(cache, { recursive: true, force: true }));

function prefix(language: string): number[] {
  const result = promptPrefixText(model.config.prefix, language);
  if ('problem' in result) throw new Error(result.problem);
  return tokenizer.encodeSpecial(result.text);
}

test('the folder is a GPT-2 of the decoder size', () => {
  expect(model.config).toMatchObject({
    modelType: 'gpt2',
    vocabSize: 51865,
    hidden: 384,
    layers: 4,
    heads: 6,
    inner: 1536,
    maxPositions: 448,
    activation: 'gelu',
    tied: true,
    eosId: tokenizer.tokenId('<|endoftext|>'),
  });
});

test('the prefix of a language is four special tokens', () => {
  expect(prefix('sv').map((id) => tokenizer.tokenText(id))).toEqual([
    '<|startoftranscript|>',
    '<|sv|>',
    '<|transcribe|>',
    '<|notimestamps|>',
  ]);
  expect(model.config.prefix?.languages).toEqual(expect.arrayContaining(['en', 'sv', 'da', 'no', 'fi']));
  expect(model.config.prefix?.languages).toHaveLength(99);
});

test('Swedish text comes back through the tokeniser, after the prefix', () => {
  const text = ' Räksmörgåsen på Åsögatan kostade 95 kronor – billigt, tyckte hon!';
  expect(tokenizer.decode([...prefix('sv'), ...tokenizer.encode(text)])).toBe(text);
});

// The golden models have random weights, which 8 bits harm less than learned ones.
test('a step in 8 bits has nearly the gradient of one in float32', async () => {
  const backbone = backboneOf(model);
  const { hidden } = model.config;
  const random = Random.fromSeed(5);
  const virtual = new Map([['task', normalValues(random, 10 * hidden, 0.02)]]);
  const rows = [
    'Vinsten ökade kraftigt: positiv',
    'Bolaget varnar för förlust: negativ',
    'Stämman hålls i maj: neutral',
  ];
  const batch = rows.map((text) => {
    const words = tokenizer.encode(` ${text}`);
    const ids = Int32Array.from([...prefix('sv'), ...Array.from({ length: 10 }, (_, i) => -1 - i), ...words]);
    return { taskname: 'task', row: { ids, firstTarget: ids.length - 2 } };
  });
  const [expected, found] = await Promise.all(
    (['float32', 'int8'] as const).map(async (precision) => {
      const step = new BackboneStep(backbone, { precision });
      const { dVirtual } = await step.run(batch, virtual);
      await step.release();
      return dVirtual.get('task')!;
    }),
  );
  const apart = found!.map((value, i) => value - expected![i]!);
  expect(Math.hypot(...apart) / Math.hypot(...expected!)).toBeLessThan(0.2);
});

test.each(['<|endoftext|>', '<|sv|>', '<|0.00|>'])('%s in data stays text', (text) => {
  const ids = tokenizer.encode(text);
  expect(ids.length).toBeGreaterThan(1);
  expect(tokenizer.decode(ids)).toBe(text);
});

test('with the encoder states at zero, the folder says what the decoder that it came from says', async () => {
  const zero = await openTiny(await ensureDemoBackbone('tiny', { cache, states: 'zero' }));
  const ids = [...prefix('en'), ...tokenizer.encode(' The weather in Stockholm is')];
  const ours = (await loadReference(zero))(ids);
  const theirs = await floatDecoderLogits(findWhisperPackage('tiny')!.decoder, ids);
  const difference = ours.map((logits, t) =>
    logits.reduce((highest, logit, id) => Math.max(highest, Math.abs(logit - theirs[t]![id]!)), 0),
  );
  expect(Math.max(...difference)).toBeLessThan(1e-3);
  expect(zero.fingerprint).not.toBe(model.fingerprint);
});

describe('the folder in the cache', () => {
  test('is made once', async () => {
    const lines: string[] = [];
    const before = await stat(join(model.dir, 'model.safetensors'));
    expect(await ensureDemoBackbone('tiny', { cache, report: (line) => lines.push(line) })).toBe(model.dir);
    expect((await stat(join(model.dir, 'model.safetensors'))).ino).toBe(before.ino);
    expect(lines).toEqual([]);
  });

  test('is made again when it is damaged, and is the same again', async () => {
    const lines: string[] = [];
    const dir = await ensureDemoBackbone('tiny', { cache, states: 'zero' });
    const { fingerprint } = await openTiny(dir);
    await truncate(join(dir, 'model.safetensors'), 1000);
    await ensureDemoBackbone('tiny', { cache, states: 'zero', report: (line) => lines.push(line) });
    expect((await openTiny(dir)).fingerprint).toBe(fingerprint);
    expect(lines).toHaveLength(1);
    expect((await readdir(cache)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('that is damaged and that another process has made again meanwhile stays', async () => {
    const dir = await ensureDemoBackbone('tiny', { cache, states: 'zero' });
    const sound = `${dir}-sound`;
    await rename(dir, sound);
    await mkdir(dir);
    const { ino } = await stat(join(sound, 'model.safetensors'));
    const report = () => {
      rmSync(dir, { recursive: true });
      renameSync(sound, dir);
    };
    await ensureDemoBackbone('tiny', { cache, states: 'zero', report });
    expect((await stat(join(dir, 'model.safetensors'))).ino).toBe(ino);
  });

  test('is used without what a process that was killed has left of it', async () => {
    const left = `${model.dir}.4711-0123abcd.tmp`;
    const recent = `${model.dir}.4712-0123abcd.tmp`;
    for (const folder of [left, recent]) await mkdir(folder);
    await utimes(left, new Date(0), new Date(0));
    await ensureDemoBackbone('tiny', { cache });
    const names = await readdir(cache);
    expect(names).not.toContain(basename(left));
    // It may be of a process on another machine that shares the folder.
    expect(names).toContain(basename(recent));
    await rmdir(recent);
  });

  test('that is damaged stays where no other can be made in its place', async () => {
    const dir = await ensureDemoBackbone('tiny', { cache, states: 'zero' });
    const demo = locateDemo('tiny', { cache, states: 'zero' }) as DemoBackbone;
    const weights = join(dir, 'model.safetensors');
    await truncate(weights, 1000);
    const source = { ...demo.source, dir: join(cache, 'nowhere') };
    await expect(makeDemoBackbone({ ...demo, source })).rejects.toThrow(/nowhere.config\.json: there is no such file/);
    expect((await stat(weights)).size).toBe(1000);
  });

  test('that cannot be written is a clear error', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const made = ensureDemoBackbone('tiny', { cache: join(file, 'models') });
    await expect(made).rejects.toThrow(DemoBackboneError);
    await expect(made).rejects.toThrow(/demo-tiny.*: a part of its path is a file, not a folder \(.*PTASK_CACHE/);
  });
});
