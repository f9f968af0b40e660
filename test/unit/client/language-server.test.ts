import { expect, it, vi } from 'vitest';
import { startLanguageServer } from '../../../client/src/language-server.ts';

const { clients, library } = vi.hoisted(() => {
  type Listener = (change: { newState: number }) => void;
  class LanguageClient {
    readonly told: unknown[] = [];
    readonly listeners: Listener[] = [];
    constructor() {
      clients.push(this);
    }
    onDidChangeState(listener: Listener): void {
      this.listeners.push(listener);
    }
    async start(): Promise<void> {
      this.becomes(2);
    }
    async sendNotification(method: string, params: object): Promise<void> {
      this.told.push([method, params]);
    }
    becomes(newState: number): void {
      for (const listener of this.listeners) listener({ newState });
    }
  }
  const clients: LanguageClient[] = [];
  return { clients, library: { LanguageClient, State: { Stopped: 1, Running: 2 }, TransportKind: {} } };
});
vi.mock('vscode-languageclient/node', () => library);

it('a language server that is started again after it has died is told anew which paths are allowed', async () => {
  const server = startLanguageServer('server.js', {} as never);
  await server.ready;
  const [client] = clients as [(typeof clients)[number]];
  client.becomes(2);
  expect(client.told).toEqual([]);
  await server.pathsAllowed(['/a']);
  await server.pathsAllowed(['/a', '/b']);
  client.told.length = 0;
  client.becomes(1);
  expect(client.told).toEqual([]);
  client.becomes(2);
  expect(client.told).toEqual([['ptask/pathsAllowed', { paths: ['/a', '/b'] }]]);
});
