import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DemoBackboneError, type DemoOptions, ensureDemoBackbone } from './demo/demo-backbone.ts';
import { DEMO_MODEL, DEMO_SIZES } from './demo/packages.ts';

export type ResolveModelResult =
  | { readonly kind: 'ok'; readonly dir: string }
  | { readonly kind: 'not-found'; readonly problem: string };

/**
 * The folder that a task file's `model` means. A demo backbone is made when it is asked for the first time.
 * @param spec `demo`, `demo-tiny`, `demo-base`, `demo-small`, or a folder (`~` is the home folder)
 * @param baseDir the task file's folder, which a relative folder starts from
 */
export async function resolveModel(
  spec: string,
  baseDir: string,
  options: DemoOptions = {},
): Promise<ResolveModelResult> {
  const size = spec === 'demo' ? DEMO_MODEL : DEMO_SIZES.find((name) => spec === `demo-${name}`);
  if (size) {
    try {
      return { kind: 'ok', dir: await ensureDemoBackbone(size, { from: [baseDir], ...options }) };
    } catch (error) {
      if (error instanceof DemoBackboneError) return { kind: 'not-found', problem: error.message };
      throw error;
    }
  }
  const dir = /^~[/\\]/.test(spec) ? join(homedir(), spec.slice(2)) : resolve(baseDir, spec);
  const found = await stat(dir).catch(() => undefined);
  if (found?.isDirectory()) return { kind: 'ok', dir };
  if (found) return { kind: 'not-found', problem: `${dir} is not a folder` };
  const demos = ['demo', ...DEMO_SIZES.map((name) => `demo-${name}`)].join(', ');
  const hub = looksLikeHubId(spec)
    ? `; if '${spec}' is a Hugging Face id: fetching models from there is not supported yet, so download it and give its folder`
    : '';
  return { kind: 'not-found', problem: `there is no model folder ${dir}${hub} (or use one of ${demos})` };
}

/** `gpt2` or `owner/name`; a path that starts with a dot, a slash or a tilde is none. */
function looksLikeHubId(spec: string): boolean {
  return /^\w[\w.-]*(\/\w[\w.-]*)?$/.test(spec);
}
