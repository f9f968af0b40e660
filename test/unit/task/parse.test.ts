import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonNode, nodeAt, parseJsonTree } from '../../../task/src/json-tree.ts';
import { MAX_TASK_FILE_UNITS, parseTaskFile, spread, taskFileStem } from '../../../task/src/parse.ts';

const TEMPLATE = '{ "taskname": "t", "prompt_template": "<|VIRTUAL_PROMPT_0|> {a}<|VIRTUAL_PROMPT_1|>{b}" }';

describe('parseTaskFile', () => {
  it('fills in every default', () => {
    const { file, problems } = parseTaskFile(
      `{ "model": "demo", "task_templates": [${TEMPLATE}] }`,
      'dir/bot.ptask.json',
    );
    expect(problems).toEqual([]);
    expect(file).toEqual({
      $schema: null,
      model: 'demo',
      language: null,
      prompt_table: 'bot.prompts.safetensors',
      virtual_prompt_style: 'p-tuning',
      existing_tasks: [],
      new_tasks: ['t'],
      task_templates: [
        {
          taskname: 't',
          prompt_template: '<|VIRTUAL_PROMPT_0|> {a}<|VIRTUAL_PROMPT_1|>{b}',
          total_virtual_tokens: 10,
          virtual_token_splits: [5, 5],
          truncate_field: null,
          answer_only_loss: false,
          answer_field: null,
          labels: null,
          chat: false,
        },
      ],
      data: { train_ds: [], validation_ds: [], test_ds: [], max_seq_length: null, add_bos: null, add_eos: true },
      p_tuning: { encoder_type: 'lstm', num_layers: 2, encoder_hidden: null, dropout: 0 },
      prompt_tuning: { new_prompt_init_methods: [], new_prompt_init_text: [] },
      optim: {
        lr: 1e-4,
        weight_decay: 0.01,
        betas: [0.9, 0.98],
        eps: 1e-8,
        sched: { name: 'CosineAnnealing', warmup_steps: 50, min_lr: 0 },
      },
      trainer: {
        max_epochs: 20,
        batch_size: 8,
        gradient_clip_val: 1,
        seed: 1234,
        val_metric: 'loss',
        recompute: null,
        precision: 'float32',
        early_stopping: { patience: 5, min_delta: 0 },
      },
      examples: [],
    });
  });

  it('gives each file defaults of its own', () => {
    const first = parseTaskFile('{}').file;
    first.optim.betas[0] = 0;
    first.trainer.early_stopping!.patience = 0;
    expect(parseTaskFile('{}').file.optim.betas).toEqual([0.9, 0.98]);
    expect(parseTaskFile('{}').file.trainer.early_stopping).toEqual({ patience: 5, min_delta: 0 });
  });

  it('keeps the defaults of the keys beside the ones given', () => {
    const { file } = parseTaskFile('{ "optim": { "lr": 1, "sched": { "min_lr": 0.5 } } }');
    expect(file.optim).toMatchObject({ lr: 1, weight_decay: 0.01, sched: { warmup_steps: 50, min_lr: 0.5 } });
  });

  it('takes the default for a value of the wrong type', () => {
    const { file } = parseTaskFile('{ "optim": { "lr": "fast" }, "trainer": 3, "data": { "train_ds": "a.jsonl" } }');
    expect(file.optim.lr).toBe(1e-4);
    expect(file.trainer.max_epochs).toBe(20);
    expect(file.data.train_ds).toEqual(['a.jsonl']);
  });

  it.each([
    ['the sum of the splits', '"virtual_token_splits": [7, 3]', 10, [7, 3]],
    ['a total spread over the markers', '"total_virtual_tokens": 7', 7, [4, 3]],
    ['what is given, even when it is wrong', '"total_virtual_tokens": 9, "virtual_token_splits": [1]', 9, [1]],
  ])('derives virtual tokens: %s', (_, keys, total, splits) => {
    const template = parseTaskFile(`{ "task_templates": [${TEMPLATE.replace('}" }', `}", ${keys} }`)}] }`).file
      .task_templates[0];
    expect(template).toMatchObject({ total_virtual_tokens: total, virtual_token_splits: splits });
  });

  it('reads what it can of a file that is not closed', () => {
    const { file, problems, tree } = parseTaskFile(
      `{ "model": "demo", "task_templates": [${TEMPLATE}, { "taskname": "u`,
    );
    expect(file.model).toBe('demo');
    expect(file.task_templates.map(({ taskname }) => taskname)).toEqual(['t', 'u']);
    expect(problems.some(({ code }) => code === 'json-syntax')).toBe(true);
    expect(nodeAt(tree, ['task_templates', 1, 'taskname'])).toMatchObject({ type: 'string', value: 'u' });
  });

  it('takes a key called __proto__ for what it is', () => {
    const { file } = parseTaskFile('{ "examples": [{ "__proto__": { "polluted": "yes" } }] }');
    expect(Object.keys(file.examples[0]!)).toEqual(['__proto__']);
    expect('polluted' in {}).toBe(false);
  });

  it('does not read a text that is longer than any task file', () => {
    const text = `{ "examples": [${'{},'.repeat(MAX_TASK_FILE_UNITS / 3)}] }`;
    expect(parseTaskFile(text)).toMatchObject({
      tree: undefined,
      file: { examples: [] },
      problems: [
        { code: 'json-syntax', severity: 'error', start: 0, end: 1, message: expect.stringContaining('data file') },
      ],
    });
  });

  it.each(['\ufeff', ''])('says once that UTF-16 is not UTF-8: byte order mark %j', (mark) => {
    const utf16 = Buffer.from(`${mark}{ "model": "demo-tiny" }`, 'utf16le');
    for (const bytes of [utf16, Buffer.from(utf16).swap16()]) {
      expect(parseTaskFile(bytes.toString('utf8')).problems).toEqual([
        expect.objectContaining({ code: 'json-syntax', start: 0, message: expect.stringContaining('UTF-8') }),
      ]);
    }
  });

  it('survives hostile nesting', () => {
    expect(parseTaskFile('{"a":['.repeat(20_000)).problems[0]).toMatchObject({ code: 'json-syntax' });
  });
});

describe('parseJsonTree', () => {
  it('keeps a key without a value beside its neighbours', () => {
    const { root } = parseJsonTree('{ "a" 1, "c": , "d": 2 }', { comments: true });
    expect(['a', 'c', 'd'].map((key) => nodeAt(root, [key])?.value)).toEqual([undefined, undefined, 2]);
    expect(root!.children!.map(({ children }) => children![0]!.value)).toEqual(['a', 'c', 'd']);
  });

  it('gives one error for a place', () => {
    const { errors } = parseJsonTree('{ "a": x, "b": y z }', { comments: true });
    expect(errors.map(({ start, end }) => [start, end])).toEqual([
      [7, 8],
      [15, 16],
    ]);
  });

  it('gives a sound tree for any text', () => {
    const part = fc.constantFrom('{', '}', '[', ']', '"a"', '"b"', ':', ',', '1', 'x', '/*', '//', '\n', '"', ' ');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        const visit = (node: JsonNode): void => {
          expect(node.length).toBeGreaterThanOrEqual(0);
          expect(node.offset + node.length).toBeLessThanOrEqual(text.length);
          const children = node.children ?? [];
          for (const child of children) {
            expect(child.parent).toBe(node);
            expect(child.offset).toBeGreaterThanOrEqual(node.offset);
            expect(child.offset + child.length).toBeLessThanOrEqual(node.offset + node.length);
            expect(child.type === 'property').toBe(node.type === 'object');
            visit(child);
          }
          if (node.type === 'property') expect([1, 2]).toContain(children.length);
        };
        const { root } = parseJsonTree(text, { comments: true });
        if (root !== undefined) visit(root);
      }),
      { numRuns: 5000 },
    );
  });
});

it('names the prompt table after the file', () => {
  expect(['a/b.ptask.json', 'a\\b.ptask.json', 'b.json', 'b', '.ptask.json'].map(taskFileStem)).toEqual([
    'b',
    'b',
    'b',
    'b',
    'task',
  ]);
});

it('spreads a total so that it adds up', () => {
  expect(spread(10, 3)).toEqual([4, 3, 3]);
  expect(spread(2, 3)).toEqual([1, 1, 0]);
  expect(spread(10, 0)).toEqual([10]);
});
