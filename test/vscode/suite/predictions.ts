import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, extension, find, open, workspacePath } from './editor.ts';
import { hints, hover } from './hints-and-hovers.ts';

async function replace(document: vscode.TextDocument, text: string, by: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, find(document, text), by);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/** They are those of the prompt that the tests of training leave. */
describe('predictions', function () {
  this.timeout(120_000);

  it('stand beside each row once it is trained, right or wrong', async () => {
    const { document } = await open('data', 'validation.jsonl');
    const shown = await eventually(async () => {
      const labels = await hints(document);
      assert.equal(labels.length, 16, `hints: ${labels}`);
      return labels;
    }, 30_000);
    for (const label of shown) assert.match(label, /^→ (positive|negative|neutral) \d+% [✓✗]$/);
  });

  it('stand beside the examples of the task file', async () => {
    const { document } = await open('sentiment.ptask.json');
    await eventually(async () => assert.equal((await hints(document)).length, 2, String(await hints(document))));
  });

  it('are shown in full over a row', async () => {
    const { document } = await open('data', 'validation.jsonl');
    const text = await eventually(async () => {
      const shown = await hover(document, '"sentence"');
      assert.match(shown, /█/);
      return shown;
    });
    assert.match(text, /of 16 validation rows right/);
    assert.match(text, /The row’s own answer/);
  });

  it('show at a marker the words that its tokens are nearest to', async () => {
    const { document } = await open('sentiment.ptask.json');
    const text = await hover(document, 'VIRTUAL_PROMPT_0');
    assert.match(text, /Nearest words/);
    assert.match(text, /^10\. /m);
  });

  it('are marked as stale when the template is changed, and come back with it', async () => {
    const { document } = await open('sentiment.ptask.json');
    const data = await open('data', 'validation.jsonl');
    await replace(document, ' Sentiment: ', ' Mood: ');
    await eventually(async () => {
      const labels = await hints(data.document);
      assert.ok(labels.length > 0 && labels.every((label) => /\(stale\)$/.test(label)), `hints: ${labels}`);
    }, 30_000);
    await replace(document, ' Mood: ', ' Sentiment: ');
    // In the browser VS Code saves by itself after a while, the one state or the other; while it does, it takes no other save.
    await eventually(async () => assert.ok(!document.isDirty || (await document.save())));
    await eventually(async () => {
      const labels = await hints(data.document);
      assert.ok(labels.length === 16 && labels.every((label) => /[✓✗]$/.test(label)), `hints: ${labels}`);
    });
  });

  it('go away and come back with the setting', async () => {
    const { document } = await open('data', 'validation.jsonl');
    await vscode.commands.executeCommand('ptask.toggleInlinePredictions');
    assert.deepEqual(await hints(document), []);
    await vscode.commands.executeCommand('ptask.toggleInlinePredictions');
    assert.equal((await hints(document)).length, 16);
  });

  it('are those of whichever task file has a trained prompt, and of the one in use where both have', async () => {
    const copy = vscode.Uri.file(workspacePath('copy.ptask.json'));
    const table = (name: string) => vscode.Uri.file(workspacePath(`${name}.prompts.safetensors`));
    await vscode.workspace.fs.copy(vscode.Uri.file(workspacePath('sentiment.ptask.json')), copy);
    await vscode.workspace.fs.rename(table('sentiment'), table('copy'));
    const { document } = await open('data', 'validation.jsonl');
    const answers = (file: string) =>
      eventually(async () => {
        assert.equal((await hints(document)).length, 16);
        assert.match(await hover(document, '"sentence"'), new RegExp(`\`${file}\` · trained: .*█`, 's'));
      }, 30_000);
    await answers('copy.ptask.json');
    await vscode.workspace.fs.copy(table('copy'), table('sentiment'));
    for (const file of ['sentiment.ptask.json', 'copy.ptask.json', 'sentiment.ptask.json']) {
      await open(file);
      await open('data', 'validation.jsonl');
      await answers(file);
    }
    for (const uri of [copy, table('copy')]) await vscode.workspace.fs.delete(uri);
  });

  it('come back after the engine was killed', async () => {
    const { engine } = await extension();
    const { document } = await open('data', 'validation.jsonl');
    const { pid } = engine;
    process.kill(pid!, 'SIGKILL');
    await eventually(() => assert.notEqual(engine.pid, pid));
    engine.restart();
    await eventually(async () => assert.equal((await hints(document)).length, 16), 30_000);
  });
});
