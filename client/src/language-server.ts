import type { CancellationToken, LogOutputChannel, Range, Uri } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  EVALUATE_TASK,
  FETCH_MODEL,
  type InitializationOptions,
  PREDICT_TASK,
  SELECT_MODEL,
  SHOW_RULE,
  TRAIN_TASK,
} from '../../protocol/src/commands.ts';
import { MODEL_EDIT_REQUEST, type ModelEdit, type ModelEditParams } from '../../protocol/src/model-edit.ts';
import {
  type DataAtFault,
  PROPOSE_TASK_FILE_REQUEST,
  type ProposeTaskFileParams,
  READY_ROWS_REQUEST,
  type ReadyRowsParams,
  type ReadyRowsResult,
  TASK_FILE_TEXT_REQUEST,
  type TaskFileProposal,
  type TaskFileTextParams,
  type TaskFileTextResult,
} from '../../protocol/src/new-task-file.ts';
import {
  PATHS_ALLOWED,
  type PathsAllowedParams,
  TASK_PATHS_REQUEST,
  TASK_ROWS_REQUEST,
  TASK_TEMPLATES_REQUEST,
  type TaskPathsParams,
  type TaskRow,
  type TaskRowsParams,
  type TaskTemplateOutline,
  type TaskTemplatesParams,
} from '../../protocol/src/rows.ts';

/** The language server, in a process of its own that ends with the window. */
export interface LanguageServer {
  /** Resolves when it answers; rejects when it could not be started. */
  readonly ready: Promise<void>;
  /** The rows of a task file or data file that touch a range. */
  rows(uri: Uri, range: Range, token?: CancellationToken): Promise<readonly TaskRow[]>;
  /** The templates of a task file. */
  templates(uri: Uri, token?: CancellationToken): Promise<readonly TaskTemplateOutline[]>;
  /** The edits that give a task file another model. */
  modelEdits(uri: Uri, model: string): Promise<readonly ModelEdit[]>;
  /** Tells of a file that was changed by one of our own processes, where the editor may not watch. */
  fileChanged(uri: Uri): Promise<void>;
  /** The paths that a task file names, as they are written there; undefined where the server does not know the file. */
  paths(uri: Uri): Promise<readonly string[] | undefined>;
  /** Tells which paths the user has allowed to be used: all of them. */
  pathsAllowed(paths: readonly string[]): Promise<void>;
  /** What data say of the task that they are for. */
  proposeTaskFile(
    files: readonly Uri[],
    answerField?: string,
    token?: CancellationToken,
  ): Promise<TaskFileProposal | DataAtFault>;
  /** The rows of a file as a data file has them, a part after the other. */
  readyRows(
    file: Uri,
    wanted: Pick<ReadyRowsParams, 'taskname' | 'fields' | 'answerField'>,
    take: (part: string) => void,
    token?: CancellationToken,
  ): Promise<ReadyRowsResult>;
  /** A task file for such data. */
  taskFileText(
    params: Omit<TaskFileTextParams, 'files'>,
    files: readonly { readonly data: Uri; readonly rows: Uri }[],
  ): Promise<TaskFileTextResult>;
  /** Ends the process; resolves when it has gone. */
  stop(): Promise<void>;
}

/** @param module path of the server's program */
export function startLanguageServer(module: string, log: LogOutputChannel): LanguageServer {
  let allowed: PathsAllowedParams | undefined;
  // One that was started again after it had died knows nothing of what the one before it was told.
  const starting = start(module, log, (client) => {
    if (allowed) client.sendNotification(PATHS_ALLOWED, allowed).catch(() => undefined);
  });
  return {
    ready: starting.then(() => undefined),
    async rows(uri, { start, end }, token) {
      const client = await starting;
      const params: TaskRowsParams = { textDocument: textDocument(client, uri), range: { start, end } };
      return ask<TaskRow[]>(client, TASK_ROWS_REQUEST, params, token);
    },
    async templates(uri, token) {
      const client = await starting;
      const params: TaskTemplatesParams = { textDocument: textDocument(client, uri) };
      return ask<TaskTemplateOutline[]>(client, TASK_TEMPLATES_REQUEST, params, token);
    },
    async modelEdits(uri, model) {
      const client = await starting;
      const params: ModelEditParams = { textDocument: textDocument(client, uri), model };
      return ask<ModelEdit[]>(client, MODEL_EDIT_REQUEST, params, undefined);
    },
    async fileChanged(uri) {
      const client = await starting;
      const { uri: changed } = textDocument(client, uri);
      await client.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: changed, type: CHANGED }] });
    },
    async paths(uri) {
      const client = await starting;
      const params: TaskPathsParams = { textDocument: textDocument(client, uri) };
      return (await ask<string[] | null>(client, TASK_PATHS_REQUEST, params, undefined)) ?? undefined;
    },
    async pathsAllowed(paths) {
      allowed = { paths };
      const client = await starting;
      await client.sendNotification(PATHS_ALLOWED, allowed);
    },
    async proposeTaskFile(files, answerField, token) {
      const client = await starting;
      const params: ProposeTaskFileParams = {
        files: files.map((file) => textDocument(client, file).uri),
        ...(answerField === undefined ? {} : { answerField }),
      };
      return ask<TaskFileProposal | DataAtFault>(client, PROPOSE_TASK_FILE_REQUEST, params, token);
    },
    async readyRows(file, wanted, take, token) {
      const { ProgressType } = await import('vscode-languageclient/node');
      const client = await starting;
      const partialResultToken = `rows-${++copies}`;
      const parts = client.onProgress(new ProgressType<string>(), partialResultToken, take);
      try {
        const params: ReadyRowsParams = { ...wanted, file: textDocument(client, file).uri, partialResultToken };
        return await ask<ReadyRowsResult>(client, READY_ROWS_REQUEST, params, token);
      } finally {
        parts.dispose();
      }
    },
    async taskFileText(params, files) {
      const client = await starting;
      const uris = files.map(({ data, rows }) => ({
        data: textDocument(client, data).uri,
        rows: textDocument(client, rows).uri,
      }));
      const all: TaskFileTextParams = { ...params, files: uris };
      return ask<TaskFileTextResult>(client, TASK_FILE_TEXT_REQUEST, all, undefined);
    },
    stop: () =>
      starting.then(
        (client) => client.dispose(),
        () => undefined,
      ),
  };
}

/** Tells the rows of one copy from those of another. */
let copies = 0;

/** What the protocol calls `FileChangeType.Changed`. */
const CHANGED = 2;

/** An undefined token would be sent as a second parameter. */
function ask<T>(
  client: LanguageClient,
  method: string,
  params: object,
  token: CancellationToken | undefined,
): Promise<T> {
  return token === undefined ? client.sendRequest(method, params) : client.sendRequest(method, params, token);
}

const textDocument = (client: LanguageClient, uri: Uri) => ({ uri: client.code2ProtocolConverter.asUri(uri) });

/** @param running called each time that the server runs, also after it has died */
async function start(
  module: string,
  log: LogOutputChannel,
  running: (client: LanguageClient) => void,
): Promise<LanguageClient> {
  // The library is large, and the extension must not hold up the window.
  const { LanguageClient, State, TransportKind } = await import('vscode-languageclient/node');
  const client = new LanguageClient(
    'ptask',
    'ptask',
    { module, transport: TransportKind.ipc },
    {
      documentSelector: [
        { scheme: 'file', language: 'ptask' },
        // Data files: the server answers for those that a task file names.
        { scheme: 'file', pattern: '**/*.jsonl' },
      ],
      initializationOptions: {
        commands: [TRAIN_TASK, EVALUATE_TASK, PREDICT_TASK, SELECT_MODEL, FETCH_MODEL, SHOW_RULE],
        isolates: true,
      } satisfies InitializationOptions,
      outputChannel: log,
    },
  );
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) running(client);
  });
  await client.start();
  return client;
}
