import type { Connection, InitializeParams, WorkspaceFolder } from 'vscode-languageserver/node';
import { serverCapabilities } from './capabilities.ts';
import { clientSupport } from './client-support.ts';
import { pushedDiagnostics } from './diagnostic-channel.ts';
import { syncDocuments } from './documents.ts';
import { presentDiagnostics } from './present-diagnostics.ts';
import { PulledDiagnostics } from './pulled-diagnostics.ts';
import { refresher } from './refresher.ts';
import { answerRequests, describeError } from './requests.ts';
import { createLanguageService } from './service/language-service.ts';
import { serviceHost } from './service-host.ts';
import { TaskFiles } from './task-files.ts';
import { filePath } from './uris.ts';
import { watchFiles } from './watched-files.ts';

export interface ServerOptions {
  /** Uri of the page that has a heading for each rule's code. */
  readonly rulesPage: string;
}

/** Joins a language service to an editor. It begins when the connection is listened to, and ends with it. */
export function startServer(connection: Connection, { rulesPage }: ServerOptions): void {
  const logError = (error: unknown) => connection.console.error(describeError(error));

  connection.onInitialize((params) => {
    const client = clientSupport(params.capabilities);
    const present = presentDiagnostics(client, rulesPage);
    const diagnostics = client.pullsDiagnostics
      ? new PulledDiagnostics(connection, present, refresher(connection, client))
      : pushedDiagnostics(connection, present);
    const service = createLanguageService(
      serviceHost({ publish: (uri, list) => diagnostics.publish(uri, list), onError: logError }),
    );
    const taskFiles = new TaskFiles(service);
    const addFolder = (folder: string) => void taskFiles.addFolder(folder).catch(logError);

    syncDocuments(connection, service);
    answerRequests(connection, service, client, present);

    /** Takes note of what happened to a file or folder. */
    const changed = (uri: string) => {
      const path = filePath(uri);
      if (path === undefined) return;
      void taskFiles.changed(path).catch(logError);
      service.fileChanged(uri);
    };
    connection.onDidChangeWatchedFiles(({ changes }) => {
      for (const { uri } of changes) changed(uri);
    });
    if (client.tellsFolderOperations) {
      connection.workspace.onDidDeleteFiles(({ files }) => {
        for (const { uri } of files) changed(uri);
      });
      connection.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) {
          changed(oldUri);
          changed(newUri);
          for (const path of pathsOf([newUri])) void taskFiles.folderCame(path).catch(logError);
        }
      });
    }

    connection.onInitialized(() => {
      for (const folder of workspaceFolders(params)) addFolder(folder);
      if (client.watchesFiles) void watchFiles(connection).catch(logError);
      if (!client.workspaceFolders) return;
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const folder of pathsOf(removed.map(({ uri }) => uri))) taskFiles.removeFolder(folder);
        for (const folder of pathsOf(added.map(({ uri }) => uri))) addFolder(folder);
      });
    });

    connection.onShutdown(() => {
      taskFiles.dispose();
      service.dispose();
      diagnostics.close();
    });

    return { capabilities: serverCapabilities(client), serverInfo: { name: 'ptask' } };
  });
}

/** Paths of the folders that the editor shows; older editors name one root. */
function workspaceFolders({ workspaceFolders: folders, rootUri }: InitializeParams): string[] {
  const given: readonly Pick<WorkspaceFolder, 'uri'>[] = folders ?? (rootUri ? [{ uri: rootUri }] : []);
  return pathsOf(given.map(({ uri }) => uri));
}

function pathsOf(uris: readonly string[]): string[] {
  return uris.flatMap((uri) => filePath(uri) ?? []);
}
