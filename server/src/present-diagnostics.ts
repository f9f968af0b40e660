import type { Diagnostic } from 'vscode-languageserver/node';
import { SHOW_RULE } from '../../protocol/src/commands.ts';
import type { ClientSupport } from './client-support.ts';

/** Gives diagnostics the form that an editor can take. */
export type PresentDiagnostics = (diagnostics: readonly Diagnostic[]) => Diagnostic[];

/** @param rulesPage uri of the page that has a heading for each rule's code */
export function presentDiagnostics(
  client: Pick<ClientSupport, 'relatedInformation' | 'codeDescription' | 'commands'>,
  rulesPage: string,
): PresentDiagnostics {
  const link = (code: Diagnostic['code']) =>
    client.commands.has(SHOW_RULE)
      ? `command:${SHOW_RULE}?${encodeURIComponent(JSON.stringify([code]))}`
      : `${rulesPage}#${code}`;
  return (diagnostics) =>
    diagnostics.map(({ relatedInformation, ...diagnostic }) => ({
      ...diagnostic,
      ...(client.relatedInformation && relatedInformation && { relatedInformation }),
      ...(client.codeDescription && { codeDescription: { href: link(diagnostic.code) } }),
    }));
}
