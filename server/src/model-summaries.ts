import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseModelConfig } from '../../model/src/folder/read-config.ts';
import { isJsonObject } from '../../model/src/json.ts';
import { locateModel } from '../../model/src/locate-model.ts';
import { type ModelSummary, modelSummary } from '../../model/src/model-summary.ts';
import { MOST_OF_CONFIG, readWhole } from '../../model/src/read-whole.ts';

/**
 * What models are, for completing their names: by their configurations and the sizes of their files alone, as there may be many
 * and somebody waits. Each is looked into once, and again when its configuration has changed, or the files that it has.
 */
export class ModelSummaries {
  readonly #known = new Map<string, { readonly changed: string; readonly about: ModelSummary }>();

  /** Undefined for a model whose configuration cannot be read. */
  async of(taskFile: string, model: string): Promise<ModelSummary | undefined> {
    const located = await locateModel(model, dirname(taskFile));
    if (located.kind !== 'folder') return undefined;
    const [folder, config] = await Promise.all([changeOf(located.dir), changeOf(join(located.dir, 'config.json'))]);
    // One that is being fetched has its configuration before its weights.
    const changed = `${folder} ${config}`;
    const known = this.#known.get(located.dir);
    if (known?.changed === changed) return known.about;
    const about = await outlineOf(located.dir);
    if (about !== undefined) this.#known.set(located.dir, { changed, about });
    return about;
  }
}

async function changeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

async function outlineOf(dir: string): Promise<ModelSummary | undefined> {
  try {
    const json: unknown = JSON.parse((await readWhole(join(dir, 'config.json'), MOST_OF_CONFIG)).toString());
    const parsed = isJsonObject(json) ? parseModelConfig(dir, json) : undefined;
    if (parsed?.kind !== 'ok') return undefined;
    return { ...modelSummary(parsed), bytes: await weightBytes(dir) };
  } catch {
    return undefined;
  }
}

async function weightBytes(dir: string): Promise<number | undefined> {
  const names = (await readdir(dir)).filter((name) => /^model.*\.safetensors$/.test(name));
  // As in transformers: a single file goes before shards.
  const weights = names.includes('model.safetensors') ? ['model.safetensors'] : names;
  const sizes = await Promise.all(weights.map(async (name) => (await stat(join(dir, name))).size));
  return sizes.length === 0 ? undefined : sizes.reduce((total, size) => total + size, 0);
}
