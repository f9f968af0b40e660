/*
 * npm run test:vscode [-- suite|drive …]
 *
 * Builds and packages the extension, and tests the package in a real VS Code. test/vscode/main.ts does the rest; it is
 * bundled here because Node does not run TypeScript everywhere.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const out = path.join(root, 'test/out/vscode');

for (const script of [
  ['esbuild.mjs'],
  ['scripts/package.mjs', '--target', `${process.platform}-${process.arch}`, '--out', 'test/out/vscode/ptask.vsix'],
]) {
  execFileSync(process.execPath, script, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}
const common = { absWorkingDir: root, bundle: true, platform: 'node', packages: 'external', logLevel: 'warning' };
await build({ ...common, entryPoints: ['test/vscode/main.ts'], outfile: path.join(out, 'main.mjs'), format: 'esm' });
await build({
  ...common,
  entryPoints: ['test/vscode/suite/index.ts'],
  outfile: path.join(out, 'suite.cjs'),
  format: 'cjs',
});
const { main } = await import(pathToFileURL(path.join(out, 'main.mjs')).href);
process.exitCode = await main({ root, out, only: process.argv.slice(2) });
