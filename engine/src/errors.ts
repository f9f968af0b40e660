import { t } from '../../l10n/src/words.ts';
import { type FileAction, fileReason } from '../../model/src/file-reason.ts';
import { TokenizerGivenUp } from '../../model/src/tokenizer/patience.ts';

/** 1: what the user gave is at fault, or something they can put right; 3: the engine failed. */
export type ErrorExitCode = 1 | 3;

/** An error whose message is meant for the user: it says what is wrong and where, and is shown without a stack trace. */
export class PtaskError extends Error {
  override readonly name: string = 'PtaskError';
  readonly exitCode: ErrorExitCode;

  constructor(message: string, exitCode: ErrorExitCode, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Something that the user gave cannot be used as it is. */
export class InputError extends PtaskError {
  override readonly name: string = 'InputError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, 1, options);
  }
}

/** What is thrown by `model`, which knows nothing of exit codes, as an error of this file where it is one for the user. */
export function asPtaskError(error: unknown): unknown {
  return error instanceof TokenizerGivenUp ? new InputError(error.message, { cause: error }) : error;
}

/** What was asked for is being done by another process already. */
export class BusyError extends InputError {
  override readonly name: string = 'BusyError';
}

/** The engine, the runtime under it or the device failed. */
export class EngineError extends PtaskError {
  override readonly name: string = 'EngineError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, 3, options);
  }
}

/** The loss or its gradient stopped being a number; parameters of an earlier step are still good. */
export class DivergedError extends PtaskError {
  override readonly name: string = 'DivergedError';
  /** The step, from 1 as in a run's events, that gave the first bad number. */
  readonly step: number;

  constructor(step: number, quantity = t('the loss')) {
    super(t('training diverged: {0} is not a finite number at step {1}; try a lower learning rate', quantity, step), 1);
    this.step = step;
  }
}

/** A file cannot be read or written, or does not hold what it should. */
export class FileError extends InputError {
  override readonly name: string = 'FileError';
  readonly path: string;
  /** The system's own code, such as ENOSPC, where the system refused. */
  readonly code: string | undefined;

  constructor(path: string, message: string, options?: ErrorOptions & { code?: string | undefined }) {
    super(`${path}: ${message}`, options);
    this.path = path;
    this.code = options?.code;
  }

  /** What a failed call of `node:fs` means in plain words. A FileError stays as it is. */
  static from(path: string, action: FileAction, cause: unknown): FileError {
    if (cause instanceof FileError) return cause;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    return new FileError(path, CANNOT[action](fileReason(action, cause)), { cause, code });
  }
}

const CANNOT: Readonly<Record<FileAction, (why: string) => string>> = {
  read: (why) => t('cannot be read: {0}', why),
  written: (why) => t('cannot be written: {0}', why),
  locked: (why) => t('cannot be locked: {0}', why),
};
