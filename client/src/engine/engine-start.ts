import type { ForkOptions } from 'node:child_process';
import type { EngineRole } from '../../../protocol/src/engine.ts';

/**
 * Of a run's process, what it frees in pieces above this many bytes goes back to the system. Else glibc takes, after the first
 * such piece, ever larger ones from a heap that it keeps, by which a run in 8 bits takes a third more memory in some runs than in others.
 */
const GIVEN_BACK_ABOVE = { MALLOC_MMAP_THRESHOLD_: String(2 ** 20) };

/** How an engine is started, whatever its streams are connected to. @param env what the user has set goes before what is set here */
export function engineStart(
  role: EngineRole,
  env: NodeJS.ProcessEnv,
): Required<Pick<ForkOptions, 'execArgv' | 'detached' | 'env'>> {
  return {
    execArgv: [],
    // A session of its own, which Linux lets go after the editor's as a whole; Windows would open a console for it.
    detached: process.platform === 'linux',
    env: { ...(role === 'train' ? GIVEN_BACK_ABOVE : {}), ...env },
  };
}
