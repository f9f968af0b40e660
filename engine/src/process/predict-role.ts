import { listRuns, runMetrics } from '../train/run-list.ts';
import type { Connection } from './connection.ts';
import type { Role } from './role.ts';

/** Everything that only reads, for as long as the window is open. */
export function predictRole(connection: Connection, _program: URL): Role {
  connection.handle({
    runs: async ({ folders }) => {
      const runs = (await Promise.all(folders.map(listRuns))).flat();
      return { runs: runs.sort((a, b) => (a.created < b.created ? 1 : -1)) };
    },
    runMetrics: ({ dir, points }) => runMetrics(dir, points),
  });
  return { end: async () => undefined };
}
