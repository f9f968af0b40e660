import type { Diagnostic } from 'vscode-languageserver/node';
import type { ClientSupport } from './client-support.ts';

/** Gives diagnostics the form that an editor can take. */
export type PresentDiagnostics = (diagnostics: readonly Diagnostic[]) => Diagnostic[];

/** @param rulesPage uri of the page that has a heading for each rule's code */
export function presentDiagnostics(client: ClientSupport, rulesPage: string): PresentDiagnostics {
  return (diagnostics) =>
    diagnostics.map(({ relatedInformation, ...diagnostic }) => ({
      ...diagnostic,
      ...(client.relatedInformation && relatedInformation && { relatedInformation }),
      ...(client.codeDescription && { codeDescription: { href: `${rulesPage}#${diagnostic.code}` } }),
    }));
}
