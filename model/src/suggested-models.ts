import type { ModelSummary } from './model-summary.ts';

/** A model of the Hugging Face hub that is worth a try, with what is known of it before it is fetched. */
export interface SuggestedModel extends Omit<ModelSummary, 'bytes'> {
  readonly id: string;
  /** Of its safetensors on the hub. */
  readonly bytes: number;
  /**
   * Codes of the languages that its makers name, those that it was made for first, and of both kinds of written Norwegian where
   * they name Norwegian; `many` is a hundred or so.
   */
  readonly languages: readonly string[] | 'many';
  /** Users have to accept terms first. */
  readonly gated: boolean;
}

const EUROPEAN = [
  ...['en', 'de', 'es', 'fr', 'it', 'pt', 'pl', 'nl', 'tr', 'sv', 'cs', 'el', 'hu', 'ro', 'fi', 'uk', 'sl', 'sk', 'da'],
  ...['lt', 'lv', 'et', 'bg', 'no', 'nb', 'ca', 'hr', 'ga', 'mt', 'gl', 'zh', 'ru', 'ko', 'ja', 'ar', 'hi'],
];
/** Those of BLOOM's 45 that Qwen 3's makers do not name: in the others the newer model is the better one of that size. */
const AFRICAN = [
  ...['yo', 'ig', 'zu', 'xh', 'rw', 'sn', 'ny', 'st', 'tn', 'ts', 'nso'],
  ...['ak', 'tw', 'bm', 'fon', 'wo', 'ki', 'lg', 'ln', 'rn', 'tum'],
];
/** Those of Granite 3 and of Aya Expanse. */
const TWELVE = ['en', 'de', 'es', 'fr', 'ja', 'pt', 'ar', 'cs', 'it', 'ko', 'nl', 'zh'];
const AYA = [...TWELVE, 'el', 'he', 'hi', 'id', 'fa', 'pl', 'ro', 'ru', 'tr', 'uk', 'vi'];
const NORDIC = ['sv', 'no', 'nb', 'nn', 'da', 'is', 'en'];

/** A step of more than that takes long on a processor. */
const LARGE = 2e9;

/**
 * A few, most of them small enough for a processor, the smallest first. Bytes (to three digits), languages and terms were looked up in stored
 * pages of the hub: each model's own, and of Llama 3.2, which has terms to accept, those of models that hold the same weights. A
 * test holds parameters and bytes against the configurations.
 */
export const SUGGESTED_MODELS: readonly SuggestedModel[] = [
  suggested('HuggingFaceTB/SmolLM2-135M', 'llama', [30, 576, 49_152], 134_515_008, 269e6, ['en']),
  suggested('openai-community/gpt2', 'gpt2', [12, 768, 50_257], 124_439_808, 548e6, ['en']),
  suggested('EleutherAI/pythia-160m', 'gpt_neox', [12, 768, 50_304], 162_322_944, 375e6, ['en']),
  suggested('HuggingFaceTB/SmolLM2-360M', 'llama', [32, 960, 49_152], 361_821_120, 724e6, ['en']),
  suggested('AI-Sweden-Models/gpt-sw3-126m', 'gpt2', [12, 768, 64_000], 135_780_864, 593e6, NORDIC),
  suggested('AI-Sweden-Models/gpt-sw3-356m', 'gpt2', [24, 1024, 64_000], 369_944_576, 1.58e9, NORDIC),
  suggested('AI-Sweden-Models/gpt-sw3-1.3b', 'gpt2', [24, 2048, 64_000], 1_343_868_928, 5.48e9, NORDIC),
  suggested('bigscience/bloom-560m', 'bloom', [24, 1024, 250_880], 559_214_592, 1.12e9, AFRICAN),
  suggested('Qwen/Qwen3-0.6B-Base', 'qwen3', [28, 1024, 151_936], 596_049_920, 1.19e9, 'many'),
  suggested(
    ...(['meta-llama/Llama-3.2-1B', 'llama', [16, 2048, 128_256], 1_235_814_400, 2.47e9] as const),
    ['en', 'de', 'fr', 'it', 'pt', 'hi', 'es', 'th'],
    true,
  ),
  suggested('utter-project/EuroLLM-1.7B-Instruct', 'llama', [24, 2048, 128_000], 1_656_850_432, 3.31e9, EUROPEAN),
  suggested('ibm-granite/granite-3.3-2b-base', 'granite', [40, 2048, 49_152], 2_533_525_504, 5.07e9, TWELVE),
  suggested(...(['HuggingFaceTB/SmolLM3-3B-Base', 'smollm3', [36, 2048, 128_256], 3_075_098_624, 6.15e9] as const), [
    'en',
    'fr',
    'es',
    'de',
    'it',
    'pt',
  ]),
  suggested('CohereLabs/aya-expanse-8b', 'cohere', [32, 4096, 256_000], 8_028_033_024, 16.1e9, AYA, true),
  suggested('swiss-ai/Apertus-8B-2509', 'apertus', [32, 4096, 131_072], 8_053_338_176, 16.1e9, 'many', true),
];

function suggested(
  id: string,
  architecture: string,
  [layers, hidden, vocabulary]: readonly [layers: number, hidden: number, vocabulary: number],
  parameters: number,
  bytes: number,
  languages: SuggestedModel['languages'],
  gated = false,
): SuggestedModel {
  return { id, architecture, layers, hidden, vocabulary, parameters, bytes, languages, gated };
}

/**
 * Those that know a language, such as `sv` or `pt-BR`: large ones last, made for a few languages before made for many, and the
 * smallest first. All of them where no language is given.
 */
export function suggestedFor(language: string | null): SuggestedModel[] {
  const code = language?.toLowerCase().split(/[-_]/)[0];
  const known = SUGGESTED_MODELS.filter(
    ({ languages }) => code === undefined || languages === 'many' || languages.includes(code),
  );
  if (code === undefined) return known;
  const isLarge = ({ parameters }: SuggestedModel) => Number(parameters > LARGE);
  return known.toSorted((a, b) => isLarge(a) - isLarge(b) || breadth(a) - breadth(b));
}

function breadth({ languages }: SuggestedModel): number {
  return languages === 'many' ? Number.MAX_VALUE : languages.length;
}
