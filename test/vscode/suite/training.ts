import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { RunEnd, WindowRun } from '../../../client/src/runs/run-queue.ts';
import { eventually, extension, open, workspacePath } from './editor.ts';

const TASK = { taskname: 'sentiment-task' };

/** Starts a run by the command that code lenses name. */
async function train(): Promise<WindowRun> {
  const uri = vscode.Uri.file(workspacePath('sentiment.ptask.json')).toString();
  const { queue } = await extension();
  await vscode.commands.executeCommand('ptask.trainTask', { uri, ...TASK });
  const run = queue.open.at(-1);
  assert.ok(run, 'a run is in the queue');
  return run;
}

async function ended(run: WindowRun): Promise<RunEnd> {
  const { queue } = await extension();
  return run.end ?? queue.ended(run.id);
}

/** Waits until a run has taken some steps. */
async function stepped(run: WindowRun, steps: number): Promise<void> {
  await eventually(
    () => assert.ok(run.end || (run.progress?.step ?? 0) >= steps, `step ${run.progress?.step}`),
    60_000,
  );
  assert.equal(run.end, undefined);
}

describe('Train task', function () {
  this.timeout(120_000);

  it('keeps the best prompt of a run that is cancelled', async () => {
    const run = await train();
    await stepped(run, 10);
    const { queue } = await extension();
    await vscode.commands.executeCommand('ptask.cancelRun');
    assert.equal(run.phase, 'cancelling');
    const end = await ended(run);
    assert.equal(end.outcome, 'cancelled');
    assert.deepEqual(end.outcome === 'cancelled' && end.tasks.map(({ taskname }) => taskname), ['sentiment-task']);
    assert.deepEqual(queue.open, []);
  });

  it('resumes a run that was paused, and one whose process was killed, to the end', async () => {
    const run = await train();
    await stepped(run, 2);
    await vscode.commands.executeCommand('ptask.pauseRun');
    assert.equal((await ended(run)).outcome, 'paused');

    const { queue, stored, trainings } = await extension();
    await vscode.commands.executeCommand('ptask.resumeRun');
    const resumed = queue.open.at(-1)!;
    await stepped(resumed, 10);
    for (const pid of trainings.pids) process.kill(pid, 'SIGKILL');
    const end = await ended(resumed);
    assert.equal(end.outcome, 'died');
    assert.equal(end.outcome === 'died' && end.error.how, 'SIGKILL');

    const [stopped] = await stored.list();
    assert.equal(stopped?.state, 'stopped');
    await vscode.commands.executeCommand('ptask.resumeRun', { kind: 'stored', run: stopped });
    const last = queue.open.at(-1)!;
    const final = await ended(last);
    assert.equal(final.outcome, 'done', JSON.stringify(final));
    assert.equal(final.outcome === 'done' && final.tasks[0]?.validation?.rows, 16);
  });

  it('is offered as a task of VS Code, and as a build task', async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'ptask' });
    const files = tasks.map(({ definition }) => definition.file);
    assert.ok(files.includes('sentiment.ptask.json'), `tasks: ${files}`);
    assert.equal(tasks[0]?.group, vscode.TaskGroup.Build);
  });

  it('does not begin with errors in the file', async () => {
    const { document: sound } = await open('sentiment.ptask.json');
    const faulty = vscode.Uri.file(workspacePath('faulty.ptask.json'));
    const text = sound.getText().replace('"virtual_token_splits": [10]', '"virtual_token_splits": [9]');
    await vscode.workspace.fs.writeFile(faulty, new TextEncoder().encode(text));
    const { queue } = await extension();
    await vscode.commands.executeCommand('ptask.trainTask', faulty);
    assert.deepEqual(queue.open, []);
    await vscode.workspace.fs.delete(faulty);
  });
});
