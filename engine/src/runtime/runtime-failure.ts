import { t } from '../../../l10n/src/words.ts';
import { EngineError } from '../errors.ts';
import { isOutOfMemory } from './out-of-memory.ts';

/** Of weights, which the runtime opens itself, or we look for before it does, and maybe long after the model was checked. */
const WEIGHTS_GONE = /external data|^ENOENT\b/i;

/** Of which there may be a limit, for a user or a container. */
const NO_THREADS = /pthread_create failed/;

/** What the runtime could not do, with what helps; its own words stay in the message, by which memory is told from other things. */
export function runtimeFailure(cause: unknown): EngineError {
  const words = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ').trim();
  const message = isOutOfMemory(cause)
    ? t('there is not enough memory to compute; close other programs, or choose a smaller model or batch: {0}', words)
    : WEIGHTS_GONE.test(words)
      ? t("the model's weights cannot be read any more; put its folder back as it was, and try again: {0}", words)
      : NO_THREADS.test(words)
        ? t(
            'the system lets it start no more threads; raise the limit of processes (ulimit -u), and try again: {0}',
            words,
          )
        : t('ONNX Runtime, which computes, failed: {0}', words);
  return new EngineError(message, { cause });
}
