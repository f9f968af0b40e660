import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FindOptions, tryDevices } from '../../../engine/src/devices/find-devices.ts';
import { type Probe, probe } from '../../../engine/src/devices/probe.ts';
import { rememberProbes } from '../../../engine/src/devices/probe-cache.ts';

const WORKS: Probe = { state: 'works', milliseconds: 1, float16: true };
const FAILS: Probe = { state: 'fails', milliseconds: 1, reason: 'no driver' };

vi.mock('../../../engine/src/runtime/provider.ts', () => ({
  installedProviders: () => ['cpu', 'webgpu', 'cuda', 'dml'].map((name) => ({ name, bundled: true })),
  runtimeVersion: () => '1.0.0',
}));
vi.mock('../../../engine/src/devices/probe.ts', () => ({ probe: vi.fn(async () => WORKS) }));
vi.mock('../../../engine/src/devices/probe-cache.ts', () => ({
  readProbes: async () =>
    new Map<string, Probe>([
      ['webgpu', WORKS],
      ['cuda', FAILS],
    ]),
  rememberProbes: vi.fn(),
}));
afterEach(() => vi.clearAllMocks());

describe('devices', () => {
  const tried = async (again: FindOptions['again']) => {
    const program = new URL('file:///engine.js');
    const found = await tryDevices(['webgpu', 'cuda', 'dml', 'coreml'], { program, again });
    expect(found.map(({ name }) => name)).toEqual(['webgpu', 'cuda', 'dml', 'coreml']);
    // The runtime has no coreml.
    expect(found[0]).toMatchObject({ state: 'works', float16: true });
    expect(found[3]).toMatchObject({ state: 'absent', float16: false, remembered: false });
    return vi.mocked(probe).mock.calls.map(([, name]) => name);
  };

  it('are tried where nothing is remembered of them, those that failed again where that is asked for, or all', async () => {
    expect(await tried('none')).toEqual(['dml']);
    vi.clearAllMocks();
    expect(await tried('failed')).toEqual(['cuda', 'dml']);
    vi.clearAllMocks();
    expect(await tried('all')).toEqual(['webgpu', 'cuda', 'dml']);
  });

  it('are not remembered for what chance did to their processes', async () => {
    const ended: Probe = { state: 'died', milliseconds: 1, reason: 'it ended its process (SIGTERM)', isChance: true };
    vi.mocked(probe).mockResolvedValueOnce(ended);
    const [found] = await tryDevices(['dml'], { program: new URL('file:///engine.js'), again: 'none' });
    expect(found).toMatchObject({ state: 'died', reason: 'it ended its process (SIGTERM)' });
    expect(rememberProbes).not.toHaveBeenCalled();
  });

  it('are remembered with what was known of the others', async () => {
    await tried('none');
    const [[remembered]] = vi.mocked(rememberProbes).mock.calls as [[ReadonlyMap<string, Probe>]];
    expect([...remembered]).toEqual([
      ['webgpu', WORKS],
      ['cuda', FAILS],
      ['dml', WORKS],
    ]);
  });
});
