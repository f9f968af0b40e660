import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { unlearntTokens } from '../../../engine/src/backbone/unlearnt-tokens.ts';
import { Random } from '../../../engine/src/random.ts';
import type { WeightRef } from '../../../model/src/folder/stored-weights.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

const VOCAB = 400;
const HIDDEN = 16;

/** An output projection of random rows, of which `change` makes others. */
async function projection(change: (row: Float32Array, token: number) => void): Promise<WeightRef> {
  const random = Random.fromSeed(3);
  const rows = Float32Array.from({ length: VOCAB * HIDDEN }, () => random.uniform(-1, 1));
  for (let token = 0; token < VOCAB; token++) change(rows.subarray(token * HIDDEN, (token + 1) * HIDDEN), token);
  const file = path.join(await temporaryFolder(), 'weights');
  writeFileSync(file, rows);
  return { file, offset: 0, length: rows.byteLength, dtype: 'F32', shape: [VOCAB, HIDDEN] };
}

/** One direction, each token of its own length, and a little beside it. */
const away = (row: Float32Array, token: number) => {
  for (let i = 0; i < HIDDEN; i++) row[i] = (1 + token / VOCAB) * ((i % 3) - 1) + 0.1 * row[i]!;
};

describe('tokens that a model cannot tell from others', () => {
  it('are those that point the way that many of the vocabulary do', async () => {
    const weights = await projection((row, token) => {
      if (token % 20 === 0) away(row, token);
    });
    expect(await unlearntTokens(weights, [21, 40, 7, 20, 399])).toEqual([40, 20]);
  });

  it('are not those with a few words of their own kind, nor those that are nothing but zeros', async () => {
    const weights = await projection((row, token) => {
      if (token < 6) away(row, token);
      if (token > 300) row.fill(0);
    });
    expect(await unlearntTokens(weights, [0, 5, 310, 100])).toEqual([]);
  });
});
