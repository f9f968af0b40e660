import { expect, it } from 'vitest';
import { BusyError, DivergedError, EngineError, FileError, InputError } from '../../../engine/src/errors.ts';
import { ProblemsFound } from '../../../engine/src/problems-found.ts';
import { Cancelled } from '../../../engine/src/process/cancelled.ts';
import { responseError } from '../../../engine/src/process/response-error.ts';
import { TokenizerGivenUp } from '../../../model/src/tokenizer/patience.ts';
import type { Problem } from '../../../protocol/src/problem.ts';

const problem: Problem = {
  file: 'a.ptask.json',
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
  severity: 'error',
  code: 'split-sum',
  message: 'no',
};

it.each([
  ['problems', new ProblemsFound([problem]), 'nothing was run: 1 error'],
  ['busy', new BusyError('this run is going on'), 'this run is going on'],
  ['input', new InputError('no such task'), 'no such task'],
  ['input', FileError.from('a.json', 'read', Object.assign(new Error(), { code: 'ENOENT' })), 'a.json: cannot be read'],
  ['input', new DivergedError(3), 'training diverged'],
  ['input', new TokenizerGivenUp('tokenizer.json took long', 'far'), 'model folder far: tokenizer.json took long'],
  ['engine', new EngineError('no session'), 'no session'],
  ['cancelled', new Cancelled(), 'the request was cancelled'],
  ['internal', new TypeError('x is undefined\nand more'), 'internal error: x is undefined'],
  ['internal', 'thrown as it is', 'internal error: thrown as it is'],
])('a fault of the kind %s is told in one line', (kind, error, message) => {
  const response = responseError(error);
  expect(response.data?.kind).toBe(kind);
  expect(response.message).toContain(message);
  expect(response.message).not.toContain('\n');
});

it('problems go with it, and a stack trace only where the user is not at fault', () => {
  expect(responseError(new ProblemsFound([problem])).data).toEqual({ kind: 'problems', problems: [problem] });
  expect(responseError(new InputError('no')).data).toEqual({ kind: 'input' });
  expect(responseError(new EngineError('no')).data?.details).toMatch(/\n\s+at /);
  expect(responseError(new TypeError('no')).data?.details).toMatch(/\n\s+at /);
});
