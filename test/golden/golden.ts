import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { THOROUGH } from '../thorough.ts';

/** Where the golden numbers are: beside this file, or in another folder of the same form. */
export const GOLDEN = process.env.PTASK_GOLDEN ?? import.meta.dirname;

export interface BackboneCase {
  readonly splits: number[];
  readonly at: number[];
  readonly answer: number;
  readonly loss: number;
  readonly d_virtual: number[][];
  readonly first_logits: number[];
  readonly greedy: number[];
}

export interface BackboneGolden {
  readonly ids: number[][];
  readonly lengths: number[];
  readonly virtual: number[][];
  readonly cases: BackboneCase[];
}

export interface GoldenBackbone {
  readonly name: string;
  readonly dir: string;
  readonly golden: BackboneGolden;
}

export function goldenBackbones(): GoldenBackbone[] {
  const folder = path.join(GOLDEN, 'backbones');
  return readdirSync(folder)
    .map((name) => ({ name, dir: path.join(folder, name) }))
    .filter(({ dir }) => existsSync(path.join(dir, 'golden.json')))
    .map(({ name, dir }) => ({ name, dir, golden: JSON.parse(readFileSync(path.join(dir, 'golden.json'), 'utf8')) }));
}

/** One of each graph function, with all that it can have: every kind of node, as `each-form.test.ts` checks. */
const EACH_FORM = [
  'apertus',
  'bloom',
  'cohere',
  'gemma2',
  'gemma3_text',
  'gpt2',
  'gpt_neox',
  'gptj',
  'llama',
  'olmo2-tied',
  'opt-post-norm',
  'phi3-long',
  'xglm-untied',
];

/** A backbone of each form; all of them in a thorough run. */
export function backbonesOfEachForm(thorough = THOROUGH): GoldenBackbone[] {
  return goldenBackbones().filter(({ name }) => thorough || EACH_FORM.includes(name));
}

/** Row `n` of a golden batch with its virtual tokens in place: token k as −1 − k. */
export function rowWithVirtualTokens(golden: BackboneGolden, goldenCase: BackboneCase, n: number): Int32Array {
  const row = golden.ids[n]!.slice(0, golden.lengths[n]!);
  const ids: number[] = [];
  let from = 0;
  let virtual = 0;
  goldenCase.splits.forEach((count, slot) => {
    ids.push(...row.slice(from, goldenCase.at[slot]!));
    from = goldenCase.at[slot]!;
    for (let i = 0; i < count; i++) ids.push(-1 - virtual++);
  });
  ids.push(...row.slice(from));
  return Int32Array.from(ids);
}

/** The largest difference of two lists, relative to the largest entry of the expected one. */
export function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!))) / scale;
}
