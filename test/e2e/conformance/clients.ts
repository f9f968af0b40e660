import type { ClientCapabilities } from 'vscode-languageserver/node';
import {
  EVALUATE_TASK,
  FETCH_MODEL,
  type InitializationOptions,
  PREDICT_TASK,
  SELECT_MODEL,
  SHOW_RULE,
  TRAIN_TASK,
} from '../../../protocol/src/commands.ts';
import type { Declarations } from './declared-types.ts';

/** An editor, as it says of itself. */
export interface Client {
  readonly name: string;
  readonly capabilities: ClientCapabilities;
  readonly options?: InitializationOptions;
}

const upTo = (most: number) => Array.from({ length: most }, (_, n) => n + 1);

/** All kinds of completion items and of symbols. */
const ITEM_KINDS = upTo(25) as NonNullable<
  NonNullable<NonNullable<ClientCapabilities['textDocument']>['completion']>['completionItemKind']
>['valueSet'];
const SYMBOL_KINDS = upTo(26) as NonNullable<
  NonNullable<NonNullable<ClientCapabilities['textDocument']>['documentSymbol']>['symbolKind']
>['valueSet'];

const ACTION_KINDS = ['', 'quickfix', 'refactor', 'source', 'source.organizeImports', 'source.fixAll'];
const BOTH = ['markdown' as const, 'plaintext' as const];

const TOKENS = {
  tokenTypes: ['class', 'enumMember', 'parameter', 'property', 'macro', 'keyword'],
  tokenModifiers: ['declaration', 'definition', 'readonly'],
  formats: ['relative' as const],
};

const NEOVIM: ClientCapabilities = {
  general: { positionEncodings: ['utf-8', 'utf-16', 'utf-32'] },
  textDocument: {
    diagnostic: { dynamicRegistration: false },
    inlayHint: { dynamicRegistration: true, resolveSupport: { properties: ['textEdits', 'tooltip', 'location'] } },
    semanticTokens: {
      ...TOKENS,
      dynamicRegistration: false,
      requests: { range: false, full: { delta: true } },
      overlappingTokenSupport: true,
      multilineTokenSupport: false,
      augmentsSyntaxTokens: true,
    },
    codeAction: {
      dynamicRegistration: true,
      codeActionLiteralSupport: { codeActionKind: { valueSet: ACTION_KINDS } },
      isPreferredSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ['edit', 'command'] },
    },
    completion: {
      completionItem: {
        snippetSupport: true,
        commitCharactersSupport: false,
        preselectSupport: false,
        deprecatedSupport: true,
        documentationFormat: BOTH,
        labelDetailsSupport: true,
        resolveSupport: { properties: ['additionalTextEdits', 'command'] },
      },
      completionItemKind: { valueSet: ITEM_KINDS! },
      completionList: { itemDefaults: ['editRange', 'insertTextFormat', 'insertTextMode', 'data'] },
    },
    definition: { linkSupport: true },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true, symbolKind: { valueSet: SYMBOL_KINDS! } },
    foldingRange: { lineFoldingOnly: true, foldingRange: { collapsedText: true } },
    hover: { contentFormat: BOTH },
    publishDiagnostics: { relatedInformation: true, tagSupport: { valueSet: [1, 2] }, dataSupport: true },
    rename: { prepareSupport: true },
  },
  workspace: {
    applyEdit: true,
    configuration: true,
    didChangeWatchedFiles: { dynamicRegistration: false, relativePatternSupport: true },
    inlayHint: { refreshSupport: true },
    semanticTokens: { refreshSupport: true },
    diagnostics: { refreshSupport: true },
    workspaceEdit: { resourceOperations: ['rename', 'create', 'delete'] },
    workspaceFolders: true,
  },
  window: { workDoneProgress: true, showDocument: { support: true } },
};

const HELIX: ClientCapabilities = {
  general: { positionEncodings: ['utf-8', 'utf-32', 'utf-16'] },
  textDocument: {
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ACTION_KINDS } },
      dataSupport: true,
      disabledSupport: true,
      isPreferredSupport: true,
      resolveSupport: { properties: ['edit', 'command'] },
    },
    completion: {
      completionItem: {
        snippetSupport: true,
        insertReplaceSupport: true,
        deprecatedSupport: true,
        resolveSupport: { properties: ['documentation', 'detail', 'additionalTextEdits'] },
      },
      completionItemKind: {},
    },
    hover: { contentFormat: ['markdown'] },
    inlayHint: { dynamicRegistration: false },
    publishDiagnostics: { versionSupport: true, tagSupport: { valueSet: [1, 2] } },
    rename: { dynamicRegistration: false, prepareSupport: true, honorsChangeAnnotations: false },
  },
  workspace: {
    applyEdit: true,
    configuration: true,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: false },
    fileOperations: { didRename: true, willRename: true },
    inlayHint: { refreshSupport: false },
    workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'] },
    workspaceFolders: true,
  },
  window: { workDoneProgress: true },
};

/** Emacs's, where no package for Markdown is there. */
const EGLOT: ClientCapabilities = {
  general: { positionEncodings: ['utf-32', 'utf-8', 'utf-16'] },
  textDocument: {
    synchronization: { dynamicRegistration: false, willSave: true, willSaveWaitUntil: true, didSave: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ACTION_KINDS } },
      dataSupport: true,
      isPreferredSupport: true,
      resolveSupport: { properties: ['edit', 'command'] },
    },
    completion: {
      completionItem: {
        snippetSupport: false,
        deprecatedSupport: true,
        tagSupport: { valueSet: [1] },
        resolveSupport: { properties: ['documentation', 'details', 'additionalTextEdits'] },
      },
      contextSupport: true,
    },
    definition: { dynamicRegistration: false, linkSupport: true },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true, symbolKind: { valueSet: SYMBOL_KINDS! } },
    hover: { contentFormat: ['plaintext'] },
    inlayHint: { dynamicRegistration: false },
    publishDiagnostics: { relatedInformation: false, codeDescriptionSupport: false, tagSupport: { valueSet: [1, 2] } },
    rename: { dynamicRegistration: false },
  },
  workspace: {
    applyEdit: true,
    configuration: true,
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
    workspaceFolders: true,
  },
  window: { showDocument: { support: true }, workDoneProgress: true },
};

const REFRESH = { refreshSupport: true };

const VS_CODE: ClientCapabilities = {
  general: { positionEncodings: ['utf-16'], staleRequestSupport: { cancel: true, retryOnContentModified: [] } },
  textDocument: {
    synchronization: { dynamicRegistration: true, willSave: true, willSaveWaitUntil: true, didSave: true },
    codeAction: {
      dynamicRegistration: true,
      codeActionLiteralSupport: { codeActionKind: { valueSet: ACTION_KINDS } },
      dataSupport: true,
      disabledSupport: true,
      honorsChangeAnnotations: true,
      isPreferredSupport: true,
      resolveSupport: { properties: ['edit', 'command'] },
    },
    codeLens: { dynamicRegistration: true },
    completion: {
      dynamicRegistration: true,
      contextSupport: true,
      insertTextMode: 2,
      completionItem: {
        snippetSupport: true,
        commitCharactersSupport: true,
        deprecatedSupport: true,
        documentationFormat: BOTH,
        insertReplaceSupport: true,
        insertTextModeSupport: { valueSet: [1, 2] },
        labelDetailsSupport: true,
        preselectSupport: true,
        resolveSupport: { properties: ['documentation', 'detail', 'additionalTextEdits'] },
        tagSupport: { valueSet: [1] },
      },
      completionItemKind: { valueSet: ITEM_KINDS! },
      completionList: { itemDefaults: ['commitCharacters', 'editRange', 'insertTextFormat', 'insertTextMode', 'data'] },
    },
    definition: { dynamicRegistration: true, linkSupport: true },
    diagnostic: { dynamicRegistration: true, relatedDocumentSupport: true },
    documentLink: { dynamicRegistration: true, tooltipSupport: true },
    documentSymbol: {
      dynamicRegistration: true,
      hierarchicalDocumentSymbolSupport: true,
      labelSupport: true,
      symbolKind: { valueSet: SYMBOL_KINDS! },
      tagSupport: { valueSet: [1] },
    },
    foldingRange: {
      dynamicRegistration: true,
      rangeLimit: 5000,
      lineFoldingOnly: true,
      foldingRangeKind: { valueSet: ['comment', 'imports', 'region'] },
      foldingRange: { collapsedText: false },
    },
    formatting: { dynamicRegistration: true },
    hover: { dynamicRegistration: true, contentFormat: BOTH },
    inlayHint: {
      dynamicRegistration: true,
      resolveSupport: { properties: ['tooltip', 'textEdits', 'label.tooltip', 'label.location', 'label.command'] },
    },
    publishDiagnostics: {
      relatedInformation: true,
      codeDescriptionSupport: true,
      dataSupport: true,
      tagSupport: { valueSet: [1, 2] },
      versionSupport: false,
    },
    rename: {
      dynamicRegistration: true,
      honorsChangeAnnotations: true,
      prepareSupport: true,
      prepareSupportDefaultBehavior: 1,
    },
    selectionRange: { dynamicRegistration: true },
    semanticTokens: {
      ...TOKENS,
      dynamicRegistration: true,
      requests: { range: true, full: { delta: true } },
      overlappingTokenSupport: false,
      multilineTokenSupport: false,
      serverCancelSupport: true,
      augmentsSyntaxTokens: true,
    },
  },
  workspace: {
    applyEdit: true,
    codeLens: REFRESH,
    configuration: true,
    diagnostics: REFRESH,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    fileOperations: {
      dynamicRegistration: true,
      didCreate: true,
      didRename: true,
      didDelete: true,
      willCreate: true,
      willRename: true,
      willDelete: true,
    },
    foldingRange: REFRESH,
    inlayHint: REFRESH,
    semanticTokens: REFRESH,
    workspaceEdit: {
      documentChanges: true,
      changeAnnotationSupport: { groupsOnLabel: true },
      failureHandling: 'textOnlyTransactional',
      normalizesLineEndings: true,
      resourceOperations: ['create', 'rename', 'delete'],
    },
    workspaceFolders: true,
  },
  window: { workDoneProgress: true, showDocument: { support: true }, showMessage: {} },
};

/** One that takes most things in their plainest form, and names hardly any of what has come to them later. */
const PLAIN: ClientCapabilities = {
  textDocument: {
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ACTION_KINDS } } },
    completion: { completionItem: { documentationFormat: ['plaintext'] } },
    diagnostic: {},
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    hover: { contentFormat: ['markdown'] },
  },
  workspace: {
    diagnostics: REFRESH,
    didChangeWatchedFiles: { dynamicRegistration: true },
    fileOperations: { didDelete: true },
  },
};

/** What stands in the lists of an editor that can do everything. */
const TEXTS = {
  ...TOKENS,
  allowedTags: [],
  engine: 'ECMAScript',
  itemDefaults: ['commitCharacters', 'editRange', 'insertTextFormat', 'insertTextMode', 'data'],
  parser: 'marked',
  positionEncodings: ['utf-32', 'utf-8', 'utf-16'],
  properties: ['edit', 'command', 'tooltip', 'documentation', 'detail', 'additionalTextEdits'],
  retryOnContentModified: [],
  valueSet: [...ACTION_KINDS, 'comment'],
  version: '1',
};

const OPTIONS: InitializationOptions = {
  commands: [TRAIN_TASK, EVALUATE_TASK, PREDICT_TASK, SELECT_MODEL, FETCH_MODEL, SHOW_RULE],
  isolates: true,
};

/** Editors from one that says nothing to one that can do all that the protocol knows. */
export function clients(declarations: Declarations): readonly Client[] {
  const everything = declarations.everything('ClientCapabilities', TEXTS) as ClientCapabilities;
  return [
    { name: 'an editor that says nothing of itself', capabilities: {} },
    { name: 'an editor with little more than it must have', capabilities: PLAIN },
    { name: 'Neovim', capabilities: NEOVIM },
    { name: 'helix', capabilities: HELIX },
    { name: 'Emacs', capabilities: EGLOT },
    { name: 'Visual Studio Code', capabilities: VS_CODE, options: OPTIONS },
    { name: 'an editor that can do everything', capabilities: everything, options: OPTIONS },
  ];
}
