import { constants } from 'node:os';
import { speakLanguage } from '../../../l10n/src/display-language.ts';
import type { EngineRole } from '../../../protocol/src/engine.ts';
import { EngineError } from '../errors.ts';
import { loadRuntime } from '../runtime/load-runtime.ts';
import { VERSION } from '../version.ts';
import { type Connection, connect } from './connection.ts';
import { log } from './log.ts';
import { lowerPriority } from './lower-priority.ts';
import type { Role } from './role.ts';
import { startWatchdog } from './watchdog.ts';

const USAGE = `ptask's engine, for programs that start it: engine.js predict|train [--stdio]
Messages are JSON-RPC over the IPC channel of Node's fork, or over standard input and output with --stdio.
People use the command ptask instead.
`;

/**
 * Predictions take what the editor leaves, and a run what both leave; the runtime's threads inherit it. On Windows the first is
 * as good as normal.
 */
const NICENESS: Readonly<Record<EngineRole, number>> = {
  predict: 5,
  train: constants.priority.PRIORITY_BELOW_NORMAL,
};

/**
 * The engine as a process of its own, until its parent ends it, closes the channel or dies.
 * @param program where this program is, to be started again for its watchdog and its probes
 */
export async function main(args: readonly string[], program: URL): Promise<void> {
  const [name, ...options] = args;
  await speakLanguage(process.env.PTASK_LOCALE, new URL('../l10n/', program));
  if (name === 'probe' && options.length === 1) {
    startWatchdog(program);
    await (await import('../devices/probe.ts')).answerProbe(options[0]!);
    return;
  }
  const stdio = options.includes('--stdio');
  const role = name === 'predict' || name === 'train' ? name : undefined;
  if (!role || (!stdio && process.send === undefined)) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  await serve(role, stdio, program);
}

async function serve(name: EngineRole, stdio: boolean, program: URL): Promise<void> {
  // A log that cannot be written, as into a file on a full disk, is none, and no reason to end.
  process.stderr.on('error', () => undefined);
  const watchdog = startWatchdog(program);
  let role: Role | undefined;
  let ending = false;
  const end = async (why: string) => {
    if (ending) return;
    ending = true;
    watchdog.endSoon();
    log.info(`${why}: ending`);
    await role?.end().catch((error: unknown) => log.error(String(error)));
    process.exit(0);
  };
  const connection = connect(stdio, () => end('the channel was closed'));
  // A terminal's Ctrl-C goes to every process of its group; the parent decides what it means for this one.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal));
  process.on('uncaughtException', (error) => {
    log.error(error.stack ?? error.message);
    process.exit(3);
  });
  // Its own priority is lowered at once; for that of its session, which may have to wait, nothing has to.
  void lowerPriority(NICENESS[name]);
  role = await roleOf(name, connection, program);
  await watchdog.watching;
  connection.on('exit', () => end('the client asked for it'));
  connection.listen();
  log.info(`ptask ${VERSION} ${name}, process ${process.pid}`);
  connection.notify('ready', { role: name, pid: process.pid, version: VERSION });
}

async function roleOf(name: EngineRole, connection: Connection, program: URL): Promise<Role> {
  try {
    await loadRuntime();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    log.error(error.message);
    return (await import('./no-runtime-role.ts')).noRuntimeRole(connection, error);
  }
  return name === 'train'
    ? (await import('./train-role.ts')).trainRole(connection, program)
    : (await import('./predict-role.ts')).predictRole(connection, program);
}
