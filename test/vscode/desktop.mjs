/*
 * npm run test:desktop
 *
 * The suite of test:vscode in a desktop VS Code, which is downloaded, or in the one that VSCODE_PATH names. It needs a
 * display.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { buildExtension, buildSuite, out, root } from './build.mjs';

buildExtension();
await buildSuite();
const vscodeExecutablePath =
  process.env.VSCODE_PATH ?? (await downloadAndUnzipVSCode({ cachePath: path.join(root, '.vscode-test') }));
const extensions = path.join(out, 'desktop-extensions');
rmSync(extensions, { recursive: true, force: true });
const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(vscodeExecutablePath);
execFileSync(cli, [...args, '--extensions-dir', extensions, '--install-extension', path.join(out, 'ptask.vsix')], {
  stdio: 'inherit',
});
const extension = readdirSync(extensions).find((name) => name.startsWith('ptask.'));
const home = mkdtempSync(path.join(tmpdir(), 'vsc-'));
const workspace = path.join(home, 'workspace');
cpSync(path.join(root, 'test/vscode/workspace'), workspace, { recursive: true });
const results = path.join(out, 'desktop-results.json');
rmSync(results, { force: true });
try {
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: path.join(extensions, extension),
    extensionTestsPath: path.join(out, 'suite.cjs'),
    launchArgs: [workspace, '--disable-workspace-trust', '--user-data-dir', path.join(home, 'data')],
    extensionTestsEnv: { PTASK_TEST_RESULTS: results, PTASK_CACHE: path.join(root, '.vscode-test/models') },
  });
} finally {
  rmSync(home, { recursive: true, force: true });
}
for (const { title, milliseconds, error } of JSON.parse(readFileSync(results, 'utf8')).tests) {
  console.log(error === undefined ? `ok   ${title} (${milliseconds} ms)` : `FAIL ${title}\n${error}`);
}
