import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import type { DataRow } from '../../protocol/src/task-files.ts';
import { temporaryFolder } from '../unit/model/tiny-folder.ts';
import { Engine } from './engine.ts';
import { ptask, writeJsonl, writeTaskFile } from './ptask.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const EXAMPLES = path.resolve(import.meta.dirname, '../../examples/sentiment/data/sv');

async function exampleRows(split: string, count: number): Promise<DataRow[]> {
  const lines = (await readFile(path.join(EXAMPLES, `${split}.jsonl`), 'utf8')).split('\n').slice(0, count);
  return lines.map((line) => JSON.parse(line) as DataRow);
}

it('a task is trained on a demo backbone, which is made first, and predicted', async () => {
  const dir = await temporaryFolder();
  const cache = { PTASK_CACHE: await temporaryFolder() };
  const [train, test] = [await exampleRows('train', 16), await exampleRows('test', 6)];
  await writeJsonl(path.join(dir, 'train.jsonl'), train);
  await writeJsonl(path.join(dir, 'validation.jsonl'), test);
  const taskname = String(test[0]!.taskname);
  const file = await writeTaskFile(dir, {
    model: 'demo-tiny',
    language: 'sv',
    new_tasks: [taskname],
    task_templates: [
      {
        taskname,
        prompt_template: '<|VIRTUAL_PROMPT_0|> {sentence} Känsla: {label}',
        total_virtual_tokens: 5,
        answer_field: 'label',
        labels: { positiv: [], negativ: [], neutral: [] },
      },
    ],
    data: { train_ds: ['train.jsonl'], validation_ds: ['validation.jsonl'] },
    virtual_prompt_style: 'prompt-tuning',
    prompt_tuning: { new_prompt_init_methods: ['text'], new_prompt_init_text: ['bra eller dåligt'] },
    optim: { lr: 0.001 },
    trainer: { max_epochs: 1, batch_size: 8 },
    examples: [],
  });
  const training = new Engine('train', cache);
  const result = await training.request('train', { token: 't', file, tasknames: [], resume: false, device: 'cpu' });
  expect(result).toMatchObject({ outcome: 'done', tasks: [{ taskname, virtualTokens: 5 }] });

  const engine = new Engine('predict', cache);
  const { prompt, rows } = await engine.request('predict', {
    token: 'p',
    file,
    taskname,
    rows: test,
    withUntrained: true,
    urgency: 'visible',
  });
  expect(prompt).toMatchObject({ state: 'current', trained: { trainRows: 16, validationRows: 6 } });
  for (const { trained, untrained, expected } of rows) {
    for (const answer of [trained!, untrained!]) {
      expect(answer.candidates!.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
      expect(answer.right).toBe(answer.text === expected!.label);
    }
  }
  const { tokens } = await engine.request('nearestTokens', { file, taskname, count: 3 });
  expect(tokens).toHaveLength(5);
  // The prompt starts as these words, and has taken two small steps from them.
  expect(tokens[0]!.nearest[0]!.cosine).toBeGreaterThan(0.9);
});

it.skipIf(process.platform === 'win32')(
  'nothing is left of a demo model whose making is stopped with Ctrl-C',
  async () => {
    const cache = await temporaryFolder();
    const models = path.join(cache, 'models');
    const file = await writeTaskFile(await temporaryFolder(), { model: 'demo-tiny', language: 'sv' });
    let seen: string[] = [];
    const { code } = await ptask(['predict', file], {
      env: { PTASK_CACHE: cache },
      begun: (pid) => {
        const look = setInterval(async () => {
          seen = await readdir(models).catch(() => []);
          if (seen.length === 0) return;
          clearInterval(look);
          process.kill(pid, 'SIGINT');
        }, 10);
      },
    });
    expect(seen).toEqual([expect.stringMatching(/\.tmp$/)]);
    expect(code).toBe(130);
    expect(await readdir(models)).toEqual([]);
  },
);
