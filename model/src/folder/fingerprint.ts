import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { ModelConfig } from '../architectures/index.ts';
import { isJsonObject } from '../json.ts';
import { readExactly } from '../safetensors.ts';
import type { WeightRef } from './stored-weights.ts';

/** Bytes hashed at either end of a weight: enough to tell checkpoints apart, little enough for files of gigabytes. */
const SAMPLE_BYTES = 4096;

/**
 * SHA-256 (its first 16 bytes, hexadecimal) over the configuration and each weight's name, shape, dtype, first and
 * last bytes. How the weights are spread over files does not matter. Of the weights that `ptask.computed` of
 * config.json lists, the bytes do not count: they were computed on this machine, and `ptask.source` says from what.
 */
export async function fingerprintOf(
  config: ModelConfig,
  ours: unknown,
  weights: ReadonlyMap<string, WeightRef>,
): Promise<string> {
  const computed: unknown = isJsonObject(ours) ? ours.computed : undefined;
  const unsampled = new Set<unknown>(Array.isArray(computed) ? computed : []);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)), ours ?? null]));
  const files = new Map<string, Awaited<ReturnType<typeof open>>>();
  try {
    for (const [name, { file, offset, length, dtype, shape }] of weights) {
      let handle = files.get(file);
      if (!handle) {
        handle = await open(file, 'r');
        files.set(file, handle);
      }
      hash.update(JSON.stringify([name, dtype, shape]));
      if (unsampled.has(name)) continue;
      const sample = Math.min(SAMPLE_BYTES, length);
      hash.update(await readExactly(handle, offset, sample));
      hash.update(await readExactly(handle, offset + length - sample, sample));
    }
  } finally {
    for (const handle of files.values()) await handle.close();
  }
  return hash.digest('hex').slice(0, 32);
}
