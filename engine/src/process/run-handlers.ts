import { listRuns, runMetrics } from '../train/run-list.ts';
import type { Handlers } from './connection.ts';

/** What is told of runs that are kept on disk; nothing is computed for it. */
export const runHandlers = {
  runs: async ({ folders }) => ({ runs: await listRuns(folders) }),
  runMetrics: ({ dir, points }) => runMetrics(dir, points),
} satisfies Handlers;
