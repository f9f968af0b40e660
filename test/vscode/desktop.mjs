/*
 * npm run test:desktop
 *
 * The suite of test:vscode in a desktop VS Code: the one that VSCODE_PATH names (its program, not its command line), or
 * one that is downloaded, in the version that VSCODE_VERSION names. It needs a display; on Linux without one,
 * `xvfb-run -a npm run test:desktop`. A workspace that is not trusted is left to test:vscode: @vscode/test-electron
 * always trusts.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode, resolveCliPathFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { buildExtension, buildSuite, out, root } from './build.mjs';

/** Fewer tests would mean that the suite was not loaded as a whole. */
const LEAST = 17;

await buildExtension();
const suite = await buildSuite();
const { VSCODE_PATH, VSCODE_VERSION: version = 'stable' } = process.env;
const vscode = VSCODE_PATH ?? (await downloadAndUnzipVSCode({ version, cachePath: path.join(root, '.vscode-test') }));

// Sockets are made below it, whose paths may not be long.
const home = mkdtempSync(path.join(tmpdir(), 'vsc-'));
try {
  const extensions = path.join(home, 'extensions');
  const profile = ['--user-data-dir', path.join(home, 'data')];
  command(vscode, ...profile, '--extensions-dir', extensions, '--install-extension', path.join(out, 'ptask.vsix'));
  const extension = readdirSync(extensions).find((name) => name.startsWith('ptask.'));
  if (extension === undefined) throw new Error('the package was not installed');
  const workspace = path.join(home, 'workspace');
  cpSync(path.join(root, 'test/vscode/workspace'), workspace, { recursive: true });
  const results = path.join(out, 'desktop-results.json');
  rmSync(results, { force: true });
  const ended = await runTests({
    vscodeExecutablePath: vscode,
    extensionDevelopmentPath: path.join(extensions, extension),
    extensionTestsPath: suite,
    launchArgs: [workspace, ...profile, '--extensions-dir', path.join(home, 'no-extensions'), '--disable-telemetry'],
    extensionTestsEnv: {
      PTASK_TEST_RESULTS: results,
      PTASK_CACHE: path.join(root, '.vscode-test/models'),
      // It is set in a terminal of VS Code, and would make the program a plain Node.
      ELECTRON_RUN_AS_NODE: undefined,
    },
  }).catch((error) => error);
  if (!existsSync(results)) throw new Error('the suite did not end', { cause: ended });
  const passed = report(results);
  if (ended !== 0) throw ended;
  if (passed < LEAST) throw new Error(`only ${passed} tests passed, at least ${LEAST} were expected`);
} finally {
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Runs VS Code's command line. On Windows it is a batch file, which needs a shell. */
function command(executable, ...args) {
  const shell = process.platform === 'win32';
  const quoted = (text) => (shell ? `"${text}"` : text);
  // Root may run it only where it is told to, and the sandbox is of no use for this.
  const all = process.getuid?.() === 0 ? ['--no-sandbox', ...args] : args;
  execFileSync(quoted(resolveCliPathFromVSCodeExecutablePath(executable)), all.map(quoted), {
    shell,
    stdio: 'inherit',
  });
}

/** Prints how each test has ended, and gives the number of those that passed. */
function report(file) {
  const { tests } = JSON.parse(readFileSync(file, 'utf8'));
  for (const { title, milliseconds, error } of tests) {
    console.log(error === undefined ? `ok   ${title} (${milliseconds} ms)` : `FAIL ${title}\n${error}`);
  }
  return tests.filter(({ error }) => error === undefined).length;
}
