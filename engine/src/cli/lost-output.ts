import { fileReason } from '../../../model/src/file-reason.ts';
import { endGently } from './interrupt.ts';

/** 128 and the number of SIGPIPE, as shells count; Windows has no such signal. */
const BROKEN_PIPE = 141;

/**
 * Sees to it that the command ends where what it writes is lost, because whoever read it stopped early, as `head` does, or the
 * disk is full. A training run is saved first.
 */
export function watchOutput(): void {
  let told = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // On Windows it is EOF where the reader goes while something is being written.
      if (error.code === 'EPIPE' || error.code === 'EOF') {
        if (endGently(BROKEN_PIPE)) process.exitCode = BROKEN_PIPE;
        else process.exit(process.exitCode ?? 0);
        return;
      }
      // Each line that is lost brings an error.
      if (!told && stream === process.stdout) {
        told = true;
        process.stderr.write(`error: standard output cannot be written: ${fileReason('written', error)}\n`);
      }
      process.exitCode = 1;
      if (!endGently(1)) process.exit();
    });
  }
}
