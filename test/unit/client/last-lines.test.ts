import { describe, expect, it } from 'vitest';
import { LastLines, tellingLines } from '../../../client/src/engine/last-lines.ts';

it('the newest lines of a log are kept, however many come at once', () => {
  const log = new LastLines(3);
  log.add('a');
  log.add('b\nc\nd');
  expect(log.all()).toEqual(['b', 'c', 'd']);
});

describe('what says most of an end', () => {
  it('are the last warnings, and what a driver has printed itself', () => {
    const log = [
      'warning: old',
      'info: loaded',
      'warning: memory',
      'CUDA error 700',
      'debug: more',
      'info: {"event":"step"}',
    ];
    expect(tellingLines(log)).toBe('warning: memory CUDA error 700');
  });

  it('is the last that was done where there are none, but for events of a run', () => {
    const log = [
      'info: opened',
      'info: loaded',
      'debug: a device',
      'info: {"event":"step"}',
      'info: {"event":"epoch"}',
    ];
    expect(tellingLines(log)).toBe('info: loaded debug: a device');
    expect(tellingLines(['info: {"event":"step"}'])).toBe('');
  });

  it('is shortened where a line is long', () => {
    expect(tellingLines(['x'.repeat(160)])).toBe('x'.repeat(160));
    expect(tellingLines(['x'.repeat(161)])).toBe(`${'x'.repeat(160)}…`);
  });
});
