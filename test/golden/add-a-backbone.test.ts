import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLogitsAndGreedyTokens, checkLossAndGradient } from './backbone-checks.ts';
import type { BackboneGolden } from './golden.ts';

/*
 * docs/add-a-backbone.md, done to a copy of the sources: its files are written, its lines added, and the backbone that comes
 * of it is held against transformers.
 */

const ROOT = path.resolve(import.meta.dirname, '../..');
const EXAMPLE = path.join(import.meta.dirname, 'example/arcee');
const page = readFileSync(path.join(ROOT, 'docs/add-a-backbone.md'), 'utf8');

/** The page's blocks of code of a language, with the file that each names behind it. */
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language} ?(\\S*)\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, file, code]) => ({
    file: file!,
    code: code!,
  }));

/** The text with the lines of a diff that begin with a minus, or are without a sign, replaced by the others. */
function patched(text: string, diff: string): string {
  const lines = diff.trimEnd().split('\n');
  const side = (sign: string) =>
    lines
      .filter((line) => line.startsWith(sign) || line.startsWith(' '))
      .map((line) => line.slice(1))
      .join('\n');
  expect(text.split(side('-'))).toHaveLength(2);
  return text.replace(side('-'), () => side('+'));
}

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'ptask-add-'));
  for (const folder of ['model', 'engine', 'task', 'protocol', 'l10n'])
    cpSync(path.join(ROOT, folder), path.join(copy, folder), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  for (const { file, code } of blocks('ts')) writeFileSync(path.join(copy, file), code);
  for (const { file, code } of blocks('diff')) {
    const at = path.join(copy, file);
    writeFileSync(at, patched(readFileSync(at, 'utf8'), code));
  }
});
afterAll(() => rmSync(copy, { recursive: true }));

const typeCheck = () => {
  const config = {
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: { typeRoots: [path.join(ROOT, 'node_modules/@types')] },
    files: ['engine/src/backbone/backbone.ts'],
    include: [],
  };
  writeFileSync(path.join(copy, 'tsconfig.json'), JSON.stringify(config));
  const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', copy], { encoding: 'utf8' });
  return { status, stdout };
};

/** A module of the copy, which has what the one here has. */
const load = <Module>(file: string): Promise<Module> => import(path.join(copy, file));

it('has types that fit', () => {
  expect(typeCheck()).toEqual({ status: 0, stdout: '' });
});

it('has the entry that its numbers were made with', () => {
  const script = readFileSync(path.join(import.meta.dirname, 'make_backbones.py'), 'utf8');
  for (const { code } of blocks('python')) expect(script).toContain(code);
});

describe('the backbone of the page', async () => {
  const golden: BackboneGolden = JSON.parse(readFileSync(path.join(EXAMPLE, 'golden.json'), 'utf8'));
  const open = async () => {
    const { openModelFolder } =
      await load<typeof import('../../model/src/model-folder.ts')>('model/src/model-folder.ts');
    const { backboneOf } = await load<typeof import('../../engine/src/backbone/backbone.ts')>(
      'engine/src/backbone/backbone.ts',
    );
    const opened = await openModelFolder(EXAMPLE, { tokenizer: 'optional' });
    if (opened.kind !== 'ok') throw new Error(opened.problem);
    return backboneOf(opened.model);
  };

  it.each(golden.cases)(
    'has the loss, gradient, logits and greedy tokens of transformers, virtual tokens at $at',
    async (goldenCase) => {
      const { BackboneStep } = await load<typeof import('../../engine/src/train/backbone-step.ts')>(
        'engine/src/train/backbone-step.ts',
      );
      const { Predictor } = await load<typeof import('../../engine/src/predict/predictor.ts')>(
        'engine/src/predict/predictor.ts',
      );
      const backbone = await open();
      const step = new BackboneStep(backbone);
      await checkLossAndGradient(step, golden, goldenCase);
      await step.release();
      const predictor = new Predictor(backbone);
      await checkLogitsAndGreedyTokens(predictor, golden, goldenCase);
      await predictor.release();
    },
  );
});
