import { isAbsolute, join } from 'node:path';
import { expanded } from '../expanded-path.ts';
import { homeFolder } from '../home-folder.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** The folder for what can be made again: `PTASK_CACHE`, or ptask's own in the platform's usual place for caches. */
export function cacheFolder(
  { env, platform, home }: Surroundings = { env: process.env, platform: process.platform, home: homeFolder() },
): string {
  if (env.PTASK_CACHE) return expanded(env.PTASK_CACHE, env, platform, home);
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'ptask');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'ptask', 'Cache');
  // The XDG specification says that a relative path is to be ignored.
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.cache'), 'ptask');
}
