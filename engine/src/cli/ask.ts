import { createInterface } from 'node:readline';
import { endGently } from './interrupt.ts';

/** As shells count after Ctrl-C, which a terminal that is asked hands over as a key. */
const CTRL_C = 130;

/**
 * A line that the user answers on a terminal; an empty one where there is none, as after Ctrl-D.
 * @throws the signal's reason when it is aborted; Ctrl-C asks for that as it does elsewhere
 */
export async function ask(
  question: string,
  signal: AbortSignal,
  { input, output }: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream },
): Promise<string> {
  signal.throwIfAborted();
  const terminal = createInterface({ input, output, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      const withoutAnswer = (end: () => void) => () => {
        output.write('\n');
        end();
      };
      terminal.once('line', resolve);
      terminal.once(
        'close',
        withoutAnswer(() => resolve('')),
      );
      terminal.on('SIGINT', () => endGently(CTRL_C));
      signal.addEventListener(
        'abort',
        withoutAnswer(() => reject(signal.reason)),
        { once: true },
      );
      terminal.setPrompt(question);
      terminal.prompt();
    });
  } finally {
    terminal.removeAllListeners('close').close();
  }
}
