/*
 * npm run pictures
 *
 * Takes the README's pictures anew: trains an example in a real VS Code and writes docs/images/*.png. It takes some minutes.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildExtension, buildProgram, out, root } from '../build.mjs';

await buildExtension();
const program = await buildProgram('test/vscode/pictures/main.ts', 'pictures.mjs');
const { main } = await import(pathToFileURL(program).href);
await main({ root, out, images: path.join(root, 'docs/images') });
