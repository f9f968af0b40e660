/*
 * npm run test:vscode [-- suite|untrusted|whole-story …]
 *
 * Tests the packaged extension in a real VS Code; test/vscode/main.ts says how.
 */
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { buildExtension, buildProgram, buildSuite, out, root } from './build.mjs';

await buildSuite();
const program = await buildProgram('test/vscode/main.ts', 'main.mjs');
const { main } = await import(pathToFileURL(program).href);
// The package is made while VS Code is installed, which takes as long.
process.exitCode = await main({ root, out, only: process.argv.slice(2), packaged: buildExtension() });
