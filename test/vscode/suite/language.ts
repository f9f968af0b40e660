import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, find, open } from './editor.ts';

describe('a task file', () => {
  it('activates the extension', async () => {
    const { document } = await open('broken.ptask.json');
    assert.equal(document.languageId, 'ptask');
    const extension = vscode.extensions.getExtension('ptask.ptask');
    assert.ok(extension);
    await extension.activate();
    await extension.exports.languageServerReady;
  });

  it('leads from a problem’s code to what the rule says', async () => {
    const { document } = await open('broken.ptask.json');
    const problem = await eventually(() => {
      const [first] = vscode.languages.getDiagnostics(document.uri);
      assert.ok(first);
      return first;
    });
    assert.ok(typeof problem.code === 'object');
    const { scheme, path, query } = problem.code.target;
    assert.equal(scheme, 'command');
    await vscode.commands.executeCommand(path, ...(JSON.parse(query) as unknown[]));
    await eventually(() => {
      const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
      assert.ok(
        labels.some((label) => label.includes('rules.md')),
        `tabs: ${labels}`,
      );
    });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('is underlined where it is wrong, and mended by the quick fix', async () => {
    const { document } = await open('broken.ptask.json');
    const codes = () => vscode.languages.getDiagnostics(document.uri).map(({ code }) => codeOf(code));
    await eventually(() => assert.ok(codes().includes('split-sum'), `problems: ${codes()}`));
    const [problem] = vscode.languages.getDiagnostics(document.uri).filter(({ code }) => codeOf(code) === 'split-sum');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem!.range,
    );
    const fix = actions.find(({ edit }) => edit !== undefined);
    assert.ok(fix?.edit, `actions: ${actions.map(({ title }) => title)}`);
    await vscode.workspace.applyEdit(fix.edit);
    await eventually(() => assert.ok(!codes().includes('split-sum'), `problems: ${codes()}`));
  });

  it('explains a key', async () => {
    const { document } = await open('sentiment.ptask.json');
    const text = await eventually(async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        find(document, '"total_virtual_tokens"').start.translate(0, 3),
      );
      assert.ok(hovers.length > 0);
      return hovers
        .flatMap(({ contents }) => contents.map((content) => (content as vscode.MarkdownString).value))
        .join();
    });
    assert.match(text, /virtual tokens/i);
  });

  it('completes the fields of its rows inside the template', async () => {
    const { document } = await open('sentiment.ptask.json');
    const labels = await eventually(async () => {
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        find(document, '{sentence}').start.translate(0, 1),
      );
      const names = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      assert.ok(
        names.some((name) => name.includes('sentence')),
        `completions: ${names}`,
      );
      return names;
    });
    assert.ok(labels.length < 20, `completions: ${labels}`);
  });
});

function codeOf(code: vscode.Diagnostic['code']): string {
  return String(typeof code === 'object' ? code.value : code);
}
