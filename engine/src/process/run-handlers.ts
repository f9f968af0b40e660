import { listRuns, runMetrics } from '../train/run-list.ts';
import type { Handlers } from './connection.ts';

/** What is told of runs that are kept on disk; nothing is computed for it. */
export const runHandlers = {
  runs: async ({ folders }) => {
    const runs = (await Promise.all(folders.map(listRuns))).flat();
    return { runs: runs.sort((a, b) => (a.created < b.created ? 1 : -1)) };
  },
  runMetrics: ({ dir, points }) => runMetrics(dir, points),
} satisfies Handlers;
