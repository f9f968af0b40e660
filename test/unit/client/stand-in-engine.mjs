/*
 * An engine that gives its process id as the folder of a run: at once, or after a while for one that is asked slowly. It predicts
 * what it was asked, and dies of training.
 */
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, ResponseError } from 'vscode-jsonrpc/node';

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
connection.onRequest('runs', async ({ folders: [how] }, token) => {
  if (how === 'slow') await new Promise((resolve) => setTimeout(resolve, 300));
  if (token.isCancellationRequested) throw new ResponseError(-32800, 'withdrawn', { kind: 'cancelled' });
  return { runs: [{ dir: String(process.pid) }] };
});
connection.onRequest('predict', (params) => params);
connection.onRequest('train', () => {
  process.stderr.write('a line\nno memory', () => process.exit(3));
  return new Promise(() => undefined);
});
connection.onNotification('exit', () => process.exit());
connection.listen();
process.on('disconnect', () => process.exit());
