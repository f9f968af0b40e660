import { expect, it } from 'vitest';
import { FarMachines, leavingAlone } from '../../../server/src/far-machines.ts';
import { serviceHost } from '../../../server/src/service-host.ts';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { demoModel } from '../task/harness.ts';

const FAR = ['\\\\host\\share\\a.jsonl', '//host/share/a', '\\\\?\\UNC\\host\\share\\a', '\\\\.\\pipe\\a'];
const NEAR = ['C:\\w\\a.jsonl', 'c:/w/a', '\\w\\a', 'a.jsonl'];

it('a machine is far until the editor has been there, whatever its case', () => {
  const far = new FarMachines('win32');
  for (const path of FAR) expect(far.blocked(path), path).toBeDefined();
  for (const path of NEAR) expect(far.blocked(path), path).toBeUndefined();
  far.allow('\\\\Host\\Share\\w\\t.ptask.json');
  expect(far.blocked('\\\\host\\share\\a.jsonl')).toBeUndefined();
  expect(far.blocked('//HOST/SHARE/a')).toBeUndefined();
  expect(far.blocked('\\\\host\\other\\a')).toBeDefined();
  expect(far.blocked('\\\\?\\UNC\\host\\share\\a')).toBeDefined();
  far.allow('\\\\?\\UNC\\host\\share\\a');
  expect(far.blocked('\\\\?\\UNC\\host\\share\\b')).toBeDefined();
});

it('on other systems no path is of another machine', () => {
  for (const path of FAR) expect(new FarMachines('linux').blocked(path)).toBeUndefined();
});

it('nothing is asked of one that is far, and it is told why; of another everything is', async () => {
  const asked: string[] = [];
  const taking =
    <T>(answer: T) =>
    async (path: string): Promise<T> => {
      asked.push(path);
      return answer;
    };
  const environment: CheckEnvironment = {
    resolvePath: (_, path) => path,
    readFile: taking('not-found' as const),
    readParts: taking(undefined),
    namesBeside: taking([]),
    model: ({ model }) => taking(demoModel)(model),
    promptTable: taking(undefined),
  };
  const far = new FarMachines('win32');
  const careful = leavingAlone(far, environment);
  const ask = (path: string) =>
    Promise.all([
      careful.readFile(path),
      careful.promptTable(path),
      careful.model({ taskFile: 'C:\\w\\t.ptask.json', model: path, language: null }),
      careful.readParts!(path, []),
      careful.namesBeside!(path),
    ]);
  const why = 'it is on another machine, \\\\host\\share\\, which is not asked before you have allowed it';
  expect(await ask('//host/share/a')).toEqual([
    { unreadable: why },
    { broken: why, tasks: new Map() },
    { kind: 'not-found', missing: [], reason: why },
    undefined,
    [],
  ]);
  expect(asked).toEqual([]);
  // A model may be named from a folder that is far.
  expect(await careful.model({ taskFile: '\\\\host\\share\\t.ptask.json', model: 'm', language: null })).toMatchObject({
    kind: 'not-found',
  });
  await ask('C:\\w\\a');
  expect(asked).toHaveLength(5);
  far.allow('\\\\host\\share\\t.ptask.json');
  await ask('//host/share/a');
  expect(asked).toHaveLength(10);
});

it('folders of one that is far are not listed', async () => {
  const far = { blocked: () => '\\\\host\\share\\' } as unknown as FarMachines;
  const host = serviceHost({ publish: () => {}, onError: () => {} }, far);
  expect(await host.listFolder(import.meta.dirname)).toEqual([]);
});
