import type { EngineError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { keepBestOf } from './keep-best.ts';
import { METHODS } from './request-shapes.ts';
import type { Role } from './role.ts';
import { runHandlers } from './run-handlers.ts';

/** Where nothing can be computed: says why to everything, but shows the runs that there are and keeps their prompts. */
export function noRuntimeRole({ handle }: Connection, why: EngineError): Role {
  const refuse = async () => {
    throw why;
  };
  handle({
    ...Object.fromEntries(METHODS.map((method) => [method, refuse])),
    ...runHandlers,
    keepBestPrompts: keepBestOf,
  });
  return { end: async () => undefined };
}
