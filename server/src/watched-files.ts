import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type FileSystemWatcher,
  WatchKind,
} from 'vscode-languageserver/node';

/** What a check looks at: task files, their data and prompt tables, and a model's files. */
const WATCHED: readonly FileSystemWatcher[] = [
  { globPattern: '**/*.ptask.json' },
  { globPattern: '**/*.jsonl' },
  { globPattern: '**/*.safetensors' },
  { globPattern: '**/{config,generation_config,tokenizer,tokenizer_config,special_tokens_map}.json' },
  { globPattern: '**/model.safetensors.index.json' },
  // A folder that goes takes its files along without naming them.
  { globPattern: '**', kind: WatchKind.Delete },
];

/** Asks the editor to tell of files that other programs change. */
export async function watchFiles(connection: Connection): Promise<void> {
  await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [...WATCHED] });
}
