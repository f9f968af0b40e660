import nodePath from 'node:path';
import { t } from '../../l10n/src/words.ts';
import type { CheckEnvironment } from '../../task/src/environment.ts';

/*
 * Windows opens `\\host\share\file` as it opens any other file, and tells that host the user's name, and enough to guess the
 * password from, whoever only looks whether the file is there. A task file from elsewhere may name any host. So nothing is asked of
 * one but where the editor has been there already, or the user has allowed it.
 */

/** Which other machines may be asked for files. */
export class FarMachines {
  readonly #path: nodePath.PlatformPath;
  readonly #near = new Set<string>();

  constructor(platform: NodeJS.Platform = process.platform) {
    this.#path = platform === 'win32' ? nodePath.win32 : nodePath.posix;
  }

  /** Takes note of a path that the editor itself has opened, or the user has allowed. */
  allow(path: string): void {
    const root = this.#rootOf(path);
    if (root !== undefined) this.#near.add(root);
  }

  /** The root (`\\host\share\`) of a path on a machine that may not be asked; undefined of any other path. */
  blocked(path: string): string | undefined {
    const root = this.#rootOf(path);
    return root === undefined || this.#near.has(root) ? undefined : root;
  }

  /** That of a path that may start at a task file's folder. */
  blockedBeside(taskFile: string, path: string): string | undefined {
    return this.blocked(this.#path.resolve(this.#path.dirname(taskFile), path));
  }

  #rootOf(path: string): string | undefined {
    const { root } = this.#path.parse(this.#path.normalize(path));
    if (!root.startsWith('\\\\')) return undefined;
    // What stands in front of the path of a device says nothing of which one.
    return /^\\\\[?.]\\/.test(root) ? path.toLowerCase() : root.toLowerCase();
  }
}

/** An environment that leaves those machines alone. */
export function leavingAlone(far: FarMachines, environment: CheckEnvironment): CheckEnvironment {
  const { readFile, readParts, namesBeside, model, promptTable } = environment;
  return {
    ...environment,
    readFile: async (path) => {
      const root = far.blocked(path);
      return root === undefined ? readFile(path) : { unreadable: whyNot(root) };
    },
    ...(readParts && {
      readParts: async (path, parts) => (far.blocked(path) === undefined ? readParts(path, parts) : undefined),
    }),
    ...(namesBeside && { namesBeside: async (path) => (far.blocked(path) === undefined ? namesBeside(path) : []) }),
    model: async (reference) => {
      const root = far.blockedBeside(reference.taskFile, reference.model);
      return root === undefined ? model(reference) : { kind: 'not-found', missing: [], reason: whyNot(root) };
    },
    promptTable: async (path) => {
      const root = far.blocked(path);
      return root === undefined ? promptTable(path) : { broken: whyNot(root), tasks: new Map() };
    },
  };
}

function whyNot(root: string): string {
  return t('it is on another machine, {0}, which is not asked before you have allowed it', root);
}
