import {
  type CancellationToken,
  type CodeAction,
  type CompletionItem,
  type Connection,
  type DocumentSymbol,
  ErrorCodes,
  type Hover,
  type Location,
  type LocationLink,
  LSPErrorCodes,
  MarkupContent,
  MarkupKind,
  MessageType,
  ProgressType,
  ResponseError,
  ShowMessageNotification,
  type SymbolInformation,
} from 'vscode-languageserver/node';
import { MODEL_EDIT_REQUEST, type ModelEdit, type ModelEditParams } from '../../protocol/src/model-edit.ts';
import {
  PROPOSE_TASK_FILE_REQUEST,
  type ProposeTaskFileParams,
  READY_ROWS_REQUEST,
  type ReadyRowsParams,
  TASK_FILE_TEXT_REQUEST,
  type TaskFileTextParams,
} from '../../protocol/src/new-task-file.ts';
import {
  TASK_PATHS_REQUEST,
  TASK_ROWS_REQUEST,
  TASK_TEMPLATES_REQUEST,
  type TaskPathsParams,
  type TaskRowsParams,
  type TaskTemplatesParams,
} from '../../protocol/src/rows.ts';
import type { ClientSupport } from './client-support.ts';
import { describeError } from './describe-error.ts';
import { firstItemKind, firstSymbolKind } from './first-kinds.ts';
import type { PresentDiagnostics } from './present-diagnostics.ts';
import { plainText } from './service/hover/markdown.ts';
import type { LanguageService } from './service/language-service.ts';
import type { Workspace } from './workspace.ts';

/** Answers an editor's questions with what the language service knows. */
export function answerRequests(
  connection: Connection,
  {
    service,
    workspace,
    client,
    present,
  }: {
    readonly service: LanguageService;
    readonly workspace: Workspace;
    readonly client: ClientSupport;
    readonly present: PresentDiagnostics;
  },
): void {
  const answer = answering((error) => connection.console.error(describeError(error)));

  connection.onCodeAction(
    answer(({ textDocument, range, context }) =>
      service.codeActions(textDocument.uri, range, context, client).map(({ diagnostics, isPreferred, ...action }) => ({
        ...action,
        ...(client.preferredActions && isPreferred && { isPreferred }),
        ...(diagnostics && { diagnostics: present(diagnostics) }),
      })),
    ),
  );
  const resolve = answer((action: CodeAction, token) => service.resolveCodeAction(action, abortedBy(token)));
  connection.onCodeActionResolve(async (action, token) => (await resolve(action, token)) ?? action);
  connection.onCompletion(
    answer(async ({ textDocument, position }) => {
      const offered = await service.completions(textDocument.uri, position, { snippets: client.snippets });
      const items = client.allItemKinds ? offered : offered.map(firstItemKind);
      return client.markdownCompletion ? items : items.map((item) => withPlainText(item, 'documentation'));
    }),
  );
  connection.onHover(
    answer(({ textDocument, position }) => {
      const hover = service.hover(textDocument.uri, position);
      return hover && (client.markdownHover ? hover : withPlainText(hover, 'contents'));
    }),
  );
  connection.onDefinition(
    answer(({ textDocument, position }) => {
      const links = service.definitions(textDocument.uri, position);
      return client.definitionLinks ? links : links.map(toLocation);
    }),
  );
  connection.onReferences(
    answer(({ textDocument, position, context }, token) =>
      service.references(textDocument.uri, position, context, abortedBy(token)),
    ),
  );
  connection.onDocumentHighlight(
    answer(({ textDocument, position }) => service.documentHighlights(textDocument.uri, position)),
  );
  connection.onPrepareRename(answer(({ textDocument, position }) => service.prepareRename(textDocument.uri, position)));
  connection.onRenameRequest(
    answer(async ({ textDocument, position, newName }, token) => {
      const result = await service.rename(textDocument.uri, position, newName, abortedBy(token));
      if (result.kind === 'refused') return new ResponseError(LSPErrorCodes.RequestFailed, result.message);
      // A notification, not the request that `connection.window` makes of it: nothing is asked, and not every editor has that.
      if (result.note !== undefined) {
        void connection.sendNotification(ShowMessageNotification.type, {
          type: MessageType.Info,
          // An editor may make a link of what looks like one in Markdown, and run a command behind it at a click.
          message: result.note.replaceAll('](', '] ('),
        });
      }
      return result.edit;
    }),
  );
  connection.onDocumentSymbol(
    answer(({ textDocument: { uri } }) => {
      const outline = service.documentSymbols(uri);
      const symbols = client.allSymbolKinds ? outline : outline.map(firstSymbolKind<DocumentSymbol>);
      return client.nestedSymbols ? symbols : symbols.flatMap((symbol) => oneByOne(symbol, uri));
    }),
  );
  connection.onDocumentLinks(
    answer(async ({ textDocument }) => {
      const links = await service.documentLinks(textDocument.uri);
      return client.linkTooltips ? links : links.map(({ tooltip: _, ...link }) => link);
    }),
  );
  connection.onFoldingRanges(answer(({ textDocument }) => service.foldingRanges(textDocument.uri)));
  connection.onSelectionRanges(
    answer(({ textDocument, positions }) => service.selectionRanges(textDocument.uri, positions)),
  );
  connection.onDocumentFormatting(answer(({ textDocument, options }) => service.formatting(textDocument.uri, options)));
  connection.onDocumentRangeFormatting(
    answer(({ textDocument, options, range }) => service.formatting(textDocument.uri, options, range)),
  );
  connection.languages.semanticTokens.on(answer(({ textDocument }) => service.semanticTokens(textDocument.uri)));
  connection.languages.semanticTokens.onRange(
    answer(({ textDocument, range }) => service.semanticTokens(textDocument.uri, range)),
  );
  connection.languages.inlayHint.on(answer(({ textDocument, range }) => service.inlayHints(textDocument.uri, range)));
  connection.onCodeLens(
    answer(({ textDocument }) =>
      // One without a command is text.
      service
        .codeLenses(textDocument.uri)
        .filter(({ command }) => !command?.command || client.commands.has(command.command)),
    ),
  );
  connection.onRequest(
    TASK_ROWS_REQUEST,
    answer(({ textDocument, range }: TaskRowsParams) => service.taskRows(textDocument.uri, range)),
  );
  connection.onRequest(
    MODEL_EDIT_REQUEST,
    answer(({ textDocument, model }: ModelEditParams): ModelEdit[] => service.modelEdits(textDocument.uri, model)),
  );
  connection.onRequest(
    TASK_TEMPLATES_REQUEST,
    answer(async ({ textDocument }: TaskTemplatesParams) => {
      await workspace.hasRead(textDocument.uri);
      return service.taskTemplates(textDocument.uri);
    }),
  );
  connection.onRequest(
    TASK_PATHS_REQUEST,
    answer(({ textDocument }: TaskPathsParams) => service.taskPaths(textDocument.uri)),
  );
  connection.onRequest(
    PROPOSE_TASK_FILE_REQUEST,
    answer((params: ProposeTaskFileParams, token) => service.proposeTaskFile(params, abortedBy(token))),
  );
  connection.onRequest(
    READY_ROWS_REQUEST,
    answer(({ partialResultToken, ...params }: ReadyRowsParams, token) => {
      const send = (part: string) => connection.sendProgress(ROWS, partialResultToken, part);
      return service.readyRows(params, send, abortedBy(token));
    }),
  );
  connection.onRequest(
    TASK_FILE_TEXT_REQUEST,
    answer((params: TaskFileTextParams) => service.newTaskFileText(params)),
  );
}

/** A part of the rows of a copy. */
const ROWS = new ProgressType<string>();

type Handler<P, R> = (params: P, token: CancellationToken) => R | Promise<R>;
type Answer<P, R> = (params: P, token: CancellationToken) => Promise<R | null | ResponseError<void>>;

/** Makes handlers into answers: nothing is null, and one that fails is logged and told to the editor, no more. */
function answering(log: (error: unknown) => void) {
  const cancelled = () => new ResponseError<void>(LSPErrorCodes.RequestCancelled, 'cancelled');
  return <P, R>(handler: Handler<P, R | ResponseError<void> | undefined>): Answer<P, R> =>
    async (params, token) => {
      try {
        const result = await handler(params, token);
        return token.isCancellationRequested ? cancelled() : (result ?? null);
      } catch (error) {
        if (token.isCancellationRequested) return cancelled();
        log(error);
        return new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
      }
    };
}

function abortedBy(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

function toLocation({ targetUri, targetSelectionRange }: LocationLink): Location {
  return { uri: targetUri, range: targetSelectionRange };
}

/** An entry of an outline and those in it, for an editor that shows them as a list. */
function oneByOne(
  { name, kind, range, children = [] }: DocumentSymbol,
  uri: string,
  within?: string,
): SymbolInformation[] {
  return [
    { name, kind, location: { uri, range }, ...(within !== undefined && { containerName: within }) },
    ...children.flatMap((child) => oneByOne(child, uri, name)),
  ];
}

/** The same with one of its texts for an editor that does not render Markdown. */
function withPlainText<T extends Hover | CompletionItem>(item: T, key: keyof T): T {
  const text = item[key];
  if (!MarkupContent.is(text)) return item;
  return { ...item, [key]: { kind: MarkupKind.PlainText, value: plainText(text.value) } };
}
