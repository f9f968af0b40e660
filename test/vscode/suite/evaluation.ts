import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, extension, workspacePath } from './editor.ts';

/** It stands behind the tests of predictions, whose prompt it measures. */
describe('Evaluate', function () {
  this.timeout(60_000);
  const uri = vscode.Uri.file(workspacePath('sentiment.ptask.json'));

  it('opens a report, and shows each row in the Test Explorer', async () => {
    const { tests } = await extension();
    await vscode.commands.executeCommand('ptask.evaluateTask', {
      uri: uri.toString(),
      taskname: 'sentiment-task',
      baselines: ['zero'],
    });
    await eventually(() => {
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).map(({ label }) => label);
      assert.ok(
        tabs.some((label) => label.includes('Evaluation of sentiment-task')),
        `tabs: ${tabs}`,
      );
    });
    const task = tests.items.get(uri.toString())?.children.get('sentiment-task');
    assert.equal(task?.children.size, 16);
    const [[, row]] = [...task.children] as [[string, vscode.TestItem]];
    assert.match(row.description ?? '', /^data\/test\.jsonl:\d+$/);
  });

  it('is what the Test Explorer runs, too', async () => {
    const { tests } = await extension();
    const rows = () => tests.items.get(uri.toString())?.children.get('sentiment-task')?.children;
    rows()!.replace([]);
    await vscode.commands.executeCommand('testing.runAll');
    await eventually(() => assert.equal(rows()!.size, 16), 30_000);
  });
});
