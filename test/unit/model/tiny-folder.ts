import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { serializeSafetensors } from '../../../model/src/safetensors.ts';
import { tinyConfig, tinyTensors, tinyTokenizer } from './tiny-model.ts';

export * from './tiny-model.ts';

/** A temporary folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'ptask-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes files by name: bytes as they are, anything else as JSON, undefined not at all. */
export async function writeFolder(dir: string, files: Record<string, Uint8Array | object | undefined>): Promise<void> {
  for (const [name, content] of Object.entries(files))
    if (content !== undefined)
      await writeFile(join(dir, name), content instanceof Uint8Array ? content : JSON.stringify(content));
}

/** A folder with a whole tiny GPT-2; `files` replaces its files or, with undefined, leaves them out. */
export async function tinyFolder(files: Record<string, Uint8Array | object | undefined> = {}): Promise<string> {
  const dir = await temporaryFolder();
  await writeFolder(dir, {
    'config.json': tinyConfig(),
    'tokenizer.json': tinyTokenizer(),
    'model.safetensors': serializeSafetensors(tinyTensors(), { format: 'pt' }),
    ...files,
  });
  return dir;
}
