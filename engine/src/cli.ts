import { HELP, helpOf } from './cli/help.ts';
import { watchOutput } from './cli/lost-output.ts';
import { didYouMean, UsageError } from './cli/usage.ts';
import { asPtaskError, InputError, PtaskError } from './errors.ts';
import { loadRuntime } from './runtime/load-runtime.ts';
import { forTerminal } from './text.ts';
import { VERSION } from './version.ts';

/** Runs with the arguments after its name and gives the exit code. */
type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  new: async () => (await import('./cli/new.ts')).newCommand,
  check: async () => (await import('./cli/check.ts')).check,
  train: async () => (await import('./cli/train.ts')).trainCommand,
  predict: async () => (await import('./cli/predict.ts')).predict,
  evaluate: async () => (await import('./cli/evaluate.ts')).evaluate,
  export: async () => (await import('./cli/export.ts')).exportCommand,
  models: async () => (await import('./cli/models.ts')).models,
  fetch: async () => (await import('./cli/fetch.ts')).fetchCommand,
  devices: async () => (await import('./cli/devices.ts')).devices,
  bench: async () => (await import('./cli/bench.ts')).bench,
  demo: async () => (await import('./cli/demo.ts')).demo,
  lsp: async () => (await import('./cli/lsp.ts')).languageServer(new URL('server.js', import.meta.url)),
};

/** The commands that import ONNX Runtime. */
const COMPUTING = ['train', 'predict', 'evaluate', 'devices', 'bench', 'demo'];

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    process.stderr.write(HELP);
    return 2;
  }
  if (['--help', '-h', 'help'].includes(name)) {
    process.stdout.write(rest[0] === undefined ? HELP : helpOf(rest[0]));
    return 0;
  }
  if (Object.hasOwn(COMMANDS, name) && rest.some((arg) => /^(--help|-h)$/.test(arg))) {
    process.stdout.write(helpOf(name));
    return 0;
  }
  if (['--version', '-v', 'version'].includes(name)) {
    process.stdout.write(`ptask ${VERSION}\n`);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(`there is no command '${name}'${didYouMean(name, Object.keys(COMMANDS))}`);
  }
  // An editor may start the server anywhere.
  if (name !== 'lsp') requireWorkingFolder();
  if (COMPUTING.includes(name)) await loadRuntime();
  const command = await COMMANDS[name]!();
  return command(rest);
}

/**
 * Node asks the system once where the process is, and knows it from then on, even if the folder is deleted during a run.
 * @throws InputError where it has been already
 */
function requireWorkingFolder(): void {
  try {
    process.cwd();
  } catch {
    throw new InputError('the current folder has been deleted; change to another one');
  }
}

/** What the system lets this process open is less than the files that the program consists of. */
function isOutOfFiles(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EMFILE', 'ENFILE'].includes(String(error.code));
}

/** Says what went wrong in one line, and gives the exit code. */
function report(thrown: unknown, args: readonly string[]): number {
  const error = isOutOfFiles(thrown)
    ? new InputError('too many files are open; `ulimit -n` raises how many may be', { cause: thrown })
    : asPtaskError(thrown);
  const message = error instanceof Error ? error.message : String(error);
  let exitCode = 3;
  let line = `internal error: ${message.split('\n')[0]}`;
  if (error instanceof UsageError) {
    exitCode = 2;
    line = `ptask: ${message} (ptask --help shows how it is used)`;
  } else if (error instanceof PtaskError) {
    exitCode = error.exitCode;
    line = `error: ${message}`;
  }
  process.stderr.write(`${forTerminal(line)}\n`);
  if (args.includes('--json') && exitCode !== 2) {
    process.stdout.write(`${JSON.stringify({ event: 'error', message })}\n`);
  }
  if (process.env.PTASK_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCode;
}

watchOutput();
const args = process.argv.slice(2);
// What never comes is no success; Node would say so only where this were the program that was started.
const waitedInVain = () => {
  process.exitCode = report(new Error('it ended before it was done'), args);
};
process.once('beforeExit', waitedInVain);
process.exitCode = await main(args).catch((error: unknown) => report(error, args));
process.off('beforeExit', waitedInVain);
