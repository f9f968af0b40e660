import { afterEach, expect, it, vi } from 'vitest';
import { Interrupt } from '../../../engine/src/cli/interrupt.ts';
import { watchOutput } from '../../../engine/src/cli/lost-output.ts';

const before = [process.stdout, process.stderr].map((stream) => stream.listeners('error'));
afterEach(() => {
  process.exitCode = undefined;
  for (const [i, stream] of [process.stdout, process.stderr].entries()) {
    for (const listener of stream.listeners('error')) {
      if (!before[i]!.includes(listener)) stream.off('error', listener as () => void);
    }
  }
});

/** What is heard where nobody reads the output any more: on Windows either. */
it.each(['EPIPE', 'EOF'])('a run is ended gently where nobody reads what it says any more: %s', (code) => {
  watchOutput();
  const first = vi.fn();
  const interrupt = new Interrupt(first);
  const complaints = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  process.stdout.emit('error', Object.assign(new Error(`write ${code}`), { code }));
  expect(complaints).not.toHaveBeenCalled();
  complaints.mockRestore();
  expect(first).toHaveBeenCalledOnce();
  expect(interrupt.exitCode).toBe(141);
  interrupt.dispose();
});
