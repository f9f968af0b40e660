import { availableParallelism, cpus, totalmem } from 'node:os';
import { t } from '../../../l10n/src/words.ts';
import type { DeviceFinding, DeviceName, DevicesResult } from '../../../protocol/src/devices.ts';
import { installedProviders, runtimeVersion } from '../runtime/provider.ts';
import { fastest, isTakenUnasked } from './choose-device.ts';
import { DEVICE_NAMES } from './devices.ts';
import { packageWith } from './missing-package.ts';
import { plainReason } from './plain-reason.ts';
import { type Probe, probe } from './probe.ts';
import { readProbes, rememberProbes } from './probe-cache.ts';

export interface FindOptions {
  /** The engine's own program, which tries a device when it is asked to. */
  readonly program: URL;
  /** Which are tried again, whatever is remembered. */
  readonly again: 'none' | 'failed' | 'all';
}

/** Every device that the engine knows of, which one is used where none is named, and why not the others. */
export async function findDevices(options: FindOptions): Promise<DevicesResult> {
  const devices = await tryDevices(DEVICE_NAMES, options);
  return {
    devices,
    used: fastest(devices).device,
    cpu: { model: cpus()[0]?.model.trim() || 'unknown', cores: availableParallelism(), memoryBytes: totalmem() },
    runtime: runtimeVersion(),
  };
}

/**
 * What is known of some devices. Each that the runtime has is tried in a process of its own; what came of it is remembered
 * for as long as the runtime, the system and the drivers stay the same.
 */
export async function tryDevices(
  names: readonly DeviceName[],
  { program, again }: FindOptions,
): Promise<DeviceFinding[]> {
  const installed = new Set(installedProviders().map(({ name }) => name));
  const remembered = await readProbes();
  const tried = new Map<string, Probe>();
  const devices = await Promise.all(
    names.map(async (name): Promise<DeviceFinding> => {
      if (!installed.has(name)) return absent(name);
      const known = remembered.get(name);
      if (known && (again === 'none' || (again === 'failed' && known.state === 'works'))) {
        return finding(name, known, true);
      }
      const found = await probe(program, name);
      if (!(found.state === 'died' && found.isChance)) tried.set(name, found);
      return finding(name, found, false);
    }),
  );
  if (tried.size > 0) await rememberProbes(new Map([...remembered, ...tried]));
  return devices;
}

function absent(name: DeviceName): DeviceFinding {
  return {
    name,
    state: 'absent',
    reason: t('ONNX Runtime {0} for {1} {2} does not have it', runtimeVersion(), process.platform, process.arch),
    adapter: undefined,
    float16: false,
    missing: undefined,
    milliseconds: undefined,
    remembered: false,
  };
}

function finding(name: DeviceName, found: Probe, remembered: boolean): DeviceFinding {
  const { state, milliseconds } = found;
  const missing = found.state === 'fails' ? found.missing : undefined;
  const adapter = found.state === 'works' ? found.adapter : undefined;
  const float16 = found.state === 'works' && found.float16;
  const told = { name, state, adapter, float16, missing, milliseconds, remembered };
  return { ...told, reason: reasonOf(found, isTakenUnasked({ ...told, reason: undefined })) };
}

function reasonOf(found: Probe, isTaken: boolean): string | undefined {
  if (found.state === 'works') {
    return isTaken
      ? undefined
      : t('{0} computes on the CPU, more slowly than the CPU does without it', found.adapter!.name);
  }
  const missing = found.state === 'fails' ? found.missing : undefined;
  if (missing === undefined) return plainReason(found.reason);
  const from = packageWith(missing);
  return from === undefined
    ? t('the library {0} cannot be loaded', missing)
    : t('the library {0} cannot be loaded; it comes with {1}', missing, from);
}
