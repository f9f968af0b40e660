import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../../../task/src/nearest.ts';
import { withFilesFor } from './wildcards.ts';

/** The command was called wrongly; the message is one line. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Whoever gives one of these twice means both. Of others the last one counts, as a script may add it to those that it has. */
const ALL_MEANT = ['task', 'input', 'seeds', 'language'];

/**
 * Options and positional arguments of a command.
 * @param files how many positional arguments it takes, at least and at most
 * @param missing what is asked where one is missing
 * @throws UsageError for anything that the command does not know
 */
export function readArguments<T extends Options>(
  args: readonly string[],
  options: T,
  files: readonly [least: number, most: number],
  missing = 'which task file?',
) {
  const parsed = parsedOrUsageError(args, options);
  const { tokens } = parsed;
  const positionals = withFilesFor(parsed.positionals);
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  const twice = ALL_MEANT.find((name) => !options[name]?.multiple && given.filter((one) => one === name).length > 1);
  if (twice !== undefined) throw new UsageError(`--${twice} may be given only once`);
  const [least, most] = files;
  if (positionals.length < least) throw new UsageError(missing);
  if (positionals.length > most) throw new UsageError(`'${positionals[most]}' is one argument too many`);
  return { ...parsed, positionals };
}

function parsedOrUsageError<T extends Options>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true });
  } catch (error) {
    // Node's message goes on with advice on how to write a positional argument; its first sentence says what is wrong.
    const [message] = (error as Error).message.split(/\. |\n/);
    const [, unknown] = /^Unknown option '(--.*?)'/.exec(message!) ?? [];
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(message!.replace(/\.$/, '') + (unknown === undefined ? '' : didYouMean(unknown, known)));
  }
}

/** `; did you mean 'x'?`, or nothing where no word is near. */
export function didYouMean(word: string, words: readonly string[]): string {
  const candidate = nearest(word, words);
  return candidate === undefined ? '' : `; did you mean '${candidate}'?`;
}

/** One of some words. @throws UsageError */
export function oneOf<T extends string>(option: string, value: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new UsageError(`--${option} is one of ${words.join(', ')}, not '${value}'`);
  return word;
}

/** A whole number from `least` on. @throws UsageError */
export function wholeNumber(option: string, value: string | undefined, least: number): number {
  if (value === undefined) throw new UsageError(`--${option} is missing`);
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < least) {
    throw new UsageError(`--${option} is a whole number from ${least} on, not '${value}'`);
  }
  return number;
}
