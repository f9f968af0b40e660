import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../engine/src/errors.ts';
import { largestInt8 } from '../../../engine/src/runtime/int8-range.ts';
import { InferenceSession } from '../../../engine/src/runtime/onnxruntime.ts';
import { isOutOfMemory } from '../../../engine/src/runtime/out-of-memory.ts';
import { runtimeFailure } from '../../../engine/src/runtime/runtime-failure.ts';
import { BackboneStep, type TaskRow } from '../../../engine/src/train/backbone-step.ts';
import { OUT_OF_MEMORY, roomFor as roomForRows } from './room-for-rows.ts';
import { goldenBackbone, largestDifference, someVirtual } from './small-backbone.ts';
import { trainProject, writeProject } from './small-project.ts';

const backbone = await goldenBackbone();
const { hidden, vocabSize } = backbone.model.config;
const virtual = new Map([['a', someVirtual(2, hidden)]]);
const batch = Array.from({ length: 8 }, (_, n): TaskRow => {
  const ids = Int32Array.from({ length: 6 + n }, (_, i) => (i < 2 ? -1 - i : (11 * i + n) % vocabSize));
  return { taskname: 'a', row: { ids, firstTarget: ids.length - 2 } };
});

/** A training step, which alone has targets. */
const roomFor = (rows: number, message?: string) => roomForRows(rows, ({ targets }) => targets !== undefined, message);
afterEach(() => vi.restoreAllMocks());

/** What the runtime says where it has no room for its threads, or may not start them. */
function noThread(code: string): string {
  return `env.cc:185 PosixThread pthread_create failed, error code: ${code}`;
}

describe('a step that runs out of memory', () => {
  it('is done once more with half the rows at once, gives the same, and says so', async () => {
    const notices: string[] = [];
    const step = new BackboneStep(backbone, { notice: (text) => notices.push(text) });
    const undisturbed = await step.run(batch, virtual);
    const seen = roomFor(4);
    const result = await step.run(batch, virtual);
    expect(seen.rowsARun).toEqual([8, 4, 4]);
    expect(notices).toEqual([
      'memory ran out with 8 rows at once; from here on it is 4 rows at once, with the same result',
    ]);
    expect(Math.abs(result.loss - undisturbed.loss)).toBeLessThan(1e-6);
    expect(largestDifference(result.dVirtual.get('a')!, undisturbed.dVirtual.get('a')!)).toBeLessThan(1e-6);
    // Nothing is tried again that has failed.
    await step.run(batch, virtual);
    expect(seen.rowsARun).toEqual([8, 4, 4, 4, 4]);
    expect(notices).toHaveLength(1);
    await step.release();
  });

  it('is done with half the rows of the run that had no room, however many there were in one before it', async () => {
    const notices: string[] = [];
    const step = new BackboneStep(backbone, { tokensARun: 60, notice: (text) => notices.push(text) });
    const rowOf = (tokens: number, n: number): TaskRow => {
      const ids = Int32Array.from({ length: tokens }, (_, i) => (11 * i + 7 * n + 1) % vocabSize);
      return { taskname: 'a', row: { ids, firstTarget: tokens - 1 } };
    };
    const mixed = [...Array.from({ length: 12 }, (_, n) => rowOf(4, n)), ...[1, 2, 3, 4].map((n) => rowOf(15, n))];
    const seen = roomForRows(3, ({ row_tokens }) => row_tokens?.dims[2] === 14);
    await step.run(mixed, virtual);
    expect(seen.rowsARun).toEqual([4, 2, 2]);
    expect(notices).toEqual([
      'memory ran out with 4 rows at once; from here on it is 2 rows at once, with the same result',
    ]);
    await step.release();
  });

  it('fails where half is too much, too, or a single row is', async () => {
    const step = new BackboneStep(backbone);
    const seen = roomFor(1);
    await expect(step.run(batch, virtual)).rejects.toThrow('Failed to allocate memory');
    expect(seen.rowsARun).toEqual([8, 4]);
    vi.restoreAllMocks();
    roomFor(0);
    await expect(step.run(batch.slice(0, 1), virtual)).rejects.toThrow('Failed to allocate memory');
    vi.restoreAllMocks();
    // JavaScript's own words for it.
    roomFor(0, 'Array buffer allocation failed');
    await expect(step.run(batch.slice(0, 1), virtual)).rejects.toThrow(EngineError);
    await step.release();
  });

  it('is told as what the engine could not do, like weights that have gone since the model was checked', async () => {
    const step = new BackboneStep({ ...backbone, weightsFolder: path.join(backbone.weightsFolder, 'gone') });
    const gone = await step.run(batch, virtual).catch((error: unknown) => error);
    expect(gone).toBeInstanceOf(EngineError);
    expect(gone).toMatchObject({
      message: expect.stringMatching(/^the model's weights cannot be read any more; .*gone/),
    });
    // On a device they are looked for first.
    const unseen = runtimeFailure(new Error("ENOENT: no such file or directory, stat '/gone/model.safetensors'"));
    expect(unseen.message).toMatch(/^the model's weights cannot be read any more; .*gone/);
    const full = runtimeFailure(new Error('Exception during initialization:\n std::bad_alloc'));
    expect(full.message).toMatch(
      /^there is not enough memory to compute; .*: Exception during initialization: std::bad_alloc$/,
    );
    expect(isOutOfMemory(full)).toBe(true);
    const threads = runtimeFailure(new Error(noThread('11 error msg: Resource temporarily unavailable')));
    expect(threads.message).toMatch(
      /^the system lets it start no more threads; .*: env\.cc:185 PosixThread .* code: 11 /,
    );
    expect(isOutOfMemory(threads)).toBe(false);
    const other = runtimeFailure(new Error('The device was lost'));
    expect(other.message).toBe('ONNX Runtime, which computes, failed: The device was lost');
    expect(isOutOfMemory(other)).toBe(false);
    expect(isOutOfMemory(new Error('open file model.safetensors fail, errcode = 2 - '))).toBe(false);
  });

  it('is told so, too, where what is made of the weights beforehand has no room', async () => {
    await largestInt8();
    const create = InferenceSession.create.bind(InferenceSession) as (model: Uint8Array) => Promise<InferenceSession>;
    vi.spyOn(InferenceSession, 'create')
      .mockImplementationOnce((...session) => create(...(session as unknown as Parameters<typeof create>)))
      .mockRejectedValueOnce(new Error('std::bad_alloc'));
    const step = new BackboneStep(backbone, { precision: 'int8', prepack: false });
    const failure = await step.run(batch, virtual).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EngineError);
    expect(failure).toMatchObject({ message: expect.stringMatching(/^there is not enough memory to compute; /) });
    await step.release();
  });

  it('is not confused with other failures', async () => {
    const step = new BackboneStep(backbone);
    const seen = roomFor(4, 'The device was lost');
    await expect(step.run(batch, virtual)).rejects.toThrow('lost');
    expect(seen.rowsARun).toEqual([8]);
    await step.release();
  });
});

it.each([
  OUT_OF_MEMORY,
  'std::bad_alloc',
  'CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; expr=cudaMalloc((void**)&p, size);',
  'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0',
  'Exception during initialization: D3D12: 8007000E Not enough memory resources are available',
  'Failed to create a WebGPU buffer: Out of memory',
  'Exception during initialization: bad allocation',
  'GetExtDataFromTensorProto: external data: open file model.safetensors fail, errcode = 1455 - Växlingsfilen är för liten',
  noThread('12 error msg: Cannot allocate memory'),
  'Array buffer allocation failed',
  'Invalid typed array length: 9024620004',
  'Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)',
  'WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.\n - While validating entries[2]',
])('%s is told for what it is', (text) => {
  expect(isOutOfMemory(new Error(text))).toBe(true);
});

it('a run tells it once, and ends', async () => {
  const file = writeProject();
  roomFor(2);
  const { events } = await trainProject(file);
  const notices = events.filter(({ event }) => event === 'notice');
  expect(notices).toEqual([{ event: 'notice', message: expect.stringContaining('from here on it is 2 rows at once') }]);
  expect(events.at(-1)).toMatchObject({ event: 'done', steps: 6 });
});
