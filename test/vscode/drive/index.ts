import type { Workbench, WorkbenchOptions } from '../host/workbench.ts';

/** What is done by hand in a window with the installed extension. */
export interface Drive {
  readonly options?: Partial<WorkbenchOptions>;
  run(workbench: Workbench, out: string): Promise<void>;
}

export const DRIVES: Readonly<Record<string, Drive>> = {};
