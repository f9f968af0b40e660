import type { DeviceName } from '../../../protocol/src/devices.ts';
import { chooseDevice, findFor, type Precision } from '../devices/choose-device.ts';
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

  /**
   * @param precision of training steps, if it is for any
   * @throws InputError where the one that is asked for does not work
   */
  of(wanted: DeviceName | 'auto' = 'auto', precision: Precision = 'float32'): Promise<DeviceName> {
    const key = `${wanted} ${precision}`;
    let device = this.chosen.get(key);
    if (!device) {
      device = this.choose(wanted, precision);
      this.chosen.set(key, device);
      // The user may put it right, and ask again.
      device.catch(() => this.chosen.delete(key));
    }
    return device;
  }

  /** When devices have been tried anew. */
  forget(): void {
    this.chosen.clear();
  }

  private async choose(wanted: DeviceName | 'auto', precision: Precision): Promise<DeviceName> {
    const options = { program: this.program, again: wanted === 'auto' ? 'none' : 'failed' } as const;
    const find = findFor(precision, (names) => tryDevices(names, options));
    const { device, notes } = await chooseDevice(wanted, find);
    for (const note of notes) log.info(note);
    log.info(`computing on ${device}`);
    return device;
  }
}
