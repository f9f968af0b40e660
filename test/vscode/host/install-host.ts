import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { npm } from './npm.ts';

/*
 * VS Code's own server, with the real workbench and extension host, comes from the npm package code-server, whose folder
 * lib/vscode it is. It is as large as everything else together, so that it is no dependency of ours: it is put into
 * .vscode-test, once.
 */

const CODE_SERVER = '4.139.1';
/** The server's native modules are built for this one. */
const NODE = '24.21.0';

export interface Host {
  /** The Node that the server runs on. */
  readonly node: string;
  /** Path of `server-main.js`. */
  readonly server: string;
  /** Folder of those of VS Code's own extensions that may have to do with a task file; for windows that open sooner. */
  readonly fewExtensions: string;
}

const run = promisify(execFile);

/** Parts of the server that are not needed here and are large or bring binaries for other systems. */
const UNUSED =
  /^(@github\/copilot|@microsoft\/mxc-sdk$|@anthropic-ai\/|@devcontainers\/|@vscode\/(windows-|sandbox-runtime|sqlite3)|kerberos$|ssh2$)/;

/**
 * Extensions of VS Code's own that have nothing to do with a task file. Each window would start some of them, which takes time, and
 * some ask hosts of other people. Benchmarks have them all, as users do: without them ptask begins while the window is still drawn.
 */
const UNUSED_EXTENSIONS = [
  ...['github', 'github-authentication', 'microsoft-authentication', 'tunnel-forwarding', 'simple-browser'],
  ...['git', 'git-base', 'merge-conflict', 'terminal-suggest', 'references-view', 'media-preview', 'emmet'],
  ...['typescript-language-features', 'css-language-features', 'html-language-features', 'php-language-features'],
  ...['npm', 'grunt', 'gulp', 'jake', 'ipynb', 'notebook-renderers', 'mermaid-markdown-features'],
  ...['debug-auto-launch', 'debug-server-ready'],
  ...['ms-vscode.js-debug', 'ms-vscode.js-debug-companion', 'ms-vscode.vscode-js-profile-table'],
];

/** Installs the server into the repository's folder of hosts, unless it is there. */
export async function installHost(root: string): Promise<Host> {
  const dir = path.join(root, '.vscode-test', `code-server-${CODE_SERVER}-node-${NODE}`);
  const host = {
    node: path.join(dir, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node'),
    server: path.join(dir, 'server/out/server-main.js'),
    fewExtensions: path.join(dir, 'few-extensions'),
  };
  const complete = path.join(dir, 'complete');
  if ((await readFile(complete).catch(() => undefined)) === undefined) {
    await install(dir);
    await writeFile(complete, '');
  }
  await linkFewExtensions(path.join(dir, 'server/extensions'), host.fewExtensions);
  await putStandIns(path.join(dir, 'server/node_modules/@vscode'), path.join(root, 'test/vscode/host/stand-ins'));
  return host;
}

async function install(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, 'package.json'), '{ "private": true }');
  await npm(dir, 'install', '--no-save', '--no-package-lock', `node-${process.platform}-${process.arch}@${NODE}`);
  const { stdout } = await npm(dir, 'pack', `code-server@${CODE_SERVER}`, '--json');
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await run('tar', ['xzf', filename, 'package/lib/vscode'], { cwd: dir });
  const server = path.join(dir, 'server');
  await rename(path.join(dir, 'package/lib/vscode'), server);
  await rm(path.join(dir, filename));
  await rm(path.join(server, 'extensions/copilot'), { recursive: true, force: true });
  await installServerPackages(server);
}

async function linkFewExtensions(all: string, few: string): Promise<void> {
  await rm(few, { recursive: true, force: true });
  await mkdir(few);
  for (const entry of await readdir(all, { withFileTypes: true })) {
    if (!entry.isDirectory() || UNUSED_EXTENSIONS.includes(entry.name)) continue;
    await symlink(path.join(all, entry.name), path.join(few, entry.name), 'junction');
  }
}

async function installServerPackages(server: string): Promise<void> {
  const file = path.join(server, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies: Record<string, string> };
  manifest.dependencies = Object.fromEntries(
    Object.entries(manifest.dependencies).filter(([name]) => !UNUSED.test(name)),
  );
  await writeFile(file, JSON.stringify(manifest, null, 2));
  await npm(server, 'install', '--omit=dev', '--legacy-peer-deps');
}

/** Two native modules are loaded at the start. They would have to be compiled, and do nothing that matters here. */
async function putStandIns(modules: string, standIns: string): Promise<void> {
  for (const name of ['spdlog', 'native-watchdog']) {
    await cp(path.join(standIns, `${name}.cjs`), path.join(modules, name, 'index.js'));
  }
}
