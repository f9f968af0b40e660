import { t } from '../../../l10n/src/words.ts';
import { SUPPORTED_MODEL_TYPES } from '../architectures/index.ts';
import { short } from '../shown.ts';

/** Why a folder is no model; `problem` is the whole story in one line, to be shown to the user. */
export type Failure = (
  | { readonly kind: 'not-found'; readonly missing: readonly string[]; readonly problem: string }
  | {
      readonly kind: 'unsupported';
      readonly modelType: string;
      readonly supported: readonly string[];
      readonly reason: string;
      readonly problem: string;
    }
  | { readonly kind: 'broken'; readonly problem: string }
) & {
  /** It may be over the next time, though no file has changed. */
  readonly isTransient?: true;
};

/** Carries a failure out of nested reads, to where the folder is opened. */
export class Stop extends Error {
  readonly result: Failure;
  constructor(result: Failure, options?: ErrorOptions) {
    const problem = short(result.problem);
    super(problem, options);
    this.result = { ...result, problem };
  }
}

/** @param cause what the system said */
export function broken(dir: string, problem: string, cause?: unknown): Stop {
  return new Stop({ kind: 'broken', problem: t('model folder {0}: {1}', dir, problem) }, { cause });
}

export function notFound(dir: string, missing: readonly string[], hint = ''): Stop {
  return new Stop({
    kind: 'not-found',
    missing,
    problem: `${t('the model folder {0} lacks {1}', dir, missing.join(` ${t('and')} `))}${hint}`,
  });
}

/** @param reason what the model has that is not supported */
export function unsupported(modelType: string, reason: string, problem: string): Stop {
  return new Stop({ kind: 'unsupported', modelType, supported: SUPPORTED_MODEL_TYPES, reason, problem });
}

/** Of a model of a supported type. @param reason as that of `unsupported` */
export function cannotRun(dir: string, modelType: string, reason: string): Stop {
  return unsupported(modelType, reason, t('the {0} model in {1} cannot be run: it has {2}', modelType, dir, reason));
}
