import { t } from '../../l10n/src/words.ts';
import type { DemoBackbone } from './demo/demo-folder.ts';
import { readWhisperDecoder } from './demo/whisper-decoder.ts';
import { isRefused, refusal } from './file-reason.ts';
import { parseModelConfig } from './folder/read-config.ts';
import type { LocatedModel } from './locate-model.ts';
import { type ModelFolder, type OpenModelOptions, type OpenModelResult, openModelFolder } from './model-folder.ts';

/** What can be said of a model whose weights may not have been made yet. */
export interface ModelDescription extends Pick<ModelFolder, 'config' | 'loadTokenizer'> {
  /** Undefined for a demo backbone that nothing has asked for yet. */
  readonly fingerprint: string | undefined;
}

export type DescribeModelResult =
  | { readonly kind: 'ok'; readonly model: ModelDescription }
  | Exclude<OpenModelResult, { kind: 'ok' }>;

/**
 * Opens a model as far as it can be without making anything.
 * @param options.breathe as that of `openModelFolder`
 */
export async function describeModel(
  located: Exclude<LocatedModel, { kind: 'not-found' }>,
  options: Pick<OpenModelOptions, 'breathe'> = {},
): Promise<DescribeModelResult> {
  if (located.kind === 'folder') return openModelFolder(located.dir, options);
  const made = await openModelFolder(located.demo.dir, options);
  // A damaged folder is made again when its weights are asked for.
  return made.kind === 'ok' ? made : describeDemo(located.demo, options.breathe);
}

async function describeDemo(
  { source, states }: DemoBackbone,
  breathe: OpenModelOptions['breathe'],
): Promise<DescribeModelResult> {
  try {
    const { config, tokenizer } = await readWhisperDecoder(source, states, breathe);
    const parsed = parseModelConfig(source.dir, config);
    if (parsed.kind !== 'ok') return parsed;
    const loadTokenizer = async () => tokenizer;
    return { kind: 'ok', model: { config: parsed.config, loadTokenizer, fingerprint: undefined } };
  } catch (error) {
    const problem = t('the package {0} cannot be used: {1}', source.id, refusal(error));
    return { kind: 'broken', problem, ...(isRefused(error) && { isTransient: true }) };
  }
}
