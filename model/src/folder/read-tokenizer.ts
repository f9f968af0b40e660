import { join } from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import type { ModelConfig } from '../architectures/index.ts';
import { refusal } from '../file-reason.ts';
import { MOST_OF_CONFIG, MOST_OF_TOKENIZER } from '../read-whole.ts';
import { openTokenizer, TOKENIZER_FILES, type Tokenizer } from '../tokenizer.ts';
import { broken, notFound } from './failure.ts';
import { exists, readJson, readJsonIfThere, readPart } from './files.ts';

const MERGES = 'merges.txt';
const CHAT_TEMPLATE = 'chat_template.jinja';

/** A file of the model folder that cannot be used. The message names it. */
export class ModelFolderError extends Error {
  override readonly name = 'ModelFolderError';
}

/** Which of a folder's files holds its tokeniser. */
export async function tokenizerFile(dir: string): Promise<(typeof TOKENIZER_FILES)[number] | undefined> {
  for (const name of TOKENIZER_FILES) {
    if ((await exists(join(dir, name))) && (name !== 'vocab.json' || (await exists(join(dir, MERGES))))) return name;
  }
  return undefined;
}

/** @throws ModelFolderError when it is missing, malformed or does not fit the model */
export async function readTokenizer(
  dir: string,
  config: ModelConfig,
  breathe: () => Promise<void>,
): Promise<Tokenizer> {
  try {
    const name = await tokenizerFile(dir);
    if (name === undefined) throw notFound(dir, [TOKENIZER_FILES[0]]);
    const { tokenizer_class } = await readJson(dir, 'config.json');
    const tokenizerConfig = await readJsonIfThere(dir, 'tokenizer_config.json');
    const specialTokensMap = await readJsonIfThere(dir, 'special_tokens_map.json');
    const addedTokensFile = name === 'tokenizer.json' ? undefined : await readJsonIfThere(dir, 'added_tokens.json');
    const { bosId, eosId } = config;
    const hasChat = await exists(join(dir, CHAT_TEMPLATE));
    const files = {
      tokenizer: await readPart(dir, name, MOST_OF_TOKENIZER),
      ...(hasChat ? { chatTemplate: (await readPart(dir, CHAT_TEMPLATE, MOST_OF_CONFIG)).toString() } : {}),
      name,
      folder: dir,
      ...(name === 'vocab.json' ? { merges: await readPart(dir, MERGES, MOST_OF_TOKENIZER) } : {}),
      config: { tokenizer_class, ...tokenizerConfig },
      modelVocabSize: config.vocabSize,
      ...(specialTokensMap ? { specialTokensMap } : {}),
      ...(addedTokensFile ? { addedTokensFile } : {}),
      ...(bosId === undefined ? {} : { bosId }),
      ...(eosId === undefined ? {} : { eosId }),
    };
    const result = await openTokenizer(files, breathe);
    if (result.kind === 'broken') throw broken(dir, result.problem);
    const { tokenizer } = result;
    if (tokenizer.vocabSize > config.vocabSize) {
      const id = tokenizer.vocabSize - 1;
      throw broken(
        dir,
        t(
          "{0} does not fit the model: its token '{1}' has id {2}, but the model has {3} tokens",
          name,
          String(tokenizer.tokenText(id)),
          id,
          config.vocabSize,
        ),
      );
    }
    return tokenizer;
  } catch (error) {
    throw new ModelFolderError(refusal(error), { cause: error });
  }
}
