import { expect, it } from 'vitest';
import { EngineDied, EngineError, reasonOf } from '../../../client/src/engine/engine-error.ts';
import { english } from './texts.ts';

it('why a request failed is said in words of the window, also where its process ended', () => {
  const shouted = (text: string, ...values: (string | number)[]) => english.t(text, ...values).toUpperCase();
  expect(reasonOf(new EngineDied('exit code 3', []), shouted)).toBe('THE PROCESS THAT PREDICTS ENDED: EXIT CODE 3');
  // The engine speaks the user's language itself.
  expect(reasonOf(new EngineError('ingen sådan fil', 'input'), shouted)).toBe('ingen sådan fil');
});

it.each(['SIGBUS', 'exit code 3221225478'])(
  'a process that %s ended is said to have lost a file, which it means',
  (how) => {
    expect(reasonOf(new EngineDied(how, []), english.t)).toBe(
      'the process that predicts ended: a file that was in use, such as the model, was cut short, or its disk failed',
    );
  },
);
