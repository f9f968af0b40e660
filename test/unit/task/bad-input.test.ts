import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkTaskFile, checkTaskText } from '../../../task/src/check.ts';
import { LineIndex } from '../../../task/src/line-index.ts';
import { parseTaskFile } from '../../../task/src/parse.ts';
import { environment, row, TASK_PATH, TRAINING_ROWS, taskFile, template } from './harness.ts';
import { mutated, mutations } from './mutations.ts';

const FULL = taskFile({
  file: `// a comment
"existing_tasks": ["trained-task"], "new_tasks": ["sentiment-task"],
"examples": [{ "taskname": "sentiment-task", "sentence": "\\u003cBra\\n" }],
"optim": { "lr": 1e-4, "betas": [0.9, 0.98], "sched": { "name": "constant" } },
"task_templates": [${template('"total_virtual_tokens": 10, "virtual_token_splits": [10]')}, ${template('"taskname": "trained-task"')}],`,
});
const ROWS = `${TRAINING_ROWS}\r\n${row('å🙂\n{label}')}\n\n`;

it('parses any task file, and finds problems inside it only', () => {
  fc.assert(
    fc.property(mutations, (changes) => {
      const text = mutated(FULL, changes);
      const { file, problems } = parseTaskFile(text);
      for (const { start, end } of problems) expect(0 <= start && start <= end && end <= text.length).toBe(true);
      // Whatever was broken, the value has the shape of a task file.
      expect([typeof file.model, typeof file.optim.sched.min_lr, file.data.train_ds.length >= 0]).toEqual([
        'string',
        'number',
        true,
      ]);
      for (const { virtual_token_splits, prompt_template } of file.task_templates) {
        expect([Array.isArray(virtual_token_splits), typeof prompt_template]).toEqual([true, 'string']);
      }
    }),
    { numRuns: 3000 },
  );
});

it('checks any task file with any data, and finds problems inside them only', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.option(mutations, { nil: [] }),
      fc.option(mutations, { nil: [] }),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }),
      async (taskChanges, dataChanges, byteChanges) => {
        const text = mutated(FULL, taskChanges);
        const bytes = new TextEncoder().encode(mutated(ROWS, dataChanges));
        for (const [at, byte] of byteChanges) if (at < bytes.length) bytes[at] = byte;
        const data = { 'train.jsonl': bytes, 'validation.jsonl': bytes.slice(40) };
        const { problems } = await checkTaskFile({ path: TASK_PATH, text, environment: environment(data) });

        const decode = (content: Uint8Array) => new TextDecoder().decode(content);
        const texts = new Map([
          [TASK_PATH, text],
          ['project/train.jsonl', decode(data['train.jsonl'])],
          ['project/validation.jsonl', decode(data['validation.jsonl'])],
        ]);
        for (const { file, range } of problems) {
          const lines = new LineIndex(texts.get(file)!);
          const [start, end] = [lines.offset(range.start), lines.offset(range.end)];
          expect([lines.position(start), lines.position(end)]).toEqual([range.start, range.end]);
          expect(start).toBeLessThanOrEqual(end);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

it('finds the same in a text whatever came before it', () => {
  fc.assert(
    fc.property(mutations, (changes) => {
      const text = mutated(FULL, changes);
      expect(checkTaskText(TASK_PATH, text).problems).toEqual(checkTaskText(TASK_PATH, text).problems);
    }),
    { numRuns: 100 },
  );
});
