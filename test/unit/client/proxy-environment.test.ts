import { expect, it } from 'vitest';
import { proxyEnvironment } from '../../../client/src/engine/proxy-environment.ts';

const proxy = 'http://proxy.example:3128';
const ON = { NODE_USE_ENV_PROXY: '1' };

it.each([
  ['none', {}, {}, ON],
  ['that of the settings', { proxy }, {}, { ...ON, HTTPS_PROXY: proxy, HTTP_PROXY: proxy }],
  [
    'that of the settings, with exceptions',
    { proxy, noProxy: ['a.example', 'b.example'] },
    { https_proxy: '' },
    { ...ON, HTTPS_PROXY: proxy, HTTP_PROXY: proxy, NO_PROXY: 'a.example,b.example' },
  ],
  ['that of the environment, which is passed on anyway', { proxy }, { https_proxy: 'http://other.example' }, ON],
])('the proxy is %s', (_, settings, environment, expected) => {
  expect(proxyEnvironment({ proxy: undefined, noProxy: undefined, ...settings }, environment)).toEqual(expected);
});
