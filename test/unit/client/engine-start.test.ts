import { expect, it } from 'vitest';
import { engineStart } from '../../../client/src/engine/engine-start.ts';

it('a run gives large pieces of memory back to the system, unless the user has said otherwise', () => {
  const variable = 'MALLOC_MMAP_THRESHOLD_';
  expect(engineStart('train', { HOME: '/home/eva' }).env).toEqual({ HOME: '/home/eva', [variable]: '1048576' });
  expect(engineStart('train', { [variable]: '65536' }).env).toEqual({ [variable]: '65536' });
  expect(engineStart('predict', {}).env).toEqual({});
});
