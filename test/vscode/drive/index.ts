import type { Workbench, WorkbenchOptions } from '../host/workbench.ts';
import { byHand, firstUse, troubles } from './chapters/index.ts';
import { fetchCuda } from './fetch-cuda.ts';
import { noRuntime, withoutRuntime } from './no-runtime.ts';
import { swedish } from './swedish.ts';
import { wholeStory } from './whole-story.ts';

/** What is done by hand in a window with the installed extension. */
export interface Drive {
  readonly options?: Partial<WorkbenchOptions>;
  /** Variables of the extension host, made before the window opens. */
  env?(): Promise<Readonly<Record<string, string>>>;
  /** Makes another folder of extensions out of that with the installed one, and gives its path. */
  extensions?(installed: string, out: string): Promise<string>;
  run(workbench: Workbench, out: string): Promise<void>;
  /** Ends what `env` and `extensions` have started, whether or not a window has opened. */
  close?(): Promise<void>;
}

/** The longest first, as two windows are open at a time. */
export const DRIVES: Readonly<Record<string, Drive>> = {
  'by-hand': byHand,
  'first-use': firstUse(),
  troubles,
  'whole-story': { run: wholeStory },
  swedish: { options: { locale: 'sv' }, run: swedish },
  ...(process.platform === 'linux' && process.arch === 'x64' ? { 'fetch-cuda': fetchCuda() } : {}),
  'no-runtime': { extensions: withoutRuntime, run: noRuntime },
};
