import { describe, expect, it } from 'vitest';
import { chooseDevice, type Find, findFor } from '../../../engine/src/devices/choose-device.ts';
import type { DeviceFinding, DeviceName } from '../../../protocol/src/devices.ts';

type Found = Partial<DeviceFinding> & Pick<DeviceFinding, 'state'>;

/** A machine with these devices; the runtime has no other ones. */
const machine =
  (devices: Partial<Record<DeviceName, Found>>): Find =>
  async (names) =>
    names.map((name) => ({
      name,
      adapter: undefined,
      float16: false,
      missing: undefined,
      milliseconds: 1,
      remembered: false,
      reason: undefined,
      ...(devices[name] ?? { state: 'absent', reason: 'this runtime does not have it' }),
    }));

const works: Found = { state: 'works', adapter: { name: 'Radeon', software: false } };
const software: Found = { state: 'works', adapter: { name: 'llvmpipe', software: true }, reason: 'it is the CPU' };
const fails: Found = { state: 'fails', reason: 'its driver is too old' };
const died: Found = { state: 'died', reason: 'it ended its process' };

describe('where none is named', () => {
  it.each<[string, Partial<Record<DeviceName, Found>>, DeviceName]>([
    ['CUDA goes before everything', { webgpu: works, cuda: works }, 'cuda'],
    ['WebGPU goes before DirectML and Core ML', { coreml: works, dml: works, webgpu: works }, 'webgpu'],
    ['what works is taken in place of what does not', { cuda: fails, webgpu: died, dml: works }, 'dml'],
    ['the CPU is always there', {}, 'cpu'],
    ['a driver without hardware is never taken', { webgpu: software }, 'cpu'],
  ])('%s', async (_, devices, device) => {
    expect((await chooseDevice('auto', machine(devices))).device).toBe(device);
  });

  it('why it is not a faster one is told, unless this system cannot have it', async () => {
    const { notes } = await chooseDevice('auto', machine({ cuda: fails, webgpu: software }));
    expect(notes).toEqual(['cuda is not used: its driver is too old', 'webgpu is not used: it is the CPU']);
    expect((await chooseDevice('auto', machine({ cuda: works, webgpu: fails }))).notes).toEqual([]);
  });
});

it('a library that is missing is told of only where the machine may have the hardware that it is for', async () => {
  const lacking = (missing: string): Found => ({ ...fails, missing, reason: `${missing} is missing` });
  const find = machine({ cuda: lacking('libcuda.so'), webgpu: lacking('libvulkan.so.1') });
  const notes = async (...there: DeviceName[]) =>
    (await chooseDevice('auto', find, async (name) => there.includes(name))).notes;
  expect(await notes()).toEqual([]);
  expect(await notes('webgpu')).toEqual(['webgpu is not used: libvulkan.so.1 is missing']);
  expect(await notes('webgpu', 'cuda')).toHaveLength(2);
});

describe('where one is named', () => {
  it('it is taken, even without hardware behind it', async () => {
    expect(await chooseDevice('webgpu', machine({ cuda: works, webgpu: software }))).toEqual({
      device: 'webgpu',
      notes: [],
    });
  });

  it('and does not work, that is an error that says why; nothing else is taken', async () => {
    await expect(chooseDevice('cuda', machine({ cuda: fails, webgpu: works }))).rejects.toThrow(
      'device cuda cannot be used: its driver is too old',
    );
    await expect(chooseDevice('dml', machine({}))).rejects.toThrow('this runtime does not have it');
  });

  it('and it is the CPU, nothing is tried', async () => {
    const find: Find = () => Promise.reject(new Error('tried'));
    expect((await chooseDevice('cpu', find)).device).toBe('cpu');
  });
});

describe('for steps in float16', () => {
  const half: Found = { ...works, float16: true };
  const choose = (wanted: DeviceName | 'auto', devices: Partial<Record<DeviceName, Found>>) =>
    chooseDevice(wanted, findFor('float16', machine(devices)), async () => true);

  it('the fastest that computes in it is taken, and why it is not a faster one is told', async () => {
    expect(await choose('auto', { cuda: works, webgpu: half })).toEqual({
      device: 'webgpu',
      notes: ['cuda is not used: it does not compute in float16, which "trainer.precision" asks for'],
    });
  });

  it('one that does not compute in it cannot be used where it is named', async () => {
    await expect(choose('cuda', { cuda: works })).rejects.toThrow(/^device cuda cannot be used: it does not compute/);
    expect((await choose('cuda', { cuda: half })).device).toBe('cuda');
  });

  it('what else is wrong with one is told all the same', async () => {
    await expect(choose('cuda', { cuda: fails })).rejects.toThrow('its driver is too old');
  });

  it.each(['float32', 'int8'] as const)('and for those in %s all that work do', async (precision) => {
    expect((await chooseDevice('auto', findFor(precision, machine({ cuda: works })))).device).toBe('cuda');
  });
});
