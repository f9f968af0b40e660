import type { HubServer } from '../../../unit/hub/hub-server.ts';
import type { Workbench } from '../../host/workbench.ts';
import { EditorPage } from '../editor-page.ts';
import type { Drive } from '../index.ts';
import { chart } from './chart.ts';
import { devices } from './devices.ts';
import { evaluation } from './evaluation.ts';
import { failures } from './failures.ts';
import { newTaskFile, ownTask, walkthrough } from './first-use.ts';
import { models, startHub } from './models.ts';
import { noSurvivors } from './no-survivors.ts';
import { outsidePaths } from './outside-paths.ts';
import { predict } from './predict.ts';
import { reload } from './reload.ts';
import { noRuns, runs } from './runs.ts';
import { severalTasks } from './several-tasks.ts';
import { trained } from './trained.ts';

/** A part of the drive, which finds what those before it have left. */
export type Chapter = (editor: EditorPage, workbench: Workbench) => Promise<void>;

/** In one window, one after the other: a window and a trained prompt take longer than all that is looked at. */
export const byHand: Drive = {
  run: chapters('by-hand', { noRuns, devices, chart, predict, evaluation, runs, reload }),
};

/** What goes otherwise than it should, in another window, up to its sudden end. */
export const troubles: Drive = {
  run: chapters('troubles', { trained, severalTasks, failures, outsidePaths, noSurvivors }),
};

/** What somebody new meets, with a model of their own at last; before that nothing asks its hub. */
export function firstUse(): Drive {
  let hub: HubServer | undefined;
  return {
    async env() {
      const started = await startHub();
      hub = started.hub;
      return started.env;
    },
    async run(workbench, out) {
      const fromHub: Chapter = (editor) => models(editor, workbench, hub!);
      await chapters('first-use', { newTaskFile, ownTask, walkthrough, models: fromHub })(workbench, out);
    },
    close: async () => hub?.close(),
  };
}

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
