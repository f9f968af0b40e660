import { afterEach, expect, it, vi } from 'vitest';
import { Output } from '../../../engine/src/cli/output.ts';
import { StatusLine } from '../../../engine/src/cli/status-line.ts';
import { Progress } from '../../../engine/src/progress.ts';

afterEach(() => vi.restoreAllMocks());

it('a name steers no terminal, wherever it is shown', () => {
  const written: string[] = [];
  const stream = { isTTY: false, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
  vi.spyOn(process.stdout, 'write').mockImplementation(stream.write);
  vi.spyOn(process.stderr, 'write').mockImplementation(stream.write);
  // It would set the title of the window, go to the line's beginning and write in red.
  const name = 'a\x1b]0;title\x07\r\x9b31mb\n\tc';
  const output = new Output();
  output.text(name);
  output.note(name);
  new Progress(stream).print(name);
  new StatusLine(stream).show(name);
  expect(written).toEqual(Array(4).fill('a␛]0;title␇␍\ufffd31mb\n\tc\n'));
});
