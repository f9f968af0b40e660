import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Host } from './install-host.ts';

export interface WorkbenchOptions {
  readonly host: Host;
  readonly browser: string;
  /** Folder of installed extensions. */
  readonly extensions: string;
  /** Folder of VS Code's own extensions, where it is not to have all of them. */
  readonly builtInExtensions?: string;
  /** Copied, and opened as the workspace. */
  readonly workspace: string;
  /** Where logs and screenshots are put. */
  readonly out: string;
  /** Environment of the server, and so of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  readonly trusted?: boolean;
  readonly locale?: string;
  /** In addition to those that keep the tests to themselves. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Size in pixels of a screen, and how many pixels of a picture each of them is. */
  readonly window?: { readonly width: number; readonly height: number; readonly scale: number };
  /** The extension's folder and a suite to run in the extension host, which ends the window. */
  readonly suite?: { readonly extension: string; readonly module: string };
}

/** A window of VS Code in a browser. */
export interface Workbench {
  readonly page: Page;
  /** The copy of the workspace that is open. */
  readonly workspace: string;
  /** With a suite: resolves with its exit code. A crashed extension host gives 0 as well. */
  readonly suiteEnded: Promise<number>;
  /** The home folder, its own, of all processes behind the window. */
  readonly home: string;
  /** Hosts other than this machine that the page asked. */
  readonly strangers: ReadonlySet<string>;
  close(): Promise<void>;
}

const SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'files.simpleDialog.enable': true,
  // A workspace that is not trusted opens as such, without the question, which no driver can answer.
  'security.workspace.trust.startupPrompt': 'never',
  'files.watcherExclude': { '**/.ptask/**': false },
  // What moves is drawn without a graphics card here, and takes a processor from what is tested.
  'workbench.reduceMotion': 'on',
  'editor.cursorBlinking': 'solid',
};

/**
 * Ends at once what VS Code moves whatever its settings say, such as the wheels of what is under way: each frame of them is
 * computed. Who waits for the end of a movement is told of it.
 */
const STAND_STILL = `
  const still = new CSSStyleSheet();
  still.replaceSync(\`*, ::before, ::after {
    animation-duration: 1ms !important;
    animation-iteration-count: 1 !important;
  }\`);
  document.adoptedStyleSheets.push(still);`;

const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  await mkdir(options.out, { recursive: true });
  // Sockets are made below it, whose paths may not be long.
  const home = await mkdtemp(path.join(tmpdir(), 'vsc-'));
  const workspace = path.join(home, path.basename(options.workspace));
  await cp(options.workspace, workspace, { recursive: true });
  await mkdir(path.join(home, 'data/data/Machine'), { recursive: true });
  const settings = { ...SETTINGS, ...options.settings };
  await writeFile(path.join(home, 'data/data/Machine/settings.json'), JSON.stringify(settings));

  const server = startServer(options, home);
  let browser: Browser | undefined;
  const close = async () => {
    await Promise.race([browser?.close(), new Promise((resolve) => setTimeout(resolve, 5000))]);
    await endGroup(server);
    await cp(path.join(home, 'data/data/logs'), path.join(options.out, 'server-logs'), { recursive: true }).catch(
      () => {},
    );
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  try {
    const port = await portOf(server, path.join(options.out, 'server.log'));
    browser = await chromium.launch({ executablePath: options.browser, headless: true, args: BROWSER_FLAGS });
    const { width, height, scale } = options.window ?? { width: 1280, height: 800, scale: 1 };
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      locale: options.locale ?? 'en',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    // What a language pack would set, so that extensions are spoken to in this language; VS Code itself stays English.
    const language = JSON.stringify(options.locale ?? 'en');
    await context.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${language};`);
    await context.addInitScript(STAND_STILL);
    const page = await context.newPage();
    const strangers = strangersOf(page);
    logConsole(page, path.join(options.out, 'browser.log'));
    const suiteEnded = new Promise<number>((resolve) => {
      page.on('crash', () => resolve(-1));
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    await page.exposeFunction('codeAutomationLog', () => undefined);
    await page.goto(addressOf(port, workspace, options), { timeout: 60_000 });
    return { page, workspace, suiteEnded, home, strangers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startServer(options: WorkbenchOptions, home: string): ChildProcess {
  const { host, extensions, builtInExtensions, env, trusted = true, suite } = options;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|NODE_OPTIONS$|ELECTRON_RUN_AS_NODE$|npm_)/.test(name),
  );
  return spawn(
    host.node,
    [
      host.server,
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
      ...['--telemetry-level', 'off', '--server-data-dir', path.join(home, 'data'), '--extensions-dir', extensions],
      ...(builtInExtensions === undefined ? [] : ['--builtin-extensions-dir', builtInExtensions]),
      ...(trusted ? ['--disable-workspace-trust'] : []),
      // Without it a built VS Code ignores the page's extensionDevelopmentPath and extensionTestsPath.
      ...(suite ? ['--enable-smoke-test-driver'] : []),
    ],
    {
      cwd: home,
      // Of its own group and session, so that the extension host ends with it even where the server cannot end it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(inherited),
        ...{ EXTENSIONS_GALLERY: '{}', HOME: home, TMPDIR: home, XDG_RUNTIME_DIR: home },
        ...env,
      },
    },
  );
}

/** Resolves when the server says where it listens. */
function portOf(server: ChildProcess, logFile: string): Promise<number> {
  const log = createWriteStream(logFile);
  server.stderr?.pipe(log, { end: false });
  server.stdout?.pipe(log, { end: false });
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      const port = /listening on (\d+)/.exec(text)?.[1];
      if (port) resolve(Number(port));
    });
    server.on('exit', (code) => reject(new Error(`the VS Code server ended with ${code}; see ${logFile}`)));
  });
}

function addressOf(port: number, workspace: string, { suite }: WorkbenchOptions): string {
  const uri = (file: string) => `vscode-remote://127.0.0.1:${port}${file}`;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
    ...(suite
      ? [
          ['extensionDevelopmentPath', uri(suite.extension)],
          ['extensionTestsPath', uri(suite.module)],
        ]
      : []),
  ];
  const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
  return `http://127.0.0.1:${port}/?${query}`;
}

function strangersOf(page: Page): Set<string> {
  const strangers = new Set<string>();
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    // Files of a webview have a made-up host, whose requests VS Code's service worker answers.
    if (hostname === '127.0.0.1' || hostname.endsWith('.vscode-resource.vscode-cdn.net')) return;
    if (/^(https?|wss?):$/.test(protocol)) strangers.add(hostname);
  });
  return strangers;
}

function logConsole(page: Page, file: string): void {
  const log = createWriteStream(file);
  page.on('console', (message) => log.write(`[${message.type()}] ${message.text()}\n`));
  page.on('pageerror', (error) => log.write(`[error] ${error.stack}\n`));
}

/** Ends a process and those it started. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}
