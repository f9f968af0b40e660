import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { StatusLine } from '../../../engine/src/cli/status-line.ts';
import {
  formatBar,
  formatDuration,
  formatLoss,
  formatPlainLine,
  formatProgressLine,
  Pace,
  Progress,
  type ProgressState,
  progressStream,
} from '../../../engine/src/progress.ts';

const state: ProgressState = {
  epoch: 2,
  epochs: 20,
  step: 30,
  steps: 120,
  loss: 1.2345,
  rowsPerSecond: 87.6,
  secondsLeft: 185,
};

describe('formatting', () => {
  it('writes durations in their two largest units', () => {
    const seconds = [0, 0.2, 42, 60, 185, 3599.5, 7620, 86_400 * 4 + 3 * 3600 + 59];
    expect(seconds.map(formatDuration)).toEqual(['0s', '1s', '42s', '1m 00s', '3m 05s', '1h 00m', '2h 07m', '4d 03h']);
  });

  it('fills a bar by the fraction done, and never more than it', () => {
    expect(formatBar(0.5, 8)).toBe('████░░░░');
    fc.assert(
      fc.property(fc.double(), fc.nat(40), (fraction, width) => {
        expect(formatBar(fraction, width)).toHaveLength(width);
      }),
    );
    expect(formatBar(0.999, 10)).toBe('█████████░');
    expect(formatBar(1, 10)).toBe('██████████');
  });

  it('writes a loss with the digits that matter', () => {
    expect([134.2, 2.314, 0.04123, 0.0000123, 0, Number.NaN].map(formatLoss)).toEqual([
      '134',
      '2.31',
      '0.0412',
      '1.23e-5',
      '0',
      'NaN',
    ]);
  });

  it('shows bar, epoch, loss, speed and time left in one line', () => {
    expect(formatProgressLine(state, 100)).toBe(
      '██████░░░░░░░░░░░░░░░░░░ 25%  epoch 2/20  loss 1.23  88 rows/s  3m 05s left',
    );
    expect(formatPlainLine(state)).toBe('step 30/120  epoch 2/20  loss 1.23  88 rows/s  3m 05s left');
    expect(formatPlainLine({ ...state, secondsLeft: undefined })).not.toContain('left');
  });

  it('never fills a terminal’s last column, however narrow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(1000), (columns, step) => {
        expect(formatProgressLine({ ...state, step, steps: 1000 }, columns).length).toBeLessThan(columns);
      }),
    );
    expect(formatProgressLine(state, 30)).toBe('epoch 2/20  loss 1.23');
  });
});

describe('Pace', () => {
  it('knows nothing before two marks', () => {
    const pace = new Pace();
    expect([pace.rowsPerSecond, pace.secondsLeft(10)]).toEqual([0, undefined]);
    pace.mark(0, 0, 5);
    expect([pace.rowsPerSecond, pace.secondsLeft(10)]).toEqual([0, undefined]);
  });

  it('gives speed and time left of an even run', () => {
    const pace = new Pace();
    for (let step = 0; step <= 10; step++) pace.mark(step, step * 8, 100 + step * 0.5);
    expect(pace.rowsPerSecond).toBeCloseTo(16, 9);
    expect(pace.secondsLeft(40)).toBeCloseTo(15, 9);
    expect(pace.secondsLeft(10)).toBe(0);
  });

  it('forgets how it was long ago', () => {
    const pace = new Pace(10);
    for (let second = 0; second <= 100; second++) pace.mark(second, second, second);
    for (let second = 101; second <= 120; second++) pace.mark(100 + (second - 100) * 4, second, second);
    expect(pace.secondsLeft(220)).toBeCloseTo(10, 9);
  });
});

describe('Progress', () => {
  function record(isTTY: boolean) {
    let time = 0;
    const written: string[] = [];
    const stream = { isTTY, columns: 100, write: (text: string) => written.push(text) };
    const progress = new Progress(stream, () => time);
    return { progress, written, wait: (ms: number) => (time += ms) };
  }

  it('goes to standard error, as to a file where a terminal can redraw no line', () => {
    expect(progressStream('xterm-256color')).toBe(process.stderr);
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const dumb = progressStream('dumb');
    dumb.write('epoch 1\n');
    expect(written).toHaveBeenCalledExactlyOnceWith('epoch 1\n');
    expect(dumb.isTTY).toBeUndefined();
    written.mockRestore();
  });

  it('redraws one line on a terminal, not at every step, and always at the last', () => {
    const { progress, written, wait } = record(true);
    for (let step = 1; step <= 120; step++) {
      progress.update({ ...state, step });
      wait(10);
    }
    expect(written.length).toBe(13);
    for (const text of written) {
      expect(text.startsWith('\r\x1b[2K')).toBe(true);
      expect(text).not.toContain('\n');
    }
    expect(written.at(-1)).toContain('100%');
  });

  it('is drawn on a terminal that does not know its width, too', () => {
    const written: string[] = [];
    const stream = { isTTY: true, columns: 0, write: (text: string) => written.push(text) };
    new Progress(stream).update(state);
    new StatusLine(stream).show('half of it');
    expect(written[0]).toContain('loss');
    expect(written[1]).toContain('half of it');
  });

  it('takes the line away before another is printed, and draws it again at once', () => {
    const { progress, written } = record(true);
    progress.update(state);
    progress.print('epoch 2 done');
    progress.update(state);
    progress.done();
    progress.done();
    expect(written.slice(1, 3)).toEqual(['\r\x1b[2K', 'epoch 2 done\n']);
    expect(written.slice(4)).toEqual(['\r\x1b[2K']);
  });

  it('writes plain lines elsewhere: at each epoch and every ten seconds, with no control characters', () => {
    const { progress, written, wait } = record(false);
    for (let step = 0; step < 100; step++) {
      progress.update({ ...state, step, epoch: 1 + Math.floor(step / 50) });
      wait(300);
    }
    progress.print('done');
    progress.done();
    expect(written.length).toBe(5);
    expect(written.map((text) => /epoch (\d)/.exec(text)?.[1])).toEqual(['1', '1', '2', '2', undefined]);
    for (const text of written) expect(text).toMatch(/^[\x20-\x7e]+\n$/);
  });
});
