import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { t } from '../../../l10n/src/words.ts';
import type { EngineErrorData } from '../../../protocol/src/engine.ts';
import { asPtaskError, BusyError, PtaskError } from '../errors.ts';
import { ProblemsFound } from '../problems-found.ts';
import { Cancelled } from './cancelled.ts';

/** What LSP answers to a request that was withdrawn. */
const REQUEST_CANCELLED = -32800;

/** An error as it crosses the border of the process: one line for the user, and what kind of fault it is. */
export function responseError(thrown: unknown): ResponseError<EngineErrorData> {
  const error = asPtaskError(thrown);
  if (error instanceof Cancelled) return new ResponseError(REQUEST_CANCELLED, error.message, { kind: 'cancelled' });
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const details = stack === undefined ? {} : { details: stack };
  if (error instanceof ProblemsFound) {
    return new ResponseError(error.exitCode, message, { kind: 'problems', problems: error.problems });
  }
  if (error instanceof PtaskError) {
    const kind = error instanceof BusyError ? 'busy' : error.exitCode === 1 ? 'input' : 'engine';
    return new ResponseError(error.exitCode, message, kind === 'engine' ? { kind, ...details } : { kind });
  }
  return new ResponseError(ErrorCodes.InternalError, t('internal error: {0}', message.split('\n')[0]!), {
    kind: 'internal',
    ...details,
  });
}
