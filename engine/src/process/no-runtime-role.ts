import type { EngineError } from '../errors.ts';
import type { Connection, Method } from './connection.ts';
import { keepBestOf } from './keep-best.ts';
import type { Role } from './role.ts';
import { runHandlers } from './run-handlers.ts';

const COMPUTING = ['predict', 'nearestTokens', 'evaluate', 'plan', 'devices', 'train'] as const satisfies Method[];

/** Where nothing can be computed: says why to everything that would, and shows the runs that there are. */
export function noRuntimeRole({ handle }: Connection, why: EngineError): Role {
  const refuse = async () => {
    throw why;
  };
  handle({
    ...Object.fromEntries(COMPUTING.map((method) => [method, refuse])),
    ...runHandlers,
    keepBestPrompts: keepBestOf,
  });
  return { end: async () => undefined };
}
