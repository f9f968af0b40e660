import { availableParallelism, cpus, totalmem } from 'node:os';
import type { DeviceFinding, DeviceName, DevicesResult } from '../../../protocol/src/engine.ts';
import { installedProviders, runtimeVersion } from '../runtime/provider.ts';
import { DEVICE_NAMES, USED } from './devices.ts';
import { type Probe, probe } from './probe.ts';
import { readProbes, rememberProbes } from './probe-cache.ts';

export interface FindOptions {
  /** The engine's own program, which tries a device when it is asked to. */
  readonly program: URL;
  /** Try them again, whatever is remembered. */
  readonly refresh: boolean;
}

/**
 * Every device that the engine knows of, and why one is not used. Each that the runtime has is tried in a process of its
 * own; what came of it is remembered for as long as the runtime, the system and the drivers stay the same.
 */
export async function findDevices({ program, refresh }: FindOptions): Promise<DevicesResult> {
  const installed = new Set(installedProviders().map(({ name }) => name));
  const remembered = refresh ? new Map<string, Probe>() : await readProbes();
  const tried = new Map<string, Probe>();
  const devices = await Promise.all(
    DEVICE_NAMES.map(async (name): Promise<DeviceFinding> => {
      if (!installed.has(name)) return absent(name);
      const known = remembered.get(name);
      const found = known ?? (await probe(program, name));
      tried.set(name, found);
      return finding(name, found, known !== undefined);
    }),
  );
  if ([...tried.keys()].some((name) => !remembered.has(name))) await rememberProbes(tried);
  return {
    devices,
    used: USED,
    cpu: { model: cpus()[0]?.model.trim() || 'unknown', cores: availableParallelism(), memoryBytes: totalmem() },
    runtime: runtimeVersion(),
  };
}

function absent(name: DeviceName): DeviceFinding {
  return {
    name,
    state: 'absent',
    reason: `ONNX Runtime ${runtimeVersion()} for ${process.platform} ${process.arch} does not have it`,
    missing: undefined,
    milliseconds: undefined,
    remembered: false,
  };
}

function finding(name: DeviceName, found: Probe, remembered: boolean): DeviceFinding {
  const { state, milliseconds } = found;
  const reason = found.state === 'works' ? undefined : plainReason(found.reason);
  const missing = found.state === 'fails' ? found.missing : undefined;
  const unused = name === USED ? undefined : 'this version of ptask computes on the CPU only';
  return {
    name,
    state,
    reason: missing ? `the library ${missing} cannot be loaded` : (reason ?? unused),
    missing,
    milliseconds,
    remembered,
  };
}

/** What the runtime says, without the place in its own sources that it says it from, in one line. */
function plainReason(message: string): string {
  const plain = message.replaceAll(/\s+/g, ' ').trim().split(' was false. ').at(-1)!;
  return plain.length > 300 ? `${plain.slice(0, 299)}…` : plain;
}
