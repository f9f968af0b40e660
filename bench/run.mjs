/*
 * npm run bench NAME [-- OPTIONS]
 *
 * Bundles one of the benchmarks that are written in TypeScript, which Node would not run everywhere, and runs it.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const [name = '', ...options] = process.argv.slice(2);
const entryPoint = path.join(root, 'bench', `${name}.ts`);
if (!existsSync(entryPoint)) throw new Error(`there is no bench/${name}.ts`);
const outfile = path.join(root, 'test/out/bench', `${name}.js`);
await build({
  absWorkingDir: root,
  entryPoints: [entryPoint],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
process.argv = [process.argv[0], outfile, ...options];
await import(pathToFileURL(outfile).href);
