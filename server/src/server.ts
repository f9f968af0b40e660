import type { Connection } from 'vscode-languageserver/node';
import { speakLanguage } from '../../l10n/src/display-language.ts';
import { isolateRightToLeft } from '../../l10n/src/right-to-left.ts';
import { serverCapabilities } from './capabilities.ts';
import { clientSupport } from './client-support.ts';
import { describeError } from './describe-error.ts';
import { pushedDiagnostics } from './diagnostic-channel.ts';
import { syncDocuments } from './documents.ts';
import { FarMachines } from './far-machines.ts';
import { presentDiagnostics } from './present-diagnostics.ts';
import { PulledDiagnostics } from './pulled-diagnostics.ts';
import { refresher } from './refresher.ts';
import { answerRequests } from './requests.ts';
import { LanguageService } from './service/language-service.ts';
import { serviceHost } from './service-host.ts';
import { Workspace } from './workspace.ts';

export interface ServerOptions {
  /** Uri of the page that has a heading for each rule's code. */
  readonly rulesPage: string;
  /** The folder of what is said in other languages. */
  readonly bundles: URL;
  /** Called when the editor has introduced itself and may ask. */
  readonly onBegin: () => void;
}

/** Joins a language service to an editor. It begins when the connection is listened to, and ends with it. */
export function startServer(connection: Connection, { rulesPage, bundles, onBegin }: ServerOptions): void {
  connection.onInitialize(async (params) => {
    await speakLanguage(params.locale, bundles);
    const onError = (error: unknown) => connection.console.error(describeError(error));
    const client = clientSupport(params);
    isolateRightToLeft(client.isolates);
    const present = presentDiagnostics(client, rulesPage);
    const asking = refresher(connection, client);
    const diagnostics = client.pullsDiagnostics
      ? new PulledDiagnostics(connection, present, asking)
      : pushedDiagnostics(connection, present);
    const far = new FarMachines();
    const service = new LanguageService(
      serviceHost(
        {
          publish: (uri, list) => diagnostics.publish(uri, list),
          onChecked: () => {
            asking.refresh('codeLens');
            asking.refresh('inlayHint');
            workspace.followDependencies();
          },
          onError,
        },
        far,
      ),
    );
    const workspace = new Workspace(connection, service, client, { far, onError });

    syncDocuments(connection, service, diagnostics, workspace);
    answerRequests(connection, { service, workspace, client, present });
    connection.onInitialized(() => workspace.start(params));
    connection.onShutdown(() => {
      workspace.dispose();
      service.dispose();
      diagnostics.close();
    });
    onBegin();
    return { capabilities: serverCapabilities(client), serverInfo: { name: 'ptask' } };
  });
}
