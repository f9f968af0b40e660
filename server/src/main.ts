import {
  type ConnectionStrategy,
  createConnection,
  LSPErrorCodes,
  Message,
  type ResponseMessage,
} from 'vscode-languageserver/node';
import { describeError } from './describe-error.ts';
import { startServer } from './server.ts';
import { keepHeapSmall } from './small-heap.ts';
import { Turns } from './turns.ts';

/*
 * The language server as a program. Its arguments say how it is talked to: `--stdio`, or `--node-ipc` by VS Code. It ends
 * with the process whose id the editor gives, with its input, or when it is told to.
 */

/** A request that is cancelled before its turn is not begun at all. */
const strategy: ConnectionStrategy = {
  cancelUndispatched(message): ResponseMessage | undefined {
    if (!Message.isRequest(message)) return undefined;
    return { jsonrpc: '2.0', id: message.id, error: { code: LSPErrorCodes.RequestCancelled, message: 'cancelled' } };
  },
};

keepHeapSmall();
const turns = new Turns();
const connection = createConnection({ connectionStrategy: strategy, messageStrategy: turns });
turns.answerOn(connection);
// The library ends the program with its standard input, but not with this channel.
process.on('disconnect', () => process.exit(1));
process.on('unhandledRejection', (error) => connection.console.error(describeError(error)));
// The page is packaged with the program, so that a link to it needs no network.
startServer(connection, {
  rulesPage: new URL('../docs/rules.md', import.meta.url).href,
  bundles: new URL('../l10n/', import.meta.url),
  onBegin: () => turns.begin(),
});
connection.listen();
