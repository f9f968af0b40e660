import { ChatEncoder } from '../../model/src/chat/chat-encoder.ts';
import type { DescribeModelResult, ModelDescription } from '../../model/src/describe-model.ts';
import { ModelFolderError } from '../../model/src/folder/read-tokenizer.ts';
import type { LocatedModel } from '../../model/src/locate-model.ts';
import { modelSummary } from '../../model/src/model-summary.ts';
import { promptPrefixText } from '../../model/src/prompt-prefix.ts';
import { TokenizerGivenUp } from '../../model/src/tokenizer/patience.ts';
import type { Tokenizer } from '../../model/src/tokenizer.ts';
import type { ModelFacts } from './environment.ts';

/**
 * What the rules need to know of a model that has been opened. Its tokeniser is read.
 * @param language as the task file has it
 * @param located where it was opened, for those who offer to fetch what is missing
 */
export async function modelFacts(
  opened: DescribeModelResult,
  language: string | null,
  located?: LocatedModel,
): Promise<ModelFacts> {
  if (opened.kind === 'not-found') {
    const isLocal = located?.kind === 'folder' && !located.isFetched;
    return { kind: 'not-found', missing: [...opened.missing], ...(isLocal ? { isLocalFolder: true } : {}) };
  }
  if (opened.kind === 'unsupported') {
    const { modelType, supported, reason } = opened;
    return { kind: 'unsupported', modelType, supported: [...supported], reason };
  }
  if (opened.kind === 'broken') return { kind: 'not-found', missing: [], reason: opened.problem };
  const { model } = opened;
  try {
    return usableModel(factsOf(model, await model.loadTokenizer(), language));
  } catch (error) {
    if (!(error instanceof ModelFolderError || error instanceof TokenizerGivenUp)) throw error;
    return { kind: 'not-found', missing: [], reason: error.message };
  }
}

/** A model whose tokeniser has been given up since it was opened is as one that cannot be opened. */
export function usableModel(facts: ModelFacts): ModelFacts {
  const reason = facts.kind === 'ok' ? facts.tokenizer?.givenUp?.() : undefined;
  return reason === undefined ? facts : { kind: 'not-found', missing: [], reason };
}

function factsOf(model: ModelDescription, tokenizer: Tokenizer, language: string | null): ModelFacts {
  const { maxPositions, prefix } = model.config;
  return {
    kind: 'ok',
    maxPositions,
    tokenizer,
    ...chatFacts(tokenizer),
    ...(prefix ? { languages: [...prefix.languages] } : {}),
    prefixTokens: prefixIds(model, tokenizer, language).length,
    addsBos: tokenizer.addsBos,
    hasEnd: tokenizer.eosId !== undefined,
    fingerprint: model.fingerprint,
    about: modelSummary(model),
  };
}

function chatFacts(tokenizer: Tokenizer): Pick<ModelFacts & { kind: 'ok' }, 'chat'> {
  const reading = tokenizer.chat?.();
  if (reading === undefined) return {};
  return {
    chat: reading.kind === 'ok' ? new ChatEncoder(reading.frame, tokenizer) : { unusable: reading.reason },
  };
}

/** Ids that the model wants in front of every prompt. */
export function prefixIds(
  { config }: Pick<ModelDescription, 'config'>,
  tokenizer: Tokenizer,
  language: string | null,
): number[] {
  const prefix = promptPrefixText(config.prefix, language ?? undefined);
  // A missing or unknown language is one of the rules' problems, at its place in the file.
  return 'text' in prefix ? tokenizer.encodeSpecial(prefix.text) : [];
}
