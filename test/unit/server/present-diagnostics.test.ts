import { expect, it } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver/node';
import { SHOW_RULE } from '../../../protocol/src/commands.ts';
import { presentDiagnostics } from '../../../server/src/present-diagnostics.ts';

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
const diagnostic: Diagnostic = {
  range,
  code: 'split-sum',
  message: 'The splits add up to 8.',
  relatedInformation: [{ location: { uri: 'file:///a', range }, message: 'here' }],
};

function shown(client: Partial<Parameters<typeof presentDiagnostics>[0]>): Diagnostic | undefined {
  const nothing = { relatedInformation: false, codeDescription: false, commands: new Set<string>() };
  return presentDiagnostics({ ...nothing, ...client }, 'file:///docs/rules.md')([diagnostic])[0];
}

it('gives an editor nothing that it has not said that it can take', () => {
  expect(shown({})).toEqual({ range, code: 'split-sum', message: diagnostic.message });
  expect(shown({ relatedInformation: true })).toEqual(diagnostic);
});

it('links a code to its heading on the page of rules', () => {
  expect(shown({ codeDescription: true })).toMatchObject({
    codeDescription: { href: 'file:///docs/rules.md#split-sum' },
  });
});

it('links a code to the command that shows the rule, where the editor has it', () => {
  expect(shown({ codeDescription: true, commands: new Set([SHOW_RULE]) })).toMatchObject({
    codeDescription: { href: 'command:ptask.showRule?%5B%22split-sum%22%5D' },
  });
});
