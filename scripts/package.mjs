/*
 * npm run package [-- --target linux-x64] [--out FILE]
 *
 * Makes the VSIX of the extension for this platform or another; package-files.mjs says what is in it. `npm run build`
 * comes first.
 */
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { dependencyFiles, ownFiles, TARGETS } from './package-files.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
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
  for (const { from, to } of [...(await ownFiles(root)), ...(await dependencyFiles(root, target))]) {
    await mkdir(path.dirname(path.join(stage, to)), { recursive: true });
    await cp(path.join(root, from), path.join(stage, to));
  }
  const page = await readFile(path.join(root, 'docs/extension.md'), 'utf8');
  await writeFile(path.join(stage, 'README.md'), withoutLinks(page));
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

/** Other pages of the documentation are not in the package. */
function withoutLinks(markdown) {
  return markdown.replace(/\[([^\]]+)\]\([\w./-]+\.md(#[\w-]+)?\)/g, '$1');
}
