import { join } from 'node:path';
import { homeFolder } from './home-folder.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `~` in front is the user's home folder; `$NAME` and `${NAME}` are variables, as no shell has put their values into what comes
 * of a file such as `/etc/environment`; on Windows `%NAME%` as well. One that is not set stays as it is written, as in Python.
 */
export function expanded(
  path: string,
  environment: Environment = process.env,
  platform = process.platform,
  home = homeFolder(),
): string {
  const own = /^~(?=[/\\]|$)/.test(path) ? join(home, path.slice(1)) : path;
  const named = own.replaceAll(/\$(?:(\w+)|\{(\w+)\})/g, (text, bare, braced) => environment[bare ?? braced] ?? text);
  return platform === 'win32' ? named.replaceAll(/%([^%]+)%/g, (text, name) => environment[name] ?? text) : named;
}
