import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const OUT = 'dist';
// Node 20.11 and newer would say it themselves.
const root = fileURLToPath(new URL('.', import.meta.url));

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: OUT,
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  legalComments: 'linked',
  logLevel: 'warning',
};

const programs = await build({
  ...common,
  entryPoints: {
    'ptask.main': 'engine/src/cli.ts',
    engine: 'engine/src/engine.ts',
    'server.main': 'server/src/main.ts',
  },
  format: 'esm',
  // What a command does not need is not loaded: the runtime alone takes longer than printing the help.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  external: ['onnxruntime-node', 'sts-whisper-*'],
  // For libraries that are CommonJS.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
});

// The extension host of the oldest VS Code that is supported loads CommonJS alone.
const extension = await build({
  ...common,
  entryPoints: { extension: 'client/src/extension.ts' },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  external: ['vscode'],
});

const pages = await build({
  ...common,
  entryPoints: ['client/webview/chart.ts', 'client/webview/chart.css'],
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  minify: true,
});

/**
 * What people and editors start: an older Node, which could not even load the program, is told which one it takes. Why it cannot be
 * loaded otherwise is told in a line: a file of it is missing, or too many are open.
 */
async function start(name) {
  const { engines } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const oldest = Number(/^>=(\d+)$/.exec(engines.node)[1]);
  // Only what Node 12 understands, which some systems still install; so nothing waits here for what is loaded.
  const code = `#!/usr/bin/env node
if (parseInt(process.versions.node, 10) < ${oldest}) {
  process.stderr.write(
    'error: ptask needs Node ${oldest} or later; this is Node ' + process.versions.node + ' (' + process.execPath + ')\\n',
  );
  process.exitCode = 1;
} else {
  import('./${name}.main.js').catch(function (error) {
    process.stderr.write('error: ptask cannot be loaded: ' + error[process.env.PTASK_DEBUG === '1' ? 'stack' : 'message'] + '\\n');
    process.exitCode = 3;
  });
}
`;
  return { path: path.join(root, OUT, `${name}.js`), contents: new TextEncoder().encode(code) };
}

const built = [programs, extension, pages].flatMap((result) => result.outputFiles);
const outputFiles = [...built, await start('ptask'), await start('server')];

// A file is replaced as a whole and only where it differs, so that a program that is running, or a second build, is safe.
for (const { path: file, contents } of outputFiles) {
  const present = await readFile(file).catch(() => undefined);
  if (present?.equals(contents)) continue;
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, contents, { mode: 0o755 });
  await rename(temporary, file);
}

const chunks = path.join(root, OUT, 'chunks');
const current = new Set(outputFiles.map(({ path: file }) => path.basename(file)));
for (const name of await readdir(chunks)) {
  if (!current.has(name) && !name.endsWith('.tmp')) await rm(path.join(chunks, name), { force: true });
}
