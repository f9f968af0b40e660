import { CompletionItemKind, SymbolKind } from 'vscode-languageserver/node';

/*
 * An editor that names no kinds of completion items or symbols knows only those of the protocol's first version. What is nearest to
 * the others there:
 */

const ITEM_KINDS: Partial<Record<CompletionItemKind, CompletionItemKind>> = {
  [CompletionItemKind.Folder]: CompletionItemKind.File,
  [CompletionItemKind.EnumMember]: CompletionItemKind.Enum,
  [CompletionItemKind.Constant]: CompletionItemKind.Value,
  [CompletionItemKind.Struct]: CompletionItemKind.Module,
};

const SYMBOL_KINDS: Partial<Record<SymbolKind, SymbolKind>> = { [SymbolKind.Object]: SymbolKind.Variable };

export function firstItemKind<T extends { kind?: CompletionItemKind }>(item: T): T {
  const kind = item.kind && ITEM_KINDS[item.kind];
  return kind === undefined ? item : { ...item, kind };
}

/** Of a symbol and those in it. */
export function firstSymbolKind<T extends { kind: SymbolKind; children?: T[] }>(symbol: T): T {
  const kind = SYMBOL_KINDS[symbol.kind] ?? symbol.kind;
  return { ...symbol, kind, ...(symbol.children && { children: symbol.children.map(firstSymbolKind<T>) }) };
}
