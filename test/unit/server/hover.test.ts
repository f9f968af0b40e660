import { describe, expect, it } from 'vitest';
import type { MarkupContent } from 'vscode-languageserver-types';
import { said } from '../../../server/src/service/hover/markdown.ts';
import type { ModelFacts, TrainedTaskFacts } from '../../../task/src/environment.ts';
import { chatOf, demoModel, row, taskFile, unmark } from '../task/harness.ts';
import { atCursor, editor, TASK } from './harness.ts';
import { hovering } from './hovering.ts';

const fixed = (facts: ModelFacts) => ({ environment: { model: async () => facts } });

describe('a key', () => {
  it('says its meaning, default and NeMo’s name', async () => {
    expect(await hovering(taskFile({ file: '"trainer": { "max_‸epochs": 3 }' }))).toBe(
      [
        '**max_epochs**: a whole number of at least 1',
        'How often training goes through the data at most.',
        'Default: `20`',
        'In NeMo: `trainer.max_epochs`',
      ].join('\n\n'),
    );
  });

  it('with few values says what each means', async () => {
    const text = await hovering(taskFile({ file: '"p_tuning": { "encoder_‸type": "mlp" }' }));
    expect(text).toContain('`residual`: residual prompt tuning, with which small backbones learn best');
    expect(await hovering(taskFile({ file: '"p_tuning": { "encoder_type": "ml‸p" }' }))).toBe(
      '**mlp**: fully connected layers.',
    );
  });

  it('of ours alone says so', async () => {
    expect(await hovering(taskFile({ of: '"lab‸els": null' }))).toContain('NeMo has no such key.');
  });

  it('says what stands in for it when it is left out, and of a section that it may be', async () => {
    expect(await hovering(taskFile({ of: '"virtual_token_‸splits": [10]' }))).toContain(
      'When left out: `total_virtual_tokens`, spread evenly over the markers.',
    );
    const section = await hovering(taskFile({ file: '"opt‸im": {}' }));
    expect(section).toContain('May be left out.');
    expect(section).not.toContain('Default');
  });
});

describe('a marker', () => {
  const two = (text: string) =>
    hovering(taskFile({ of: `"prompt_template": "${text}", "virtual_token_splits": [3, 4]` }));

  it('says how many virtual tokens it has and where they go, escapes or not', async () => {
    expect(await two('\\u003c|VIRTUAL_PROMPT_0|>\\n{sentence}<|VIRT‸UAL_PROMPT_1|> {label}')).toBe(
      [
        '**Virtual tokens**: 4',
        'Tokens 4 to 7 of the 7 of task `sentiment-task`, at marker 2 of 2.',
        'Behind `{sentence}`, in front of `␣`.',
        'Positions 11 to 14 of a row whose fields are of median length, counted with the 4 that the model puts in front.',
      ].join('\n\n'),
    );
  });

  it('of one virtual token has one position, at the front and the end of a row too', async () => {
    const one = (text: string) =>
      hovering(taskFile({ of: `"prompt_template": "${text}", "virtual_token_splits": [1, 1]` }));
    const first = await one('<|VIRT‸UAL_PROMPT_0|>{sentence}<|VIRTUAL_PROMPT_1|>');
    expect(first).toContain('Token 1 of the 2 of task `sentiment-task`, at marker 1 of 2.');
    expect(first).toContain('At the front of the row, in front of `{sentence}`.');
    expect(first).toContain('Position 5 of every row');
    const last = await one('<|VIRTUAL_PROMPT_0|>{sentence}<|VIRT‸UAL_PROMPT_1|>');
    expect(last).toContain('Token 2 of the 2 of task `sentiment-task`, at marker 2 of 2.');
    expect(last).toContain('Behind `{sentence}`, at its end.');
  });

  it('between long texts shows the part of them that is near', async () => {
    const text = await two(
      `<|VIRTUAL_PROMPT_0|>{sentence}${'a'.repeat(40)}b<|VIRT‸UAL_PROMPT_1|>c${'d'.repeat(40)}{label}`,
    );
    expect(text).toContain(`Behind \`…${'a'.repeat(29)}b\`, in front of \`c${'d'.repeat(29)}…\`.`);
  });

  it('in front of all fields has the same positions in every row', async () => {
    const text = await two('Text: <|VIR‸TUAL_PROMPT_0|> {sentence}<|VIRTUAL_PROMPT_1|> {label}');
    expect(text).toContain('Behind `Text: `, in front of `␣`.');
    expect(text).toContain('Positions 8 to 10 of every row');
  });

  it('can be asked about at its split', async () => {
    const text = await hovering(
      taskFile({
        of: '"prompt_template": "<|VIRTUAL_PROMPT_0|>{sentence}<|VIRTUAL_PROMPT_1|>{label}", "virtual_token_splits": [3, ‸4]',
      }),
    );
    expect(text).toContain('marker 2 of 2');
  });

  it('without virtual tokens says so', async () => {
    const text = await hovering(
      taskFile({ of: '"virtual_token_splits": [0], "prompt_template": "<|VIR‸TUAL_PROMPT_0|>{label}"' }),
    );
    expect(text).toContain('gives this marker none');
  });
});

describe('a placeholder', () => {
  const template = '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sent‸ence}:{label}"';

  it('says how many rows have it, how long it is in tokens, and a sample', async () => {
    expect(await hovering(taskFile({ of: `${template}, "truncate_field": "sentence"` }))).toBe(
      [
        '**Field** `sentence` of a row',
        'Its end is cut off when a row is too long.',
        'In 4 of the 4 rows of this task.',
        'Length in tokens: 2 at the median, 2 at the 95th percentile.',
        'Such as `Kursen stiger`',
      ].join('\n\n'),
    );
  });

  it('is measured in characters while there is no tokeniser', async () => {
    const { tokenizer: _, ...model } = demoModel as ModelFacts & { kind: 'ok' };
    expect(await hovering(taskFile({ of: template }), fixed(model))).toContain(
      'Length in characters: 13 at the median, 15 at the 95th percentile.',
    );
  });

  it('of texts too long to be sampled as a whole is estimated', async () => {
    const disk = { 'train.jsonl': row('ord '.repeat(1000).trim()), 'validation.jsonl': '' };
    expect(await hovering(taskFile({ of: template }), { disk })).toContain('about 1,004 at the median');
  });

  it('of much text is exact all the same, since it is tokenised in the background', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => row(`${'ord '.repeat(100 + i)}${i}`));
    const disk = { 'train.jsonl': rows.join('\n'), 'validation.jsonl': '' };
    expect(await hovering(taskFile({ of: template }), { disk })).toContain(
      'Length in tokens: 150 at the median, 195 at',
    );
  });

  it('can be asked about where its name is the answer’s field', async () => {
    const text = await hovering(taskFile({ of: '"answer_field": "la‸bel"' }));
    expect(text).toContain('**Field** `label`');
    expect(text).toContain('The answer, which the model is to write.');
  });

  it('is shown as the user wrote it, whatever characters it has', async () => {
    const disk = { 'train.jsonl': row('a `code` \n# no heading <b>'), 'validation.jsonl': '' };
    expect(await hovering(taskFile({ of: template }), { disk })).toContain('Such as ``a `code` ⏎# no heading <b>``');
  });
});

describe('a task', () => {
  const trained: TrainedTaskFacts = {
    template: '<|VIRTUAL_PROMPT_0|> {sentence}:{label}',
    splits: [10],
    virtualTokens: 10,
    hidden: 512,
    backboneFingerprint: 'demo-fingerprint',
    date: '2026-11-23T14:05:09Z',
    trainRows: 418,
    validation: { rows: 46, loss: 0.1234, accuracy: 0.87, macroF1: 0.8612 },
  };
  const asked = (of: string, facts?: TrainedTaskFacts) =>
    hovering(taskFile({ of: `"taskname": "sentiment‸-task"${of}` }), {
      environment: {
        promptTable: async () => ({ tasks: new Map(facts === undefined ? [] : [['sentiment-task', facts]]) }),
      },
    });

  it('says its rows and that it is not trained yet', async () => {
    expect(await asked('')).toBe(
      [
        '**Task** `sentiment-task`',
        '10 virtual tokens.',
        'Rows: 2 to train and 2 to validate.',
        'Labels: `positiva` 50.0%, `negativa` 50.0%.',
        'Not trained yet.',
      ].join('\n\n'),
    );
  });

  it('says when it was trained, on what, and how good it was', async () => {
    const text = await asked('', trained);
    expect(text).toContain(
      'Trained on 2026-11-23 14:05 UTC with 418 rows. On 46 validation rows: accuracy 87.0%, macro-F1 0.861, loss 0.123.',
    );
    expect(text).not.toContain('Out of date');
    const slots = { rows: 50, loss: 0.5, accuracy: 0.1, intentAccuracy: 0.571, slotF1: 0.173 };
    expect(await asked('', { ...trained, validation: slots })).toContain(
      'On 50 validation rows: accuracy 10.0%, intent 57.1%, slot F1 0.173, loss 0.500.',
    );
  });

  it('says that it is out of date, and why', async () => {
    const template = await asked(', "prompt_template": "<|VIRTUAL_PROMPT_0|>{sentence}:{label}"', trained);
    expect(template).toContain('**Out of date**');
    expect(template).toContain(
      `- It was trained with the template "${said('<|VIRTUAL_PROMPT_0|> {sentence}:{label}')}".`,
    );
    const model = await asked('', { ...trained, backboneFingerprint: 'another' });
    expect(model).toContain('- It was trained on another model');
  });

  it('whose prompt another program made, without a word, is neither new nor out of date', async () => {
    const text = await asked('', { virtualTokens: 10, hidden: 512, template: trained.template, splits: [10] });
    expect(text).toContain('Trained; the prompt table does not say when.');
    expect(text).not.toContain('Out of date');
    const { date: _, ...undated } = trained;
    expect(await asked('', undated)).toContain('Trained with 418 rows. On 46 validation rows: accuracy 87.0%');
    const { trainRows: __, ...unknown } = undated;
    expect(await asked('', unknown)).toMatch(/Trained; the prompt table does not say when\.$/);
  });

  it('of many labels shows those of the most rows', async () => {
    const labels = [...Array(14).keys()].flatMap((i) => Array(i + 1).fill(`svar${i}`) as string[]);
    const disk = { 'train.jsonl': labels.map((label, i) => row(`${i}`, label)).join('\n'), 'validation.jsonl': '' };
    const list = Object.fromEntries(labels.map((label) => [label, []]));
    const of = `"taskname": "sentiment‸-task", "labels": ${JSON.stringify(list)}`;
    const text = await hovering(taskFile({ of }), { disk });
    expect(text).toMatch(/Labels: `svar13` 13\.3%, `svar12` 12\.4%, .*, `svar2` 2\.9%, …\./);
    const slots = { rows: 50, loss: 0.5, accuracy: 0.1, intentAccuracy: 0.571, slotF1: 0.173 };
    expect(await asked('', { ...trained, validation: slots })).toContain(
      'On 50 validation rows: accuracy 10.0%, intent 57.1%, slot F1 0.173, loss 0.500.',
    );
  });

  it('without labels, without rows, and trained on data of which nothing is kept, says the rest', async () => {
    expect(await asked(', "labels": null')).toMatch(/2 to validate\.\n\nNot trained yet\.$/);
    const disk = { 'train.jsonl': '', 'validation.jsonl': '' };
    const none = await hovering(taskFile({ of: '"taskname": "sentiment‸-task"' }), { disk });
    expect(none).toContain('No rows.\n\nNot trained yet.');
    const { trainRows: _, ...unknown } = trained;
    const text = await asked('', { ...unknown, validation: { rows: 46 } });
    expect(text?.trim()).toMatch(/Trained on 2026-11-23 14:05 UTC\.$/);
    expect(await asked('', { ...unknown, validation: { rows: 46, accuracy: 0.5 } })).toMatch(
      /On 46 validation rows: accuracy 50\.0%\.$/,
    );
  });

  it('of a prompt table that is broken may or may not be trained', async () => {
    const broken = taskFile({ file: '"prompt_table": "broken.safetensors"', of: '"taskname": "sentiment‸-task"' });
    expect(await hovering(broken)).toContain('The prompt table cannot be read.');
  });

  it('can be asked about in a list and in an example, and may have no template', async () => {
    const list = await hovering(taskFile({ file: '"new_tasks": ["sentiment-task", "oth‸er"]' }));
    expect(list).toContain('No template has this name.');
    const example = await hovering(taskFile({ file: '"examples": [{ "taskname": "senti‸ment-task" }]' }));
    expect(example).toContain('**Task** `sentiment-task`');
  });
});

describe('the model', () => {
  const asked = (facts: ModelFacts) => hovering(taskFile({ file: '"model": "de‸mo"' }), fixed(facts));

  it('says its architecture, size, context, vocabulary and languages', async () => {
    const about = {
      architecture: 'gpt2',
      layers: 6,
      hidden: 512,
      parameters: 52_003_840,
      bytes: 208_015_360,
      vocabulary: 51_865,
    };
    expect(await asked({ ...(demoModel as ModelFacts & { kind: 'ok' }), about })).toBe(
      [
        '**Model** `demo`',
        'gpt2, 6 layers of width 512.',
        '52 million parameters, 208 MB on disk.',
        'Context: 448 tokens in a row, of which it puts 4 in front itself.',
        'Vocabulary: 51,865 tokens.',
        'Marks the language in the prompt: English, Swedish, Danish.',
      ].join('\n\n'),
    );
  });

  it('shows no image and no link that stand in what its files say, for which the net would be asked', async () => {
    const image = '![x](https://example.org/x.png) [y](command:z) <b>';
    const shown = '\\!\\[x\\](https://example.org/x.png) \\[y\\](command:z) \\<b\\>';
    const facts: ModelFacts[] = [
      { kind: 'unsupported', modelType: image, supported: [], reason: image },
      { kind: 'not-found', missing: [], reason: image },
      { kind: 'not-found', missing: [image] },
      { ...demoModel, languages: [image] } as ModelFacts,
      { ...demoModel, chat: { unusable: image } } as ModelFacts,
    ];
    for (const model of facts) {
      const text = await hovering(taskFile({ file: '"model": "de‸mo"' }), fixed(model));
      expect(text).toContain(shown);
      expect(text).not.toContain(image);
    }
  });

  it('says why it cannot be used', async () => {
    expect(await asked({ kind: 'not-found', missing: ['config.json'] })).toContain('Not there: config.json');
    expect(await asked({ kind: 'not-found', missing: [], absent: 'no folder a' })).toContain('Not there: no folder a');
    expect(await asked({ kind: 'not-found', missing: [], reason: 'cut off' })).toContain(
      'It cannot be opened: cut off',
    );
    const unsupported = await asked({
      kind: 'unsupported',
      modelType: 'bert',
      supported: ['gpt2'],
      reason: 'No decoder.',
    });
    expect(unsupported).toContain('Not supported: No decoder.\n\nSupported: gpt2.');
    const odd = await asked({ kind: 'unsupported', modelType: 'gpt2', supported: ['gpt2'], reason: 'Odd.' });
    expect(odd).toMatch(/Not supported: Odd\.$/);
  });

  it('of many languages names some', async () => {
    const languages = ['en', 'sv', 'da', 'nb', 'fi', 'is', 'de', 'nl', 'fr', 'es', 'it', 'pt', 'pl', 'cs'];
    const text = await asked({ ...(demoModel as ModelFacts & { kind: 'ok' }), languages });
    expect(text).toMatch(/English, Swedish, .*, Portuguese and 2 more\.$/);
  });

  it('says whether it was made for chats', async () => {
    const model = demoModel as ModelFacts & { kind: 'ok' };
    expect(await asked({ ...model, chat: { unusable: 'it needs a tool' } })).toContain(
      'Its chat template cannot be used: it needs a tool',
    );
    expect(await asked({ ...model, chat: chatOf('<user>', '<model>') })).toContain('Made for chats');
    expect(await asked(model)).not.toContain('chat');
  });

  it('says no more than what is known of it', async () => {
    const { languages: _, ...model } = demoModel as ModelFacts & { kind: 'ok' };
    const about = { architecture: 'gpt2', layers: 1, hidden: 64, parameters: 1_000_000, vocabulary: 100 };
    expect(await asked({ ...model, prefixTokens: 0, about } as ModelFacts)).toBe(
      [
        '**Model** `demo`',
        'gpt2, 1 layer of width 64.',
        '1 million parameters.',
        'Context: 448 tokens in a row.',
        'Vocabulary: 100 tokens.',
      ].join('\n\n'),
    );
  });

  it('may or may not know the language', async () => {
    const asked = (language: string, setting = {}) =>
      hovering(taskFile({ file: `"language": "${language}"` }), setting);
    expect(await asked('s‸v')).toBe('**Language** Swedish (`sv`)\n\nThe model marks it in front of every prompt.');
    expect(await asked('f‸i')).toContain('The model does not know it.');
    expect(await asked('not a‸ language')).toContain('**Language** `not a language`');
    const { languages: _, ...model } = demoModel as ModelFacts & { kind: 'ok' };
    expect(await asked('s‸v', fixed(model))).toContain('The model marks no language in the prompt');
    expect(await asked('s‸v', fixed({ kind: 'not-found', missing: ['config.json'] }))).toBe(
      '**Language** Swedish (`sv`)',
    );
  });
});

describe('a data file', () => {
  it('says how many rows it has, of which tasks, with which labels', async () => {
    const rows = [row('a'), row('b'), row('c', 'negativt'), '{"taskname": "other"}'].join('\n');
    const text = await hovering(
      taskFile({ file: '"data": { "train_ds": ["tra‸in.jsonl"], "test_ds": ["train.jsonl"] }' }),
      { disk: { 'train.jsonl': rows } },
    );
    expect(text).toBe(
      [
        '**Data file** `train.jsonl`',
        '4 rows, in `train_ds` and `test_ds`.',
        '- `sentiment-task`: 3 rows (`positiva` 2)',
      ].join('\n\n'),
    );
  });

  it('says the labels of the most rows first, and none where there are none', async () => {
    const file = '"data": { "train_ds": ["tra‸in.jsonl"] }';
    const rows = [row('a'), row('b', 'negativa'), row('c', 'negativa')].join('\n');
    const disk = { 'train.jsonl': rows };
    expect(await hovering(taskFile({ file }), { disk })).toContain(
      '- `sentiment-task`: 3 rows (`negativa` 2, `positiva` 1)',
    );
    expect(await hovering(taskFile({ file, of: '"labels": null' }), { disk })).toMatch(/- `sentiment-task`: 3 rows$/);
  });

  it('that is missing says so', async () => {
    const text = await hovering(taskFile({ file: '"data": { "train_ds": "no‸where.jsonl" }' }));
    expect(text).toContain('There is no such file.');
  });

  it('that cannot be read says why', async () => {
    const environment = { readFile: async () => ({ unreadable: 'permission denied' }) };
    expect(await hovering(taskFile({ file: '"data": { "train_ds": "tra‸in.jsonl" }' }), { environment })).toBe(
      '**Data file** `train.jsonl`\n\nIt cannot be read: permission denied',
    );
  });

  it('names no task that has no rows in it', async () => {
    const file = '"data": { "train_ds": "train.jsonl", "test_ds": "te‸st.jsonl" }';
    const disk = { 'test.jsonl': '{"taskname": "other"}' };
    expect(await hovering(taskFile({ file }), { disk })).toBe('**Data file** `test.jsonl`\n\n1 row, in `test_ds`.');
  });
});

describe('a label', () => {
  it('says how many rows have it in each split, and its other forms', async () => {
    expect(await hovering(taskFile({ of: '"labels": { "posi‸tiva": ["positiv", "positivt"], "negativa": [] }' }))).toBe(
      [
        '**Label** `positiva` of task `sentiment-task`',
        'Rows: 1 to train and 1 to validate.',
        'Other forms: `positiv`, `positivt`.',
      ].join('\n\n'),
    );
  });

  it('can be asked about at another form of it', async () => {
    const text = await hovering(taskFile({ of: '"labels": { "positiva": ["positi‸v"], "negativa": [] }' }));
    expect(text).toContain('**Label** `positiva`');
    expect(text).toContain('`positiv` is another form of it.');
  });

  it('may have no other forms, and no rows', async () => {
    expect(await hovering(taskFile({ of: '"labels": { "positiva": [], "ne‸utral": [] }' }))).toBe(
      '**Label** `neutral` of task `sentiment-task`\n\nNo rows.\n\nIt has no other forms.',
    );
  });
});

it('the prompt table says which tasks it holds', async () => {
  expect(await hovering(taskFile({ file: '"prompt_table": "assistant.prompts‸.safetensors"' }))).toContain(
    '- `trained-task`: 10 virtual tokens',
  );
  expect(await hovering(taskFile({ file: '"prompt_table": "new‸.safetensors"' }))).toContain('training makes it');
  expect(await hovering(taskFile({ file: '"prompt_table": "broken‸.safetensors"' }))).toContain(
    'It cannot be read: its header is no JSON',
  );
  const empty = { environment: { promptTable: async () => ({ tasks: new Map() }) } };
  expect(await hovering(taskFile({ file: '"prompt_table": "new‸.safetensors"' }), empty)).toContain(
    'It holds no task.',
  );
  const tasks = new Map([['a', { virtualTokens: 4, hidden: 8, date: '2026-11-23T14:05:09Z' }]]);
  const dated = { environment: { promptTable: async () => ({ tasks }) } };
  expect(await hovering(taskFile({ file: '"prompt_table": "new‸.safetensors"' }), dated)).toContain(
    '- `a`: 4 virtual tokens, trained on 2026-11-23',
  );
});

it('an example is shown as the filled template, up to the answer', async () => {
  const text = await hovering(
    taskFile({ file: '"examples": [{ "taskname": "sentiment-task", "sentence": "Kursen st‸iger" }]' }),
  );
  expect(text).toContain('```text\n⟨10⟩ Kursen stiger:\n```');
  expect(text).toContain('18 of at most 48 tokens, without an answer.');
  const whole = '"examples": [{ "taskname": "sentiment-task", "sentence": "Kursen st‸iger", "label": "positiva" }]';
  expect(await hovering(taskFile({ file: whole }))).toBe(
    '```text\n⟨10⟩ Kursen stiger:positiva\n```\n\n19 of at most 48 tokens.',
  );
  const { tokenizer: _, ...model } = demoModel as ModelFacts & { kind: 'ok' };
  expect(await hovering(taskFile({ file: whole }), fixed(model))).toBe('```text\n⟨10⟩ Kursen stiger:positiva\n```');
  expect(await hovering(taskFile({ file: '"examples": [{ "sentence": "Kursen st‸iger" }]' }))).toBeUndefined();
});

it.each([
  { file: '"trainer": { ⟦"max_‸epochs"⟧: 3 }' },
  { file: '"p_tuning": { "encoder_type": ⟦"ml‸p"⟧ }' },
  { of: '"prompt_template": "⟦<|VIRT‸UAL_PROMPT_0|>⟧{sentence}:{label}"' },
  { of: '"prompt_template": "<|VIRTUAL_PROMPT_0|>⟦‸{sentence}⟧:{label}"' },
  { of: '"virtual_token_splits": [⟦1‸0⟧]' },
  { of: '"taskname": ⟦"sentiment‸-task"⟧' },
  { of: '"truncate_field": ⟦"sent‸ence"⟧' },
  { of: '"labels": { ⟦"posi‸tiva"⟧: [], "negativa": [] }' },
  { of: '"labels": { "positiva": [⟦"posi‸tiv"⟧], "negativa": [] }' },
  { file: '"model": ⟦"de‸mo"⟧' },
  { file: '"language": ⟦"s‸v"⟧' },
  { file: '"prompt_table": ⟦"new‸.safetensors"⟧' },
  { file: '"new_tasks": [⟦"sentiment‸-task"⟧]' },
  { file: '"existing_tasks": [⟦"sentiment‸-task"⟧]' },
  { file: '"data": { "train_ds": [⟦"tra‸in.jsonl"⟧] }' },
  { file: '"examples": [⟦{ "taskname": "sentiment-task", "sentence": "Kursen st‸iger" }⟧]' },
  { file: '"examples": [{ "taskname": ⟦"sent‸iment-task"⟧, "sentence": "Kursen stiger" }]' },
])('it is said of what stands there as a whole: $file$of', async (keys) => {
  const marked = taskFile(keys);
  const { service } = editor();
  const { text, position } = atCursor(unmark(marked).text);
  service.openDocument(TASK, text);
  await service.settled();
  expect(service.hover(TASK, position)?.range).toEqual(unmark(marked.replace('‸', '')).ranges[0]);
});

describe('nothing is said', () => {
  it.each([
    taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT_0|>{sentence} an‸d {label}"' }),
    taskFile({ of: '"labels": { "a": { "b‸": [] } }' }),
    taskFile({ file: '"data": { "folders": ["tra‸in.jsonl"] }' }),
    taskFile({ file: '"folders": { "train_ds": ["tra‸in.jsonl"] }' }),
    taskFile({ file: '"trainer": { "max_epochs": ‸3 }' }),
    taskFile({ file: '"unk‸nown": 3' }),
    taskFile({ file: '"data": ‸{}' }),
    '{ "model": "demo" } ‸',
  ])('at %s', async (marked) => expect(await hovering(marked)).toBeUndefined());
});

it('while nothing has been read, what the text alone says is said', async () => {
  const { service } = editor({ readFile: () => new Promise(() => {}) });
  const said = (marked: string) => {
    const { text, position } = atCursor(marked);
    service.openDocument(TASK, text);
    return (service.hover(TASK, position)?.contents as MarkupContent | undefined)?.value;
  };
  expect(said(taskFile({ of: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sent‸ence}:{label}"' }))).toBe(
    '**Field** `sentence` of a row',
  );
  expect(said(taskFile({ of: '"taskname": "sentiment‸-task"' }))).toBe(
    '**Task** `sentiment-task`\n\n10 virtual tokens.',
  );
  expect(said(taskFile({ file: '"model": "de‸mo"' }))).toContain('It has not been looked at yet.');
  expect(said(taskFile({ file: '"language": "s‸v"' }))).toBe('**Language** Swedish (`sv`)');
  expect(said(taskFile({ of: '"labels": { "posi‸tiva": ["positiv"] }' }))).toBe(
    '**Label** `positiva` of task `sentiment-task`\n\nOther forms: `positiv`.',
  );
  expect(said(taskFile({ file: '"data": { "test_ds": "te‸st.jsonl" }' }))).toContain('It has not been read yet.');
});

it('text that does not parse has its hovers too', async () => {
  expect(await hovering('{ "model": "demo", "data": { "max_seq_‸length": 48')).toContain(
    'The most tokens a row may have',
  );
  expect(await hovering('{ "task_templates": [{ "taskname": "a", "prompt_template": "{te‸xt} {')).toContain(
    '**Field** `text`',
  );
  expect(await hovering('{ "labels" "x", "mod‸el": }')).toContain('The frozen backbone');
});
