import { describe, expect, it } from 'vitest';
import type { CodeLens } from 'vscode-languageserver-types';
import type { ModelSummary } from '../../../model/src/model-summary.ts';
import type { PromptTableFacts, TrainedTaskFacts } from '../../../task/src/environment.ts';
import { demoModel, taskFile } from '../task/harness.ts';
import { editor, TASK } from './harness.ts';

const TRAINED: TrainedTaskFacts = {
  template: '<|VIRTUAL_PROMPT_0|> {sentence}:{label}',
  splits: [10],
  virtualTokens: 10,
  hidden: 8,
  backboneFingerprint: 'demo-fingerprint',
  date: '2024-05-06T07:08:09Z',
  trainRows: 418,
  validation: { rows: 46, loss: 0.51234, accuracy: 0.8913, macroF1: 0.88 },
};

/** @param about what is known of the model */
async function lensesOf(text: string, trained?: TrainedTaskFacts, about?: ModelSummary) {
  const table: PromptTableFacts = { tasks: new Map(trained && [['sentiment-task', trained]]) };
  const model = async () => ({ ...demoModel, ...(about && { about }) });
  const { service } = editor({ promptTable: async () => table, model });
  service.openDocument(TASK, text);
  await service.settled();
  return service.codeLenses(TASK).filter(({ command }) => !/Model$/.test(command!.command));
}

async function titles(...of: Parameters<typeof lensesOf>): Promise<string[]> {
  return (await lensesOf(...of)).map(({ command }) => command!.title);
}

describe('code lenses', () => {
  it('name the commands over each template, with the file and the task', async () => {
    const text = '{\n"task_templates": [\n{ "taskname": "a" },\n{ "taskname": "b" }, { "taskname": "a" }, {}] }';
    const lenses = (await lensesOf(text)).filter(({ command }) => command!.command !== '');
    expect(lenses.map(({ range, command }) => [range.start.line, command!.command, command!.arguments])).toEqual([
      [2, 'ptask.trainTask', [{ uri: TASK, taskname: 'a' }]],
      [2, 'ptask.evaluateTask', [{ uri: TASK, taskname: 'a' }]],
      [2, 'ptask.predictTask', [{ uri: TASK, taskname: 'a' }]],
      [3, 'ptask.trainTask', [{ uri: TASK, taskname: 'b' }]],
      [3, 'ptask.evaluateTask', [{ uri: TASK, taskname: 'b' }]],
      [3, 'ptask.predictTask', [{ uri: TASK, taskname: 'b' }]],
    ]);
  });

  it('stand at the bracket that opens the template', async () => {
    const [{ range }] = (await lensesOf('{ "task_templates": [{ "taskname": "a" }] }')) as [CodeLens];
    expect(range).toEqual({ start: { line: 0, character: 21 }, end: { line: 0, character: 22 } });
  });

  it('tell when the task was trained, on how many rows, and what was measured on which', async () => {
    expect(await titles(taskFile(), TRAINED)).toEqual([
      'Train',
      'Evaluate',
      'Predict',
      'trained 2024-05-06 on 418 rows · accuracy 89.1%, macro-F1 0.880 on 46 validation rows',
    ]);
  });

  it('tell what was measured of generated answers', async () => {
    const of = async (measured: object) =>
      (await titles(taskFile(), { ...TRAINED, validation: { rows: 50, loss: 0.9, accuracy: 0.1, ...measured } })).at(
        -1,
      );
    expect(await of({ intentAccuracy: 0.571, slotF1: 0.173 })).toMatch(
      /· accuracy 10\.0%, intent 57\.1%, slot F1 0\.173 on 50 validation rows$/,
    );
    expect(await of({ wordF1: 0.25 })).toMatch(/· accuracy 10\.0%, word F1 0\.250 on 50 validation rows$/);
  });

  it('tell less where less is recorded', async () => {
    const { date, trainRows, validation, ...bare } = TRAINED;
    expect((await titles(taskFile(), bare)).at(-1)).toBe('trained');
    expect((await titles(taskFile(), { ...bare, validation: { rows: 1, loss: 0.51234 } })).at(-1)).toBe(
      'trained · loss 0.512 on 1 validation row',
    );
    expect((await titles(taskFile())).at(-1)).toBe('not trained yet');
  });

  it('tell what has changed since', async () => {
    const changed = await titles(taskFile({ of: '"virtual_token_splits": [4]' }), {
      ...TRAINED,
      backboneFingerprint: 'other',
    });
    expect(changed.at(-1)).toMatch(/46 validation rows · template changed since · on another backbone$/);
    // Of a program that records no backbone, but whose width tells.
    const { backboneFingerprint, ...foreign } = TRAINED;
    const about = { architecture: 'gpt2', layers: 1, hidden: 16, parameters: 1, bytes: 1, vocabulary: 1 };
    expect((await titles(taskFile(), foreign, about)).at(-1)).toMatch(/46 validation rows · on another backbone$/);
    expect((await titles(taskFile(), foreign, { ...about, hidden: 8 })).at(-1)).toMatch(/46 validation rows$/);
  });

  it('do not offer to train what is kept as it is', async () => {
    const text = taskFile({ file: '"existing_tasks": ["sentiment-task"]' });
    expect((await titles(text, TRAINED)).slice(0, 2)).toEqual(['Evaluate', 'Predict']);
  });

  it('tell no result before the prompt table was looked at', () => {
    const { service } = editor();
    service.openDocument(TASK, taskFile());
    const shown = service.codeLenses(TASK).map(({ command }) => command!.title);
    expect(shown).toEqual(['Select Model', 'Train', 'Evaluate', 'Predict']);
  });
});

describe('over the model', () => {
  async function modelLenses(model: string) {
    const { service } = editor();
    service.openDocument(TASK, `{\n  "language": "sv",\n  "model": ${JSON.stringify(model)}\n}`);
    await service.settled();
    return service.codeLenses(TASK);
  }

  it('another one can be chosen', async () => {
    const [lens, ...others] = await modelLenses('demo');
    expect(others).toEqual([]);
    expect(lens!.range.start.line).toBe(2);
    expect(lens!.command).toEqual({ title: 'Select Model', command: 'ptask.selectModel', arguments: [{ uri: TASK }] });
  });

  it('one of the hub that is not there can be fetched', async () => {
    const [, lens] = await modelLenses('owner/other');
    const command = { title: 'Fetch Model', command: 'ptask.fetchModel' };
    expect(lens!.command).toEqual({ ...command, arguments: [{ uri: TASK, model: 'owner/other' }] });
  });

  it.each(['../models/gpt2', 'demo-tiny', '/models/gpt2', 'C:\\models', 'folder-in-part'])(
    '%s cannot be fetched',
    async (model) => {
      expect((await modelLenses(model)).map(({ command }) => command!.title)).toEqual(['Select Model']);
    },
  );
});
