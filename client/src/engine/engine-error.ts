import type { EngineErrorKind } from '../../../protocol/src/engine.ts';
import type { Translate } from '../texts.ts';

/** A request that the engine refused or could not answer. The message is one line for the user. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly kind: EngineErrorKind;

  constructor(message: string, kind: EngineErrorKind) {
    super(message);
    this.kind = kind;
  }
}

/** The user has not allowed that the engine is told of a task file. */
export class NotAllowed extends EngineError {}

/** The engine's process ended while an answer was awaited. */
export class EngineDied extends Error {
  override readonly name = 'EngineDied';
  /** How it ended, such as `SIGKILL` or `exit code 3`. */
  readonly how: string;
  /** The last lines that it wrote to its log. */
  readonly lines: readonly string[];

  constructor(how: string, lines: readonly string[]) {
    super(`the engine ended: ${how}`);
    this.how = how;
    this.lines = lines;
  }

  /** How it ended, in the user's language. */
  ending(t: Translate): string {
    if (PAGE_LOST.includes(this.how))
      return t('a file that was in use, such as the model, was cut short, or its disk failed');
    const code = /^exit code (.*)$/.exec(this.how)?.[1];
    return code === undefined ? this.how : t('exit code {0}', code);
  }
}

/** How the system ends a process that reads what has gone from a mapped file: Windows by STATUS_IN_PAGE_ERROR. */
const PAGE_LOST: readonly string[] = ['SIGBUS', `exit code ${0xc0000006}`];

/** Why a request failed, for the user, in their language. */
export function reasonOf(error: unknown, t: Translate): string {
  if (error instanceof EngineDied) return t('the process that predicts ended: {0}', error.ending(t));
  return error instanceof Error ? error.message : String(error);
}
