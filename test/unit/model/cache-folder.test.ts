import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFolder } from '../../../model/src/demo/cache-folder.ts';

const home = join('/', 'home', 'eva');

test.each([
  ['Linux', 'linux', {}, join(home, '.cache', 'ptask')],
  ['Linux with XDG_CACHE_HOME', 'linux', { XDG_CACHE_HOME: '/var/eva' }, join('/var/eva', 'ptask')],
  ['Linux with a relative XDG_CACHE_HOME', 'linux', { XDG_CACHE_HOME: 'eva' }, join(home, '.cache', 'ptask')],
  ['macOS', 'darwin', {}, join(home, 'Library', 'Caches', 'ptask')],
  ['Windows', 'win32', { LOCALAPPDATA: join(home, 'Local') }, join(home, 'Local', 'ptask', 'Cache')],
  ['Windows without LOCALAPPDATA', 'win32', {}, join(home, 'AppData', 'Local', 'ptask', 'Cache')],
  ['anywhere with PTASK_CACHE', 'darwin', { PTASK_CACHE: '/cache' }, '/cache'],
  ['PTASK_CACHE that no shell has read', 'linux', { PTASK_CACHE: '~/models' }, join(home, 'models')],
] as const)('%s', (_, platform, env, expected) => {
  expect(cacheFolder({ platform, env, home })).toBe(expected);
});
