import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError, InputError } from '../../../engine/src/errors.ts';
import { openProject, rowTokeniser, templateOf } from '../../../engine/src/project.ts';
import { serializeSafetensors, type TensorData } from '../../../model/src/safetensors.ts';
import { tinyTokenizer } from '../model/tiny-folder.ts';
import { SMALL } from './small-backbone.ts';
import { open, tablePath, trainProject, writeProject } from './small-project.ts';

/** A project with a model of its own, which the test may spoil. */
function withOwnModel(spoil: (dir: string) => void): string {
  const file = writeProject();
  const keys = JSON.parse(readFileSync(file, 'utf8')) as { model: string };
  const dir = path.join(path.dirname(file), 'own');
  cpSync(keys.model, dir, { recursive: true });
  writeFileSync(file, JSON.stringify({ ...keys, model: 'own' }));
  spoil(dir);
  return file;
}

/** What the check says of a project that cannot be opened, each problem at a place in the task file. */
async function refusal(file: string): Promise<string> {
  const { project, problems } = await openProject(file);
  expect(project).toBeUndefined();
  const errors = problems.filter(({ severity }) => severity === 'error');
  expect(errors.map((problem) => problem.file)).toContain(file);
  return errors.map(({ code, message }) => `${code} ${message}`).join('\n');
}

const editConfig = (dir: string, changes: object) => {
  const config = path.join(dir, 'config.json');
  writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), ...changes }));
};

describe('a project', () => {
  it('opens with its backbone, tokeniser and prompt table', async () => {
    const file = writeProject();
    const project = await open(file);
    expect(project.promptTable.size).toBe(0);
    expect(project.promptTablePath).toBe(tablePath(file));
    expect(project.backbone.model.config.vocabSize).toBe(300);
    await trainProject(file);
    expect([...(await open(file)).promptTable.keys()]).toEqual(['mood']);
    expect(() => templateOf(project, 'other')).toThrow(`has no task 'other'; it has mood, echo`);
  });

  it('is not opened with an error in it, which is told with its place', async () => {
    const file = writeProject({ data: { train_ds: ['nosuch.jsonl'] } });
    const { project, problems } = await openProject(file);
    expect(project).toBeUndefined();
    expect(problems.map(({ code }) => code)).toContain('data-not-found');
  });

  it('is not opened for a task that it has not, and no model is made for that', async () => {
    const file = writeProject({ model: 'nosuch' });
    await expect(openProject(file, undefined, ['mood', 'other'])).rejects.toThrow(
      `has no task 'other'; it has mood, echo`,
    );
    expect((await openProject(file, undefined, ['mood'])).problems.map(({ code }) => code)).toContain(
      'model-not-found',
    );
    // What is wrong with a file may be why it has no such task.
    writeFileSync(file, '{ "model": ');
    expect((await openProject(file, undefined, ['mood'])).problems.map(({ code }) => code)).toContain('json-syntax');
  });

  it('cannot be opened without its task file', async () => {
    const missing = path.join(path.dirname(writeProject()), 'missing.ptask.json');
    await expect(openProject(missing)).rejects.toThrow(FileError);
    await expect(openProject(missing)).rejects.toThrow(`${missing}: cannot be read: there is no such file`);
    await expect(openProject(path.dirname(missing))).rejects.toThrow('it is a folder');
  });
});

describe('a model', () => {
  it.each<[string, (dir: string) => void, string]>([
    ['missing', (dir) => rmSync(dir, { recursive: true }), 'model-not-found'],
    ['without weights', (dir) => rmSync(path.join(dir, 'model.safetensors')), 'model-not-found'],
    ['without a tokeniser', (dir) => rmSync(path.join(dir, 'tokenizer.json')), 'model-not-found'],
    ['of another type', (dir) => editConfig(dir, { model_type: 'mamba' }), 'model-unsupported'],
  ])('that is %s is a problem of the task file', async (_, spoil, code) => {
    const { project, problems } = await openProject(withOwnModel(spoil));
    expect(project).toBeUndefined();
    expect(problems.map((problem) => problem.code)).toContain(code);
  });

  it.each<[string, (dir: string) => void, RegExp]>([
    ['a configuration that is no JSON', (dir) => writeFileSync(path.join(dir, 'config.json'), '{'), /config\.json/],
    ['weights of other shapes', (dir) => editConfig(dir, { n_embd: 8 }), /has shape \[300,16\]/],
    ['missing layers', (dir) => editConfig(dir, { n_layer: 3 }), /has no weight 'h\.2/],
    ['a tokeniser that is no JSON', (dir) => writeFileSync(path.join(dir, 'tokenizer.json'), 'x'), /tokenizer\.json/],
    [
      'a tokeniser of another model',
      (dir) => {
        const added_tokens = [{ content: 'big', id: 4000, special: false }];
        writeFileSync(path.join(dir, 'tokenizer.json'), JSON.stringify({ ...tinyTokenizer(), added_tokens }));
      },
      /does not fit the model: its token 'big' has id 4000, but the model has 300 tokens/,
    ],
  ])('with %s is refused in words', async (_, spoil, words) => {
    expect(await refusal(withOwnModel(spoil))).toMatch(words);
  });

  it('with weights cut off or a header that lies is refused, never opened', async () => {
    let weights = '';
    const file = withOwnModel((dir) => {
      weights = path.join(dir, 'model.safetensors');
    });
    const whole = readFileSync(weights);
    const headerLength = Number(whole.readBigUInt64LE(0));
    for (const length of [0, 7, 8, 100, 8 + headerLength, whole.length - 1]) {
      writeFileSync(weights, whole.subarray(0, length));
      expect(await refusal(file)).toContain('model.safetensors');
    }
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 8 + headerLength - 1 }), fc.nat(255), async (at, byte) => {
        const changed = Buffer.from(whole);
        changed[at] = byte;
        writeFileSync(weights, changed);
        // A changed byte may do no harm; where it does, that is said, and nothing is thrown.
        const { project, problems } = await openProject(file);
        expect(project === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
      }),
      { numRuns: 60 },
    );
  });

  it('whose end token is none of its tokens can be used without it', async () => {
    const file = withOwnModel((dir) => editConfig(dir, { eos_token_id: 50256 }));
    const project = await open(file);
    const template = templateOf(project, 'mood');
    expect(() => rowTokeniser(project, template)).toThrow(InputError);
    expect(() => rowTokeniser(project, template)).toThrow('"add_eos" needs token 50256, but the model has only 300');
    const data = { ...project.file.data, add_eos: false };
    const { ids } = rowTokeniser({ ...project, file: { ...project.file, data } }, template).row({ label: 'good' })!;
    expect(Math.max(...ids)).toBeLessThan(300);
  });
});

describe('a prompt table', () => {
  it.each<[string, (table: string) => void]>([
    ['is a folder', (table) => mkdirSync(table)],
    ['is cut off', (table) => writeFileSync(table, Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 123]))],
    ['is empty', (table) => writeFileSync(table, '')],
    ['is no table', (table) => writeFileSync(table, '{"json": true}')],
  ])('that %s is refused by name', async (_, spoil) => {
    const file = writeProject();
    spoil(tablePath(file));
    expect(await refusal(file)).toContain(`"${path.basename(tablePath(file))}" cannot be used: `);
  });

  it('whose prompts do not say what they were trained on is used, if they are as wide as the model', async () => {
    const file = writeProject();
    const foreign = async (hidden: number) => {
      const embeddings: TensorData = { dtype: 'F32', shape: [3, hidden], data: new Float32Array(3 * hidden) };
      writeFileSync(tablePath(file), serializeSafetensors(new Map([['mood', embeddings]])));
      const { project, problems } = await openProject(file);
      return {
        errors: problems.flatMap(({ severity, code }) => (severity === 'error' ? [code] : [])),
        used: project?.promptTable.has('mood'),
      };
    };
    expect(await foreign(SMALL.hidden)).toEqual({ errors: [], used: true });
    expect(await foreign(SMALL.hidden + 1)).toEqual({ errors: ['backbone-changed'], used: undefined });
  });
});
