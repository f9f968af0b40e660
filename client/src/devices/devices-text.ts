import type { DeviceFinding, DeviceName, DevicesResult } from '../../../protocol/src/devices.ts';
import { escapeMarkdown } from '../predictions/prediction-text.ts';
import type { Texts } from '../texts.ts';

const NAMES: Readonly<Record<DeviceName, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA (NVIDIA)',
  dml: 'DirectML (Windows)',
  coreml: 'Core ML (Apple)',
};

/** Where something is missing that can be fetched, the reason names the command that does it in a shell. */
const FETCH_CUDA = 'ptask devices --fetch cuda';

export const deviceTitle = (name: DeviceName): string => NAMES[name];

/** What was found on this machine, what was tried, and why it is not used, as Markdown. */
export function devicesReport({ devices, used, cpu, runtime }: DevicesResult, texts: Texts): string {
  const { t, bytes, number } = texts;
  const rows = devices.map((device) => {
    const time =
      device.milliseconds === undefined ? '' : t('{0} ms', number(device.milliseconds)).replace(' ', '\u00a0');
    const name = device.name === used ? `**${deviceTitle(device.name)}**` : deviceTitle(device.name);
    const cells = [
      name,
      device.float16 ? t('{0}, also in float16', deviceState(device, used, texts)) : deviceState(device, used, texts),
      hardwareOf(device, texts),
      escapeMarkdown(device.reason ?? ''),
      time,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `# ${t('Devices')}`,
    escapeMarkdown(
      t(
        '{0}: {1}, {2} of memory. ONNX Runtime {3}.',
        cpu.model,
        cpu.cores === 1 ? t('1 core') : t('{0} cores', cpu.cores),
        bytes(cpu.memoryBytes),
        runtime,
      ),
    ),
    [
      `| ${[t('device'), t('state'), t('hardware'), t('why'), t('tried in')].join(' | ')} |`,
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
    ...(devices.some(({ reason }) => reason?.includes(FETCH_CUDA))
      ? [t('**Fetch CUDA Support** fetches the part of ONNX Runtime that CUDA needs.')]
      : []),
    ...(devices.some(({ remembered }) => remembered)
      ? [
          t(
            'Some of this is remembered from an earlier time with the same drivers; **Try Devices Again** tries all anew.',
          ),
        ]
      : []),
  ].join('\n\n');
}

/** In a word or two. */
export function deviceState({ name, state }: DeviceFinding, used: DeviceName, { t }: Texts): string {
  switch (state) {
    case 'works':
      return name === used ? t('used') : t('works');
    case 'fails':
      return t('fails');
    case 'died':
      return t('crashed');
    case 'absent':
      return t('not in this runtime');
  }
}

function hardwareOf({ adapter }: DeviceFinding, { t, bytes }: Texts): string {
  if (adapter === undefined) return '';
  const { name, memoryBytes, driver } = adapter;
  const memory = memoryBytes === undefined ? [] : [bytes(memoryBytes)];
  return escapeMarkdown([name, ...memory, ...(driver === undefined ? [] : [t('driver {0}', driver)])].join(', '));
}
