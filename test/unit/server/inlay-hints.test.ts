import { describe, expect, it } from 'vitest';
import type { CheckEnvironment } from '../../../task/src/environment.ts';
import { demoModel, row, TRAINING_ROWS, taskFile } from '../task/harness.ts';
import { editor, TASK } from './harness.ts';

const ALL = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

/** The text with each hint where it stands, in «…». */
async function hinted(text: string, changes: Partial<CheckEnvironment> = {}, data: Record<string, string> = {}) {
  const { service, disk } = editor(changes);
  Object.assign(disk, data);
  service.openDocument(TASK, text);
  await service.settled();
  const lines = text.split('\n');
  for (const { position, label } of service.inlayHints(TASK, ALL).toReversed()) {
    const line = lines[position.line]!;
    lines[position.line] = `${line.slice(0, position.character)}«${label}»${line.slice(position.character)}`;
  }
  return lines.join('\n');
}

const template = (text: string, splits: string) =>
  taskFile({ of: `"prompt_template": "${text}", "virtual_token_splits": ${splits}` });

describe('hints', () => {
  it('keep a distance but in a template, whose text they would seem to change', async () => {
    const { service } = editor();
    service.openDocument(TASK, template('<|VIRTUAL_PROMPT_0|>{sentence}{label}', '[10]'));
    await service.settled();
    const padded = service.inlayHints(TASK, ALL).map(({ label, paddingLeft }) => [label, paddingLeft]);
    expect(padded).toEqual([
      ['⟨10⟩ 5–14', undefined],
      ['= 10', true],
      ['2 rows', true],
      ['2 rows', true],
    ]);
  });

  it('at a marker say how many virtual tokens it stands for and which tokens of every row they are', async () => {
    // Four tokens of the backbone stand in front, and “Is it” and “:” are three.
    expect(
      await hinted(template('<|VIRTUAL_PROMPT_0|>Is it:\\u003c|VIRTUAL_PROMPT_1|>{sentence}{label}', '[10, 1]')),
    ).toContain('"<|VIRTUAL_PROMPT_0|>«⟨10⟩ 5–14»Is it:\\u003c|VIRTUAL_PROMPT_1|>«⟨1⟩ 18»{sentence}{label}"');
  });

  it('behind a field tell the place in a row of median length', async () => {
    const data = { 'train.jsonl': [row('a'), row('a b c'), row('a b c d e f')].join('\n'), 'validation.jsonl': '' };
    expect(await hinted(template('{sentence}<|VIRTUAL_PROMPT_0|>{label}', '[10]'), {}, data)).toContain(
      '{sentence}<|VIRTUAL_PROMPT_0|>«⟨10⟩ ≈8–17»{label}',
    );
  });

  it('behind a field that no row has say only how many', async () => {
    expect(await hinted(template('{missing}<|VIRTUAL_PROMPT_0|>{label}', '[10]'))).toContain(
      '{missing}<|VIRTUAL_PROMPT_0|>«⟨10⟩»{label}',
    );
  });

  it('tell on a closer look what stands on both sides', async () => {
    const { service } = editor();
    service.openDocument(TASK, template('<|VIRTUAL_PROMPT_0|>Is it:{sentence} {label}', '[10]'));
    await service.settled();
    expect(service.inlayHints(TASK, ALL)[0]?.tooltip).toBe(
      "10 virtual tokens. In front: 4 tokens, the backbone's own among them. Behind: about 8 tokens. " +
        '“About” is in a row whose fields are of median length.',
    );
  });

  it('tell on a closer look no more than is known', async () => {
    const tooltips = async (text: string) => {
      const { service } = editor();
      service.openDocument(TASK, text);
      await service.settled();
      return service.inlayHints(TASK, ALL).map(({ tooltip }) => tooltip);
    };
    expect(await tooltips(template('<|VIRTUAL_PROMPT_0|>{missing}{label}', '[10]'))).toEqual([
      "10 virtual tokens. In front: 4 tokens, the backbone's own among them.",
      'The splits add up to 10. The task has 10 virtual tokens.',
      'Lines that are not blank.',
      'Lines that are not blank.',
    ]);
    const atEnd = (data: string) =>
      tooltips(
        taskFile({
          file: `"data": { ${data} }`,
          of: '"prompt_template": "{missing}<|VIRTUAL_PROMPT_0|> end", "total_virtual_tokens": 1',
        }),
      );
    expect(await atEnd('"add_eos": false')).toEqual(['1 virtual token. Behind: 1 token.']);
    expect(await atEnd('"add_eos": true')).toEqual(['1 virtual token. Behind: 2 tokens.']);
  });

  it('count the first token where rows begin with one', async () => {
    const text = taskFile({ file: '"data": { "train_ds": "train.jsonl", "add_bos": true }' });
    expect(await hinted(text)).toContain('<|VIRTUAL_PROMPT_0|>«⟨10⟩ 6–15»');
  });

  it('count it too where the model puts it there by itself', async () => {
    const model = async () => ({ ...(demoModel as typeof demoModel & { kind: 'ok' }), addsBos: true });
    expect(await hinted(taskFile(), { model })).toContain('<|VIRTUAL_PROMPT_0|>«⟨10⟩ 6–15»');
  });

  it('say only how many without a tokeniser, and nothing where a split is wrong', async () => {
    const { tokenizer, ...model } = demoModel as typeof demoModel & { kind: 'ok' };
    expect(await hinted(taskFile(), { model: async () => model })).toContain('<|VIRTUAL_PROMPT_0|>«⟨10⟩» {sentence}');
    expect(await hinted(template('<|VIRTUAL_PROMPT_0|><|VIRTUAL_PROMPT_1|>{label}', '[0]'))).toContain(
      '"<|VIRTUAL_PROMPT_0|><|VIRTUAL_PROMPT_1|>{label}"',
    );
  });

  it('say what the splits add up to', async () => {
    expect(await hinted(template('<|VIRTUAL_PROMPT_0|>{label}', '[3, 4]'))).toContain('[3, 4]«= 7»');
    expect(await hinted(template('<|VIRTUAL_PROMPT_0|>{label}', '[]'))).not.toContain('«=');
  });

  it('say how many rows a data file gives, and to which tasks where there are several', async () => {
    const text = taskFile({
      file: `"data": { "train_ds": ["train.jsonl", "./both.jsonl"], "test_ds": ["gone.jsonl"] },
        "task_templates": [{ "taskname": "sentiment-task", "prompt_template": "{label}" }, { "taskname": "echo", "prompt_template": "{label}" }]`,
    });
    const both = `${TRAINING_ROWS}\n${JSON.stringify({ taskname: 'echo', label: 'x' })}\nbroken`;
    expect(await hinted(text, {}, { 'both.jsonl': both })).toContain(
      '["train.jsonl"«2 rows», "./both.jsonl"«4 rows: sentiment-task 2, echo 1»], "test_ds": ["gone.jsonl"]',
    );
    expect(await hinted(taskFile(), {}, { 'train.jsonl': row('a') })).toContain('["train.jsonl"«1 row»]');
  });

  it('are given for the lines of a range alone', async () => {
    const { service } = editor();
    service.openDocument(TASK, '{ "data": {\n"train_ds": ["train.jsonl"],\n"validation_ds": ["validation.jsonl"] } }');
    await service.settled();
    const line = (number: number) => ({ start: { line: number, character: 0 }, end: { line: number, character: 1 } });
    expect(service.inlayHints(TASK, line(0))).toEqual([]);
    expect(service.inlayHints(TASK, line(2)).map(({ position }) => position)).toEqual([{ line: 2, character: 36 }]);
  });
});
