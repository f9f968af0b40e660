import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { summaryOf } from '../../model/src/list-models.ts';
import { locateModel } from '../../model/src/locate-model.ts';
import type { ModelSummary } from '../../model/src/model-summary.ts';

/** What models are, for completing their names: each is looked into once, and again when its configuration has changed. */
export class ModelSummaries {
  readonly #known = new Map<string, { readonly changed: number; readonly about: ModelSummary }>();

  /** Undefined for a model that cannot be used. */
  async of(taskFile: string, model: string): Promise<ModelSummary | undefined> {
    const located = await locateModel(model, dirname(taskFile));
    if (located.kind !== 'folder') return undefined;
    const changed = (await stat(join(located.dir, 'config.json')).catch(() => undefined))?.mtimeMs ?? 0;
    const known = this.#known.get(located.dir);
    if (known?.changed === changed) return known.about;
    const about = await summaryOf(located.dir, dirname(taskFile));
    if (typeof about === 'string') return undefined;
    this.#known.set(located.dir, { changed, about });
    return about;
  }
}
