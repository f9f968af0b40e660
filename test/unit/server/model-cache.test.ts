import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelCache } from '../../../server/src/model-cache.ts';
import type { ModelFacts } from '../../../task/src/environment.ts';
import { readModelFacts } from '../../../task/src/node-environment.ts';
import { tinyFolder, tinyTokenizer } from '../model/tiny-folder.ts';

const reference = (model: string, language: string | null = null) => ({
  taskFile: '/project/a.ptask.json',
  model,
  language,
});

function tokenizerOf(facts: ModelFacts) {
  return facts.kind === 'ok' ? facts.tokenizer : undefined;
}

describe('a model', () => {
  it('is opened once, however often and at whatever time it is asked for', async () => {
    const [cache, dir] = [new ModelCache(async () => {}), await tinyFolder()];
    const facts = await Promise.all([cache.facts(reference(dir)), cache.facts(reference(dir))]);
    const later = await cache.facts(reference(dir, 'sv'));
    expect(tokenizerOf(later)).toBeDefined();
    for (const earlier of facts) expect(tokenizerOf(earlier)).toBe(tokenizerOf(later));
  });

  it('is opened again when one of its files has been changed', async () => {
    const [cache, dir] = [new ModelCache(async () => {}), await tinyFolder()];
    expect((await cache.facts(reference(dir))).kind).toBe('ok');
    await writeFile(join(dir, 'config.json'), '{');
    expect(await cache.facts(reference(dir))).toMatchObject({ kind: 'not-found', reason: expect.any(String) });
  });

  it('is opened again when a file of the same size has another time', async () => {
    const [cache, dir] = [new ModelCache(async () => {}), await tinyFolder()];
    const before = tokenizerOf(await cache.facts(reference(dir)));
    await writeFile(join(dir, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
    await utimes(join(dir, 'tokenizer.json'), 1, 1);
    expect(tokenizerOf(await cache.facts(reference(dir)))).not.toBe(before);
  });

  it('is forgotten for others that have been asked for since', async () => {
    const cache = new ModelCache(async () => {});
    const dirs = await Promise.all(Array.from({ length: 4 }, () => tinyFolder()));
    const ask = async (dir: string) => tokenizerOf(await cache.facts(reference(dir)));
    const [first, second] = [await ask(dirs[0]!), await ask(dirs[1]!)];
    await ask(dirs[2]!);
    expect(await ask(dirs[0]!)).toBe(first);
    await ask(dirs[3]!);
    expect(await ask(dirs[0]!)).toBe(first);
    expect(await ask(dirs[1]!)).not.toBe(second);
  });

  it.each(['none', 'demo-small', 'demo-tiny'])('%s is what the command line is told', async (model) => {
    const [facts, expected] = [
      await new ModelCache(async () => {}).facts(reference(model, 'sv')),
      await readModelFacts(reference(model, 'sv')),
    ];
    expect(JSON.stringify(facts)).toBe(JSON.stringify(expected));
  });
});
