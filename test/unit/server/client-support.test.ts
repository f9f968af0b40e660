import { describe, expect, it } from 'vitest';
import type { ClientCapabilities } from 'vscode-languageserver/node';
import { clientSupport } from '../../../server/src/client-support.ts';

const ALL: ClientCapabilities = {
  textDocument: { diagnostic: {} },
  workspace: {
    diagnostics: { refreshSupport: true },
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
  },
};

describe('an editor can do what it says', () => {
  const named = (name?: string) =>
    clientSupport({ capabilities: ALL, ...(name !== undefined && { clientInfo: { name } }) });

  it('whatever it is called', () => {
    for (const name of [undefined, 'Some Editor'])
      expect(named(name)).toMatchObject({ pullsDiagnostics: true, watchesFilesOutside: true });
  });

  it('about Markdown, which it is sent only if it says so', () => {
    const takes = (format?: ('plaintext' | 'markdown')[]) => {
      const textDocument = format && {
        hover: { contentFormat: format },
        completion: { completionItem: { documentationFormat: format } },
      };
      const { markdownHover, markdownCompletion } = clientSupport({
        capabilities: textDocument ? { textDocument } : {},
      });
      return [markdownHover, markdownCompletion];
    };
    expect(takes()).toEqual([false, false]);
    expect(takes(['plaintext', 'markdown'])).toEqual([true, true]);
    expect(takes(['plaintext'])).toEqual([false, false]);
  });

  it('about Markdown, of which Emacs speaks for hovers alone', () => {
    const capabilities: ClientCapabilities = {
      textDocument: { hover: { contentFormat: ['plaintext'] }, completion: {} },
    };
    expect(clientSupport({ capabilities }).markdownCompletion).toBe(false);
  });

  it('about files that it watches, where it lets the server say which', () => {
    const watches = (didChangeWatchedFiles: object) => {
      const support = clientSupport({ capabilities: { workspace: { didChangeWatchedFiles } } });
      return [support.watchesFiles, support.watchesFilesOutside];
    };
    expect(watches({})).toEqual([false, false]);
    expect(watches({ relativePatternSupport: true })).toEqual([false, false]);
    expect(watches({ dynamicRegistration: true })).toEqual([true, false]);
    expect(watches({ dynamicRegistration: true, relativePatternSupport: true })).toEqual([true, true]);
  });

  it('about texts from right to left, which it is sent isolated if it asks for that', () => {
    const isolates = (initializationOptions?: unknown) =>
      clientSupport({ capabilities: ALL, initializationOptions }).isolates;
    expect([undefined, null, {}, { isolates: 'yes' }, { isolates: true }].map(isolates)).toEqual([
      ...Array(4).fill(false),
      true,
    ]);
  });

  it('but for Neovim, which would not show in an open file what a check finds later', () => {
    expect(named('Neovim').pullsDiagnostics).toBe(false);
  });

  it('but for Helix, which tells only of files that it saves itself', () => {
    expect(named('helix').watchesFilesOutside).toBe(false);
  });
});
