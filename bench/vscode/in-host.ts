import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { eventually, extension, open, workspacePath } from '../../test/vscode/suite/editor.ts';
import { type Blocks, watchEventLoop } from './event-loop.ts';

/** What is measured inside the extension host; times in milliseconds. */
export interface HostFigures {
  /** From the question what is shown over a row until the answer; rows that were never asked about. */
  readonly hovers: readonly number[];
  /** The same while a run goes on. */
  readonly hoversBesideRun: readonly number[];
  /** While a run and predictions go on. */
  readonly blocks: Blocks;
}

const TASK_FILE = 'sentiment.ptask.json';
/** Twice as many, and one, are in the training rows. */
const HOVERS = 17;

/** Called by VS Code in the extension host. */
export async function run(): Promise<void> {
  const { queue } = await extension();
  const { document } = await open('data', 'train.jsonl');
  await eventually(async () => {
    if (!(await hasPrediction(document, 0))) throw new Error('the first row has no prediction');
  }, 60_000);
  const hovers = await timesOf(document, 1, HOVERS);

  // Long enough for what follows, and changed by nothing that happens here.
  const file = workspacePath('long', TASK_FILE);
  const run = queue.add({ file, tasknames: [], resume: false, device: 'auto' });
  await eventually(() => {
    if ((run.progress?.step ?? 0) < 2) throw new Error(`the run is ${run.phase}`);
  }, 60_000);
  const stop = watchEventLoop();
  const hoversBesideRun = await timesOf(document, 1 + HOVERS, HOVERS);
  await predictAnew();
  const blocks = stop();
  if (run.end) throw new Error(`the run ended: ${JSON.stringify(run.end)}`);
  queue.stop(run.id, 'cancel');
  await queue.ended(run.id);
  const figures: HostFigures = { hovers, hoversBesideRun, blocks };
  await writeFile(process.env.PTASK_TEST_RESULTS!, JSON.stringify(figures));
}

async function timesOf(document: vscode.TextDocument, from: number, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let line = from; line < from + count; line++) {
    const started = performance.now();
    if (!(await hasPrediction(document, line))) throw new Error(`nothing is shown over line ${line + 1}`);
    times.push(performance.now() - started);
  }
  return times;
}

/** Asks what is shown over a row, and whether its prediction is in it. */
async function hasPrediction(document: vscode.TextDocument, line: number): Promise<boolean> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    new vscode.Position(line, 5),
  );
  const texts = hovers.flatMap(({ contents }) => contents.map((content) => (content as vscode.MarkdownString).value));
  return texts.some((text) => text.includes('█'));
}

/** Edits the template, so that all that is in view is asked for again, and looks through the files. */
async function predictAnew(): Promise<void> {
  const { document } = await open(TASK_FILE);
  for (const [from, to] of [
    [' Sentiment: ', ' Mood: '],
    [' Mood: ', ' Sentiment: '],
  ] as const) {
    const at = document.getText().indexOf(from);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + from.length)), to);
    await vscode.workspace.applyEdit(edit);
    for (const name of ['validation', 'test', 'train']) {
      const { document: rows } = await open('data', `${name}.jsonl`);
      await eventually(async () => {
        if ((await predictions(rows)) < 16) throw new Error(`${name} has no predictions`);
      }, 60_000);
    }
  }
}

async function predictions(document: vscode.TextDocument): Promise<number> {
  const range = new vscode.Range(0, 0, document.lineCount, 0);
  const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
    'vscode.executeInlayHintProvider',
    document.uri,
    range,
  );
  return hints.filter(({ label }) => String(label).startsWith('→')).length;
}
