import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DescribeModelResult, describeModel } from '../../model/src/describe-model.ts';
import { type LocatedModel, locateModel } from '../../model/src/locate-model.ts';
import type { ModelFacts, ModelReference } from '../../task/src/environment.ts';
import { modelFacts } from '../../task/src/model-facts.ts';

/** A tokeniser takes some tens of megabytes. */
const MOST_MODELS = 3;

interface Remembered {
  /** What the folder's files were like when the model was opened. */
  readonly stamp: string;
  readonly opened: Promise<DescribeModelResult>;
}

/** Opens models once, and again when one of their files has another size or time of change. */
export class ModelCache {
  /** By folder, the one that was asked for last at the end. */
  readonly #models = new Map<string, Remembered>();
  readonly #breathe: () => Promise<void>;

  /** @param breathe is called every few milliseconds while a model is opened, and resolves when others have had the thread */
  constructor(breathe: () => Promise<void>) {
    this.#breathe = breathe;
  }

  async facts({ taskFile, model, language }: ModelReference): Promise<ModelFacts> {
    const located = await locateModel(model, dirname(taskFile));
    if (located.kind === 'not-found') return { kind: 'not-found', missing: [], absent: located.problem };
    return modelFacts(await this.#opened(located), language, located);
  }

  async #opened(located: Exclude<LocatedModel, { kind: 'not-found' }>): Promise<DescribeModelResult> {
    const folders = located.kind === 'demo' ? [located.demo.dir, located.demo.source.dir] : [located.dir];
    const [folder] = folders;
    const stamp = (await Promise.all(folders.map(stampOf))).join('\n');
    const known = this.#models.get(folder!);
    this.#models.delete(folder!);
    const current =
      known?.stamp === stamp ? known : { stamp, opened: describeModel(located, { breathe: this.#breathe }) };
    this.#models.set(folder!, current);
    for (const oldest of this.#models.keys()) {
      if (this.#models.size <= MOST_MODELS) break;
      this.#models.delete(oldest);
    }
    const opened = await current.opened;
    if (opened.kind !== 'ok' && opened.isTransient && this.#models.get(folder!) === current)
      this.#models.delete(folder!);
    return opened;
  }
}

/** Names, sizes and times of change of a model folder's files. */
async function stampOf(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const stamps = names
    .filter((name) => /\.(json|safetensors|model|jinja)$|^merges\.txt$/.test(name))
    .sort()
    .map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return `${name}:${found?.size}:${found?.mtimeMs}`;
    });
  return (await Promise.all(stamps)).join();
}
