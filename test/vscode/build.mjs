/* Builds and packages the extension, and bundles its tests, which Node would not run from TypeScript everywhere. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const out = path.join(root, 'test/out/vscode');

const common = { absWorkingDir: root, bundle: true, platform: 'node', packages: 'external', logLevel: 'warning' };

/** Makes `ptask.vsix` in `out`. */
export async function buildExtension() {
  const target = `${process.platform}-${process.arch}`;
  const vsix = path.join(out, 'ptask.vsix');
  for (const script of [['esbuild.mjs'], ['scripts/package.mjs', '--target', target, '--out', vsix]]) {
    const { stderr } = await promisify(execFile)(process.execPath, script, { cwd: root });
    process.stderr.write(stderr);
  }
}

/** Bundles what runs in the extension host, which loads CommonJS, and gives its path. */
export async function buildSuite(entryPoint = 'test/vscode/suite/index.ts', name = 'suite.cjs') {
  const outfile = path.join(out, name);
  await build({ ...common, entryPoints: [entryPoint], outfile, format: 'cjs' });
  return outfile;
}

/** Bundles a program of the tests, and gives its path. */
export async function buildProgram(entryPoint, name) {
  const outfile = path.join(out, name);
  await build({ ...common, entryPoints: [entryPoint], outfile, format: 'esm' });
  return outfile;
}
