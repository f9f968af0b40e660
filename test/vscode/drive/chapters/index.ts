import type { Workbench } from '../../host/workbench.ts';
import { EditorPage } from '../editor-page.ts';
import { chart } from './chart.ts';
import { devices } from './devices.ts';
import { evaluation } from './evaluation.ts';
import { failures } from './failures.ts';
import { newTaskFile, ownTask, walkthrough } from './first-use.ts';
import { outsidePaths } from './outside-paths.ts';
import { predict } from './predict.ts';
import { noRuns, runs } from './runs.ts';
import { severalTasks } from './several-tasks.ts';
import { trained } from './trained.ts';

/** A part of the drive, which finds what those before it have left. */
export type Chapter = (editor: EditorPage, workbench: Workbench) => Promise<void>;

/** In one window, one after the other: a window and a trained prompt take longer than all that is looked at. */
export const byHand = chapters('by-hand', { noRuns, devices, chart, predict, evaluation, runs });

/** What goes otherwise than it should, in another window. */
export const troubles = chapters('troubles', { trained, severalTasks, failures, outsidePaths });

/** What somebody new meets. */
export const firstUse = chapters('first-use', { newTaskFile, ownTask, walkthrough });

/** The commands and views that the suite cannot see, each as a user comes to it. */
function chapters(drive: string, all: Readonly<Record<string, Chapter>>) {
  return async (workbench: Workbench, out: string): Promise<void> => {
    const editor = new EditorPage(workbench.page, out);
    await editor.ready();
    for (const [name, chapter] of Object.entries(all)) {
      const started = Date.now();
      await chapter(editor, workbench);
      console.log(`     ${drive} ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
    }
  };
}
