import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serializeSafetensors, type TensorData } from '../../../model/src/safetensors.ts';
import { readPromptTableFacts } from '../../../task/src/node-environment.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

const prompt: TensorData = { dtype: 'F32', shape: [2, 1], data: new Float32Array([1, 2]) };

async function factsOf(tensors: Record<string, TensorData>, records: Record<string, unknown> = {}) {
  const path = join(await temporaryFolder(), 'a.prompts.safetensors');
  const metadata = Object.entries(records).map(([task, record]) => [`task.${task}`, JSON.stringify(record)]);
  await writeFile(path, serializeSafetensors(new Map(Object.entries(tensors)), Object.fromEntries(metadata)));
  return { path, facts: await readPromptTableFacts(path) };
}

const record = {
  template: { prompt_template: '<|VIRTUAL_PROMPT_0|> {text}', virtual_token_splits: [2] },
  encoder: { encoder_type: 'mlp' },
  seed: 1,
  backbone: 'b',
  tokenizer: 't',
  data: 'd',
  metrics: {},
  date: '2024-05-06T07:08:09Z',
  version: '0.1.0',
};

describe('what the rules are told of a prompt table', () => {
  it('is in its header', async () => {
    const { facts } = await factsOf({ mood: prompt }, { mood: record });
    expect(facts).toEqual({
      tasks: new Map([
        [
          'mood',
          {
            template: '<|VIRTUAL_PROMPT_0|> {text}',
            splits: [2],
            chat: false,
            virtualTokens: 2,
            hidden: 1,
            backboneFingerprint: 'b',
            date: record.date,
          },
        ],
      ]),
    });
  });

  it('is also what its chat template put around a row, of a prompt that was trained in one', async () => {
    const { facts } = await factsOf({ mood: prompt }, { mood: { ...record, chat_template: 'c' } });
    expect(facts?.tasks.get('mood')).toMatchObject({ chatFrame: 'c', backboneFingerprint: 'b' });
    // As another program might write it.
    const odd = await factsOf({ mood: prompt }, { mood: { ...record, chat_template: 5 } });
    expect(odd.facts?.tasks.get('mood')).not.toHaveProperty('chatFrame');
  });

  it.each([
    ['missing', undefined],
    ['incomplete', { ...record, seed: undefined }],
    ['no object', 5],
    [
      'of another form',
      { ...record, backbone: 5, date: 'then', template: { prompt_template: 1, virtual_token_splits: '2' } },
    ],
  ])('trusts no record: one that is %s says nothing', async (_, changed) => {
    const { facts } = await factsOf({ mood: prompt }, changed === undefined ? {} : { mood: changed });
    expect(facts?.tasks.get('mood')).toEqual({
      virtualTokens: 2,
      hidden: 1,
    });
  });

  it('is nothing where there is no table, or no task in it', async () => {
    expect(await readPromptTableFacts(join(await temporaryFolder(), 'none'))).toBeUndefined();
    expect((await factsOf({})).facts).toBeUndefined();
  });

  it('is a reason where the file is no table', async () => {
    const { path, facts } = await factsOf({ w: { dtype: 'F16', shape: [1], data: new Uint8Array(2) } });
    expect(facts).toEqual({
      broken: "not a prompt table: tensor 'w' is F16 [1], not F32 [virtual tokens, hidden]",
      tasks: new Map(),
    });
    const folder = await temporaryFolder();
    expect((await readPromptTableFacts(folder))?.broken).toBe('it is a folder');
    await writeFile(path, 'no header');
    expect((await readPromptTableFacts(path))?.broken).toMatch(/^broken prompt table: /);
  });
});
