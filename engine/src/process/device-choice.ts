import type { DeviceName } from '../../../protocol/src/devices.ts';
import { chooseDevice } from '../devices/choose-device.ts';
import { tryDevices } from '../devices/find-devices.ts';
import { log } from './log.ts';

/** Which device a request is computed on: found out once for each that is asked for. */
export class DeviceChoice {
  private readonly program: URL;
  private readonly chosen = new Map<string, Promise<DeviceName>>();

  /** @param program the engine's own, which tries a device when it is asked to */
  constructor(program: URL) {
    this.program = program;
  }

  /** @throws InputError where the one that is asked for does not work */
  of(wanted: DeviceName | 'auto' = 'auto'): Promise<DeviceName> {
    let device = this.chosen.get(wanted);
    if (!device) {
      device = this.choose(wanted);
      this.chosen.set(wanted, device);
      // The user may put it right, and ask again.
      device.catch(() => this.chosen.delete(wanted));
    }
    return device;
  }

  /** When devices have been tried anew. */
  forget(): void {
    this.chosen.clear();
  }

  private async choose(wanted: DeviceName | 'auto'): Promise<DeviceName> {
    const again = wanted === 'auto' ? 'none' : 'failed';
    const { device, notes } = await chooseDevice(wanted, (names) =>
      tryDevices(names, { program: this.program, again }),
    );
    for (const note of notes) log.info(note);
    log.info(`computing on ${device}`);
    return device;
  }
}
