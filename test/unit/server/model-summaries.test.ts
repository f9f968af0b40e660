import { rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelSummaries } from '../../../server/src/model-summaries.ts';
import { TINY, tinyConfig, tinyFolder } from '../model/tiny-folder.ts';

describe('what is said of a model when its name is completed', () => {
  it('is what it is, and again when its configuration has changed', async () => {
    const dir = await tinyFolder();
    const summaries = new ModelSummaries();
    const about = await summaries.of(join(dir, 'a.ptask.json'), dir);
    expect(about).toMatchObject({ architecture: 'gpt2', hidden: TINY.hidden, bytes: expect.any(Number) });
    expect(await summaries.of('/elsewhere/b.ptask.json', dir)).toBe(about);
    await writeFile(join(dir, 'config.json'), JSON.stringify(tinyConfig({ model_type: 'bert' })));
    await utimes(join(dir, 'config.json'), 1, 1);
    expect(await summaries.of('/elsewhere/b.ptask.json', dir)).toBeUndefined();
  });

  it('has the size of weights that come after the configuration', async () => {
    const dir = await tinyFolder();
    const weights = join(dir, 'model.safetensors');
    await rename(weights, join(dir, 'weights.incomplete'));
    await utimes(dir, 1, 1);
    const summaries = new ModelSummaries();
    expect(await summaries.of('/elsewhere/a.ptask.json', dir)).toMatchObject({ bytes: undefined });
    await rename(join(dir, 'weights.incomplete'), weights);
    expect(await summaries.of('/elsewhere/a.ptask.json', dir)).toMatchObject({ bytes: expect.any(Number) });
  });

  it('is nothing of one that is not there', async () => {
    expect(await new ModelSummaries().of('/elsewhere/a.ptask.json', './nowhere')).toBeUndefined();
  });
});
