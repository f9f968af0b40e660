import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, extension, find, open } from './editor.ts';

describe('in a workspace that is not trusted', () => {
  it('task files are checked and explained', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const { document } = await open('broken.ptask.json');
    await (await extension()).languageServerReady;
    await eventually(() => assert.ok(vscode.languages.getDiagnostics(document.uri).length > 0, 'there are problems'));
    await eventually(async () => {
      const place = find(document, '"total_virtual_tokens"').start.translate(0, 3);
      const hovers = await vscode.commands.executeCommand('vscode.executeHoverProvider', document.uri, place);
      assert.equal((hovers as vscode.Hover[]).length, 1);
    });
  });

  it('nothing is run', async () => {
    const { queue, engine, trainings, stored } = await extension();
    const { document } = await open('data', 'validation.jsonl');
    const range = new vscode.Range(0, 0, document.lineCount, 0);
    await vscode.commands.executeCommand('vscode.executeInlayHintProvider', document.uri, range);
    await vscode.commands.executeCommand('vscode.executeHoverProvider', document.uri, range.start.translate(0, 2));
    await open('sentiment.ptask.json');
    // It waits for the user, who is told why.
    for (const command of ['trainTask', 'predictTask', 'evaluateTask', 'resumeRun', 'showDevices']) {
      void vscode.commands.executeCommand(`ptask.${command}`);
    }
    assert.deepEqual(await stored.list(), []);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual(queue.open, []);
    assert.deepEqual([engine.pid, trainings.pids], [undefined, []]);
  });
});
