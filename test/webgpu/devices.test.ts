import path from 'node:path';
import { expect, it } from 'vitest';
import { readPromptTable } from '../../engine/src/prompt/prompt-table.ts';
import { events, ptask, writeProject } from '../e2e/ptask.ts';
import { relativeError } from '../golden/golden.ts';
import { temporaryFolder } from '../unit/engine/temporary-folder.ts';

const folder = temporaryFolder();
const env = { PTASK_CACHE: path.join(folder, 'cache') };

async function run(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await ptask([...args, '--json'], { env });
  expect(code, stderr).toBe(0);
  return events(stdout);
}

it('a driver without hardware passes its probe, is told by its name and is not chosen', async () => {
  const [told] = await run('devices');
  const devices = told!.devices as { name: string }[];
  expect(devices.find(({ name }) => name === 'webgpu')).toMatchObject({
    state: 'works',
    adapter: { name: 'SwiftShader', software: true },
    reason: expect.stringContaining('computes on the CPU'),
    // It has no `shader-f16`.
    float16: false,
  });
  expect(told!.used).toBe('cpu');
});

it('a run on WebGPU ends where the same run on the CPU does, and its prompt answers alike', async () => {
  const trainer = { max_epochs: 1, batch_size: 8, early_stopping: null };
  const onDevice = async (device: string) => {
    const dir = path.join(folder, device);
    // Without validation, of which each graph would have its shaders compiled.
    const file = await writeProject(dir, { trainer, data: { train_ds: ['train.jsonl'] } });
    const [start, ...rest] = await run('train', file, '--device', device);
    expect(start).toMatchObject({ event: 'start', device });
    const { embeddings } = (await readPromptTable(path.join(dir, 't.prompts.safetensors'))).get('kind')!;
    const [predicted] = await run('predict', file, '--device', device);
    return {
      losses: rest.flatMap(({ event, loss }) => (event === 'step' ? [Number(loss)] : [])),
      embeddings,
      predicted,
    };
  };
  const cpu = await onDevice('cpu');
  const webgpu = await onDevice('webgpu');
  expect(webgpu.losses).toHaveLength(10);
  expect(relativeError(webgpu.losses, cpu.losses)).toBeLessThan(1e-4);
  expect(relativeError(webgpu.embeddings, [...cpu.embeddings])).toBeLessThan(1e-3);
  const answers = (event: Record<string, unknown>) => event.candidates as { text: string; probability: number }[];
  const [ours, theirs] = [answers(webgpu.predicted!), answers(cpu.predicted!)];
  expect(ours.map(({ text }) => text)).toEqual(theirs.map(({ text }) => text));
  ours.forEach(({ probability }, i) => {
    expect(probability).toBeCloseTo(theirs[i]!.probability, 3);
  });
});

it('a run in half precision on a device that has none is refused before it begins', async () => {
  const file = await writeProject(path.join(folder, 'half'), { trainer: { precision: 'float16' } });
  const { code, stderr } = await ptask(['train', file, '--device', 'webgpu'], { env });
  expect(stderr).toContain(
    'error: device webgpu cannot be used: it does not compute in float16, which "trainer.precision" asks for',
  );
  expect(code).toBe(1);
});
