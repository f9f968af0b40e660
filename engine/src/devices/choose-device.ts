import { t } from '../../../l10n/src/words.ts';
import type { DeviceFinding, DeviceName } from '../../../protocol/src/devices.ts';
import { InputError } from '../errors.ts';
import { BY_SPEED } from './devices.ts';
import { mayHaveHardware } from './hardware.ts';

/** What training steps compute in. */
export type Precision = 'float32' | 'float16' | 'int8';

export interface ChosenDevice {
  readonly device: DeviceName;
  /** Why no faster one is taken, for the user: a sentence for each that this machine may have. */
  readonly notes: readonly string[];
}

/** What is known of some devices, each tried where it must be. */
export type Find = (devices: readonly DeviceName[]) => Promise<readonly DeviceFinding[]>;

/**
 * The device to compute on: the one that is asked for, or the fastest that passes its probe. The CPU is not tried.
 * @throws InputError where the one that is asked for does not work
 */
export async function chooseDevice(
  wanted: DeviceName | 'auto',
  find: Find,
  mayHave: (device: DeviceName) => Promise<boolean> = mayHaveHardware,
): Promise<ChosenDevice> {
  if (wanted === 'cpu') return { device: 'cpu', notes: [] };
  if (wanted === 'auto') {
    const { device, passedOver } = fastest(await find(BY_SPEED.filter((name) => name !== 'cpu')));
    const notes: string[] = [];
    for (const { name, missing, reason } of passedOver) {
      // A library that is missing is of no use without the hardware that it is for.
      if (missing === undefined || (await mayHave(name))) notes.push(t('{0} is not used: {1}', name, reason!));
    }
    return { device, notes };
  }
  const [finding] = await find([wanted]);
  if (finding?.state === 'works') return { device: wanted, notes: [] };
  throw new InputError(t('device {0} cannot be used: {1}', wanted, finding?.reason ?? t('it was not tried')));
}

/** Of what is found, for steps in this precision: one that does not compute in it fails. */
export function findFor(precision: Precision, find: Find): Find {
  if (precision !== 'float16') return find;
  return async (devices) =>
    (await find(devices)).map((finding) =>
      finding.state !== 'works' || finding.float16
        ? finding
        : {
            ...finding,
            state: 'fails',
            reason: t('it does not compute in float16, which "trainer.precision" asks for'),
          },
    );
}

/** Of devices that have been tried, the fastest that may be taken unasked, the CPU where there is none; and the faster ones. */
export function fastest(findings: readonly DeviceFinding[]): {
  readonly device: DeviceName;
  readonly passedOver: readonly DeviceFinding[];
} {
  const passedOver: DeviceFinding[] = [];
  for (const name of BY_SPEED) {
    const finding = findings.find((one) => one.name === name);
    if (!finding) continue;
    if (isTakenUnasked(finding)) return { device: name, passedOver };
    // That a runtime for another system has it says nothing of this machine.
    if (finding.state !== 'absent') passedOver.push(finding);
  }
  return { device: 'cpu', passedOver };
}

/** A driver without hardware behind it computes on the CPU, and far slower than the CPU does without it. */
export function isTakenUnasked({ state, adapter }: DeviceFinding): boolean {
  return state === 'works' && !adapter?.software;
}
