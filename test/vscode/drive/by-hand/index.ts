import type { Workbench } from '../../host/workbench.ts';
import { EditorPage } from '../editor-page.ts';
import { chart } from './chart.ts';
import { devices } from './devices.ts';
import { evaluation } from './evaluation.ts';
import { failures } from './failures.ts';
import { newTaskFile, walkthrough } from './first-use.ts';
import { outsidePaths } from './outside-paths.ts';
import { predict } from './predict.ts';
import { noRuns, runs } from './runs.ts';
import { severalTasks } from './several-tasks.ts';

/** A part of the drive, which finds what those before it have left. */
export type Chapter = (editor: EditorPage, workbench: Workbench) => Promise<void>;

/** In one window, one after the other: a window and a trained prompt take longer than all that is looked at. */
const CHAPTERS: Readonly<Record<string, Chapter>> = {
  noRuns,
  devices,
  chart,
  predict,
  evaluation,
  runs,
  severalTasks,
  failures,
  outsidePaths,
  walkthrough,
  newTaskFile,
};

/** The commands and views that the suite cannot see, each as a user comes to it. */
export async function byHand(workbench: Workbench, out: string): Promise<void> {
  const editor = new EditorPage(workbench.page, out);
  await editor.ready();
  for (const [name, chapter] of Object.entries(CHAPTERS)) {
    const started = Date.now();
    await chapter(editor, workbench);
    console.log(`     by-hand ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
}
