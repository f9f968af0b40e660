import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileError, InputError } from '../../../engine/src/errors.ts';
import { type NewPrompt, readPromptTable, updatePromptTable } from '../../../engine/src/prompt/prompt-table.ts';
import { parseSafetensors, serializeSafetensors } from '../../../model/src/safetensors.ts';
import { disk, repair } from './failing-disk.ts';
import { temporaryFolder } from './temporary-folder.ts';

vi.mock('node:fs/promises', async (original) => (await import('./failing-disk.ts')).withFailingDisk(original as never));

const folder = temporaryFolder();
const path = join(folder, 'a.prompts.safetensors');
const date = new Date('2024-05-06T07:08:09.123Z');

beforeEach(() => {
  vi.stubEnv('SOURCE_DATE_EPOCH', '');
  return rm(path, { force: true });
});
afterEach(() => {
  repair();
  vi.unstubAllEnvs();
});

function prompt(values: ArrayLike<number>, hidden: number, seed = 1): NewPrompt {
  const embeddings = Float32Array.from(values);
  const record = {
    template: { prompt_template: '<|VIRTUAL_PROMPT_0|> {sentence}:{label}', virtual_token_splits: [2] },
    encoder: { encoder_type: 'lstm' },
    seed,
    backbone: 'b',
    tokenizer: 't',
    data: 'd',
    metrics: { validation: { accuracy: 0.75, rows: 20 } },
    version: '0.1.0',
  };
  return { virtualTokens: embeddings.length / hidden, hidden, embeddings, record };
}

/** Each task's raw bytes and metadata, straight from the file. */
async function raw(): Promise<{ tensors: Map<string, string>; metadata: Record<string, string> }> {
  const bytes = await readFile(path);
  const result = parseSafetensors(bytes);
  if (result.kind === 'broken') throw new Error(result.problem.message);
  const tensors = new Map(
    [...result.header.tensors].map(([name, { dtype, shape, begin, end }]) => [
      name,
      `${dtype} ${shape} ${bytes.subarray(begin, end).toString('hex')}`,
    ]),
  );
  return { tensors, metadata: { ...result.header.metadata } };
}

const taskname = fc
  .oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'format', '10', '2', 'å-uppgift'))
  .filter((name) => name !== '__metadata__');
const anyBits = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.infiniteStream(fc.nat(255)))
  .map(([rows, hidden, stream]) => ({
    dtype: 'F32' as const,
    shape: [rows, hidden],
    data: Uint8Array.from({ length: rows * hidden * 4 }, () => stream.next().value as number),
  }));

describe('updatePromptTable', () => {
  it('keeps every other task’s tensor and record byte for byte, and metadata that it does not know', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(taskname, anyBits, fc.string()), { maxLength: 6 }),
        fc.dictionary(fc.string(), fc.string()),
        taskname,
        async (tasks, foreign, updated) => {
          const metadata = new Map(Object.entries(foreign));
          for (const [name, , record] of tasks) metadata.set(`task.${name}`, record);
          const tensors = new Map(tasks.map(([name, tensor]) => [name, tensor]));
          await writeFile(path, serializeSafetensors(tensors, Object.fromEntries(metadata)));
          const before = await raw();
          await updatePromptTable(path, new Map([[updated, prompt([1, 2, 3, 4], 2)]]), date);
          const after = await raw();
          expect(after.tensors.get(updated)).toBe(`F32 2,2 0000803f000000400000404000008040`);
          before.tensors.set(updated, after.tensors.get(updated)!);
          expect(after.tensors).toEqual(before.tensors);
          const key = `task.${updated}`;
          expect(JSON.parse(after.metadata[key]!)).toMatchObject({ seed: 1, date: '2024-05-06T07:08:09Z' });
          expect({ ...after.metadata, [key]: '' }).toEqual({ ...before.metadata, [key]: '' });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('makes the table where there is none, and what it wrote is read back', async () => {
    const prompts = new Map([
      ['sentiment', prompt([1, 2, 3, 4, 5, 6], 3)],
      ['intent', prompt([7, 8, 9], 3, 2)],
    ]);
    await updatePromptTable(path, prompts, date);
    const table = await readPromptTable(path);
    expect([...table.keys()].sort()).toEqual(['intent', 'sentiment']);
    expect(table.get('sentiment')).toEqual({
      virtualTokens: 2,
      hidden: 3,
      embeddings: new Float32Array([1, 2, 3, 4, 5, 6]),
      record: { ...prompts.get('sentiment')!.record, date: '2024-05-06T07:08:09Z' },
    });
  });

  it('gives the same bytes whatever the order of tasks and keys, and whether in one go or two', async () => {
    const [a, b] = [prompt([1, 2], 2), prompt([3, 4], 2)];
    await updatePromptTable(
      path,
      new Map([
        ['a', a],
        ['b', b],
      ]),
      date,
    );
    const first = await readFile(path);
    await rm(path);
    const turned = { ...a, record: Object.fromEntries(Object.entries(a.record).reverse()) as typeof a.record };
    await updatePromptTable(path, new Map([['b', b]]), date);
    await updatePromptTable(path, new Map([['a', turned]]), date);
    expect(await readFile(path)).toEqual(first);
  });

  it('takes the date from SOURCE_DATE_EPOCH where that is set', async () => {
    vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000');
    await updatePromptTable(path, new Map([['a', prompt([1], 1)]]), date);
    expect((await readPromptTable(path)).get('a')!.record!.date).toBe('2023-11-14T22:13:20Z');
    vi.stubEnv('SOURCE_DATE_EPOCH', 'yesterday');
    await expect(updatePromptTable(path, new Map(), date)).rejects.toThrow(InputError);
  });

  it('replaces a task’s prompt by one of another length', async () => {
    await updatePromptTable(path, new Map([['a', prompt([1, 2, 3, 4], 2)]]), date);
    await updatePromptTable(path, new Map([['a', prompt([5, 6], 2)]]), date);
    expect((await readPromptTable(path)).get('a')).toMatchObject({ virtualTokens: 1, hidden: 2 });
  });

  it('loses no entry when many finish at once', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `task-${i}`);
    await Promise.all(names.map((name, i) => updatePromptTable(path, new Map([[name, prompt([i], 1)]]), date)));
    const table = await readPromptTable(path);
    expect(names.map((name) => table.get(name)?.embeddings[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(readdirSync(folder)).toEqual(['a.prompts.safetensors']);
  });

  it('takes over from a run that died while it held the table', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await writeFile(`${path}.lock`, JSON.stringify({ pid, host: hostname(), token: 'x' }));
    await updatePromptTable(path, new Map([['a', prompt([1], 1)]]), date);
    expect(readdirSync(folder)).toEqual(['a.prompts.safetensors']);
  });

  it.each([
    ['writeFails', 'ENOSPC', 'the disk is full'],
    ['openFails', 'EACCES', 'permission denied'],
    ['renameFails', 'EROFS', 'the file system is read-only'],
  ] as const)('leaves the old table whole when the disk %s with %s', async (operation, code, words) => {
    await updatePromptTable(path, new Map([['a', prompt([1, 2], 2)]]), date);
    const before = await readFile(path);
    disk[operation] = code;
    const error = await updatePromptTable(path, new Map([['b', prompt([3, 4], 2)]]), date).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileError);
    expect(error).toMatchObject({ path, code, exitCode: 1 });
    expect((error as FileError).message).toContain(words);
    expect(await readFile(path)).toEqual(before);
    expect(readdirSync(folder)).toEqual(['a.prompts.safetensors']);
  });

  it('refuses a prompt that is not finite or not of its shape, and a name the format keeps', async () => {
    const bad: [string, NewPrompt][] = [
      ['a', prompt([1, Number.NaN], 2)],
      ['a', { ...prompt([1, 2], 2), virtualTokens: 3 }],
      ['a', { ...prompt([], 2), virtualTokens: 0 }],
      ['__metadata__', prompt([1], 1)],
    ];
    for (const entry of bad) await expect(updatePromptTable(path, new Map([entry]), date)).rejects.toThrow(InputError);
    expect(existsSync(path)).toBe(false);
  });
});

describe('a broken prompt table', () => {
  async function expectRefused(bytes: Uint8Array): Promise<void> {
    await writeFile(path, bytes);
    const errors = await Promise.all([
      readPromptTable(path).catch((error: unknown) => error),
      updatePromptTable(path, new Map([['a', prompt([1], 1)]]), date).catch((error: unknown) => error),
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(FileError);
      expect((error as FileError).message).toMatch(/prompt table/);
    }
    expect(await readFile(path)).toEqual(Buffer.from(bytes));
  }

  it('is refused and left alone when it is cut off anywhere', async () => {
    await updatePromptTable(path, new Map([['x', prompt([1, 2], 2)]]), date);
    const whole = new Uint8Array(await readFile(path));
    for (let length = 0; length < whole.length; length += 23) await expectRefused(whole.slice(0, length));
    await expectRefused(Uint8Array.from([...whole, 0]));
  });

  it('is refused and left alone when its header lies', async () => {
    const header = (entry: object) => {
      const json = new TextEncoder().encode(JSON.stringify({ x: entry }));
      const bytes = new Uint8Array(8 + json.length + 8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
      bytes.set(json, 8);
      return bytes;
    };
    const honest = { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] };
    await writeFile(path, header(honest));
    expect((await readPromptTable(path)).get('x')).toMatchObject({ virtualTokens: 1, hidden: 2, record: undefined });
    await expectRefused(header({ ...honest, data_offsets: [0, 4096] }));
    await expectRefused(header({ ...honest, data_offsets: [-8, 0] }));
    await expectRefused(header({ ...honest, shape: [1000, 2] }));
    await expectRefused(header({ ...honest, dtype: 'F64' }));
  });

  it('is refused when it is a model rather than a table', async () => {
    const data = new Uint8Array(8);
    await expectRefused(serializeSafetensors(new Map([['w', { dtype: 'F32', shape: [2], data }]])));
    await expectRefused(serializeSafetensors(new Map([['w', { dtype: 'F16', shape: [2, 2], data }]])));
    await expectRefused(
      serializeSafetensors(new Map([['w', { dtype: 'F32', shape: [0, 2], data: new Uint8Array() }]])),
    );
  });
});

describe('readPromptTable', () => {
  it('takes a file that does not exist for an empty table', async () => {
    expect((await readPromptTable(join(folder, 'none'))).size).toBe(0);
  });

  it('says what it cannot read', async () => {
    await expect(readPromptTable(folder)).rejects.toThrow(`${folder}: cannot be read: it is a folder`);
  });

  it.skipIf(process.platform === 'win32')(
    'does not wait for a pipe that has taken its place during a run',
    async () => {
      spawnSync('mkfifo', [path]);
      await expect(readPromptTable(path)).rejects.toThrow(`${path}: cannot be read: it is not a file`);
    },
  );

  it('gives a prompt without a record where the record is missing or incomplete', async () => {
    const tensor = { dtype: 'F32' as const, shape: [1, 1], data: new Float32Array([1]) };
    for (const metadata of [{}, { 'task.a': '{' }, { 'task.a': 'null' }, { 'task.a': '{"seed":1}' }]) {
      await writeFile(path, serializeSafetensors(new Map([['a', tensor]]), metadata as Record<string, string>));
      expect((await readPromptTable(path)).get('a')).toMatchObject({ virtualTokens: 1, record: undefined });
    }
  });
});
