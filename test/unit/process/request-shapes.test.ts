import { expect, it } from 'vitest';
import { InputError } from '../../../engine/src/errors.ts';
import { requireShape } from '../../../engine/src/process/request-shapes.ts';
import type { EngineRequests } from '../../../protocol/src/engine.ts';

const SOUND: { readonly [M in keyof EngineRequests]: Required<EngineRequests[M]['params']> } = {
  predict: {
    token: '1',
    file: '/a.ptask.json',
    text: '{}',
    device: 'cpu',
    taskname: 'kind',
    rows: [{ text: 'a' }],
    withUntrained: false,
    urgency: 'hover',
  },
  nearestTokens: { file: '/a', text: '', device: 'auto', taskname: 'kind', count: 3 },
  evaluate: { token: '1', file: '/a', tasknames: [], split: 'test', baselines: ['zero', 'few'], device: 'auto' },
  plan: { file: '/a', tasknames: ['kind'], device: 'auto', measure: true },
  devices: { refresh: false },
  models: { taskFile: '/a', folders: ['/b'] },
  planFetch: { model: 'owner/name' },
  fetchModel: { token: '1', model: 'owner/name' },
  planFetchCuda: {},
  fetchCuda: { token: '1' },
  runs: { folders: [] },
  runMetrics: { dir: '/a', points: 100 },
  keepBestPrompts: { file: '/a', run: '/r' },
  train: { token: '1', file: '/a', tasknames: [], resume: true, run: '/r', device: 'auto' },
};
const methods = Object.keys(SOUND) as (keyof EngineRequests)[];
const OPTIONAL = ['text', 'run'];

it.each(methods)(
  'the request %s is taken as it should be, and refused by the name of a field that is wrong',
  (method) => {
    const sound: Readonly<Record<string, unknown>> = SOUND[method];
    expect(() => requireShape(method, sound)).not.toThrow();
    for (const field of Object.keys(sound)) {
      for (const wrong of [null, 7.5, {}, [7], ...(OPTIONAL.includes(field) ? [] : [Symbol.iterator])]) {
        expect(() => requireShape(method, { ...sound, [field]: wrong }), field).toThrow(InputError);
        expect(() => requireShape(method, { ...sound, [field]: wrong })).toThrow(
          `the field '${field}' of the request '${method}' is to be `,
        );
      }
    }
  },
);

it('what may be left out may, and nothing else', () => {
  const { text, device, ...predict } = SOUND.predict;
  expect([text, device]).toBeDefined();
  expect(() => requireShape('predict', predict)).not.toThrow();
  expect(() => requireShape('predict', { ...predict, file: undefined })).toThrow("'file'");
  for (const none of [undefined, null, 7, []]) {
    expect(() => requireShape('runs', none)).toThrow(
      "the field 'folders' of the request 'runs' is to be a list of texts",
    );
    expect(() => requireShape('planFetchCuda', none)).not.toThrow();
  }
});

it('a field is not what every object has', () => {
  expect(() => requireShape('runs', Object.create({ folders: [] }))).toThrow("'folders'");
});
