/*
 * npm run bench:vscode [-- --rounds 5]
 *
 * Measures the packaged extension in a real VS Code; bench/vscode/main.ts says what and how.
 */
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildExtension, buildProgram, buildSuite, out, root } from '../../test/vscode/build.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
await buildExtension();
await buildSuite('bench/vscode/in-host.ts', 'bench-suite.cjs');
const program = await buildProgram('bench/vscode/main.ts', 'bench.mjs');
const { main } = await import(pathToFileURL(program).href);
process.exitCode = await main({ root, out, rounds: Number(values.rounds) });
