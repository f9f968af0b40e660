import { SPLITS } from '../../../../task/src/data-facts.ts';
import type { Ask } from './ask.ts';
import { type Offer, snippetOffer } from './offer.ts';
import { filesBelow, isMeantFor } from './paths.ts';
import { type TaskFileDefaults, taskFileSnippet } from './templates.ts';

/** A whole task file for a text that has nothing in it yet, with the data files that lie beside it. */
export async function taskFileOffers(ask: Ask): Promise<Offer[]> {
  if (ask.cursor.inString) return [];
  const files = await filesBelow(ask, '.jsonl');
  const defaults: TaskFileDefaults = {};
  for (const { split, key } of SPLITS) {
    const file = files.find((path) => isMeantFor(key, path));
    if (file !== undefined) defaults[split] = file;
  }
  return [snippetOffer(taskFileSnippet(defaults), '{')];
}
