/* An engine that gives its process id as the folder of a run: at once, or after a while for one that is asked slowly. It dies of training. */
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
connection.onRequest('runs', async ({ folders: [how] }) => {
  if (how === 'slow') await new Promise((resolve) => setTimeout(resolve, 300));
  return { runs: [{ dir: String(process.pid) }] };
});
connection.onRequest('train', () => process.exit(3));
connection.onNotification('exit', () => process.exit());
connection.listen();
process.on('disconnect', () => process.exit());
