import fc from 'fast-check';
import { taskFile } from '../task/harness.ts';
import { mutated, mutations } from '../task/mutations.ts';

const SOUND = [
  taskFile(),
  taskFile({
    file: '"new_tasks": ["sentiment-task"], "examples": [{ "taskname": "sentiment-task", "sentence": "a", "label": "positiv" }]',
    of: '"prompt_template": "\\u003c|VIRTUAL_PROMPT_0|> å\\n{sentence}<|VIRTUAL_PROMPT_1|>{label}", "virtual_token_splits": [3, 4], "truncate_field": "sentence"',
  }),
  `\uFEFF// A task\r\n${taskFile({ file: '"model": "demo" /* small\r\n */' }).replaceAll('\n', '\r\n')}`,
];

/** Task files as they are while someone writes them. */
export const mutatedTaskFile = fc
  .tuple(fc.constantFrom(...SOUND), fc.option(mutations, { nil: [] }))
  .map(([text, changes]) => mutated(text, changes));
