import type { LocateDemoOptions } from '../../../model/src/demo/demo-folder.ts';
import { locateModel } from '../../../model/src/locate-model.ts';
import { DemoBackboneError, type DemoOptions, makeDemoBackbone } from './demo/demo-backbone.ts';

export type ResolveModelResult =
  | { readonly kind: 'ok'; readonly dir: string }
  | { readonly kind: 'not-found'; readonly problem: string };

/**
 * The folder that a task file's `model` means. A demo backbone is made when it is asked for the first time.
 * @param spec and baseDir as `locateModel` takes them
 */
export async function resolveModel(
  spec: string,
  baseDir: string,
  options: DemoOptions & LocateDemoOptions = {},
): Promise<ResolveModelResult> {
  const located = await locateModel(spec, baseDir, options);
  if (located.kind === 'not-found') return located;
  if (located.kind === 'folder') return { kind: 'ok', dir: located.dir };
  try {
    return { kind: 'ok', dir: await makeDemoBackbone(located.demo, options) };
  } catch (error) {
    if (error instanceof DemoBackboneError) return { kind: 'not-found', problem: error.message };
    throw error;
  }
}
