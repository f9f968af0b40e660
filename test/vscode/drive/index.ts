import type { Workbench, WorkbenchOptions } from '../host/workbench.ts';
import { noSurvivors } from './no-survivors.ts';
import { reload } from './reload.ts';
import { wholeStory } from './whole-story.ts';

/** What is done by hand in a window with the installed extension. */
export interface Drive {
  readonly options?: Partial<WorkbenchOptions>;
  run(workbench: Workbench, out: string): Promise<void>;
}

export const DRIVES: Readonly<Record<string, Drive>> = {
  'whole-story': { run: wholeStory },
  reload: { run: reload },
  'no-survivors': { run: noSurvivors },
};
