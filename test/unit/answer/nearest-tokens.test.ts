import path from 'node:path';
import { expect, it } from 'vitest';
import { nearestWords } from '../../../engine/src/answer/nearest-tokens.ts';
import { readWeightRows } from '../../../engine/src/backbone/weight-rows.ts';
import { templateOf } from '../../../engine/src/project.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';
import { SMALL, someVirtual, writeSmallBackbone } from '../train/small-backbone.ts';
import { open, writeProject } from '../train/small-project.ts';

const folder = temporaryFolder();
const noPause = async () => undefined;

/** Embeddings [words, hidden] of words of the project's model. */
async function embeddingsOf(project: Awaited<ReturnType<typeof open>>, ids: number[]): Promise<Float32Array> {
  return readWeightRows(project.backbone.model.weights.get(project.backbone.wordEmbeddings)!, ids);
}

it('of a virtual token that is a word, longer or shorter, is that word', async () => {
  const project = await open(writeProject({ new_tasks: ['echo'], data: { train_ds: ['echo.jsonl'] } }));
  const template = templateOf(project, 'echo');
  const words = [65, 66, 120, 67, 68].map((letter) => project.tokenizer.encode(String.fromCharCode(letter))[0]!);
  const embeddings = (await embeddingsOf(project, words)).map(
    (value, i) => value * (0.5 + Math.floor(i / SMALL.hidden)),
  );
  const tokens = await nearestWords(project, { template, embeddings }, 3, noPause);
  expect(tokens.map(({ nearest }) => nearest[0]!.id)).toEqual(words);
  expect(tokens.map(({ nearest }) => nearest[0]!.text)).toEqual(['A', 'B', 'x', 'C', 'D']);
  expect(tokens.map(({ marker }) => marker)).toEqual([0, 0, 1, 1, 1]);
  for (const { nearest } of tokens) {
    expect(nearest[0]!.cosine).toBeCloseTo(1, 5);
    expect(nearest).toHaveLength(3);
  }
});

it('are those of the whole vocabulary but its special tokens, by cosine, however many blocks it takes', async () => {
  // Rows of 4 kB, so that the vocabulary takes several blocks.
  const model = writeSmallBackbone(path.join(folder, 'wide'), { hidden: 1024, layers: 1, vocab: 1100 });
  const project = await open(writeProject({ model }));
  const template = templateOf(project, 'mood');
  const embeddings = someVirtual(3, 1024);
  let blocks = 0;
  const tokens = await nearestWords(project, { template, embeddings }, 4, async () => {
    blocks++;
  });
  expect(blocks).toBeGreaterThan(2);
  const words = Array.from({ length: 1100 }, (_, id) => id).filter(
    (id) => project.tokenizer.tokenText(id) !== undefined && !project.tokenizer.isSpecial(id),
  );
  const rows = await embeddingsOf(project, words);
  const cosine = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
  tokens.forEach(({ nearest }, token) => {
    const virtual = embeddings.subarray(token * 1024, (token + 1) * 1024);
    const expected = words
      .map((id, i) => ({ id, cosine: cosine(virtual, rows.subarray(i * 1024, (i + 1) * 1024)) }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, 4);
    expect(nearest.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    nearest.forEach((one, i) => {
      expect(one.cosine).toBeCloseTo(expected[i]!.cosine, 5);
    });
  });
});

it('are given up where the search is', async () => {
  const project = await open(writeProject());
  const prompt = { template: templateOf(project, 'mood'), embeddings: someVirtual(3, SMALL.hidden) };
  await expect(nearestWords(project, prompt, 3, () => Promise.reject(new Error('enough')))).rejects.toThrow('enough');
});
