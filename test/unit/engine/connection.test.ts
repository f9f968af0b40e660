import { expect, it, vi } from 'vitest';
import type * as JsonRpc from 'vscode-jsonrpc/node';
import { connect } from '../../../engine/src/process/connection.ts';

const made: JsonRpc.MessageConnection[] = [];

vi.mock('vscode-jsonrpc/node', async (original) => {
  const library = await original<typeof JsonRpc>();
  const createMessageConnection = (reader: JsonRpc.MessageReader, writer: JsonRpc.MessageWriter) => {
    const connection = library.createMessageConnection(reader, writer);
    made.push(connection);
    return connection;
  };
  return { ...library, createMessageConnection };
});

it('a client that has gone is told nothing, and whoever tells it goes on', () => {
  const { notify } = connect(true, () => undefined);
  made[0]!.dispose();
  expect(() => notify('ready', { role: 'train', pid: 1, version: '0' })).not.toThrow();
});
