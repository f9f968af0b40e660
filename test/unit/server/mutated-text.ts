import fc from 'fast-check';
import { taskFile } from '../task/harness.ts';

const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '\\',
    '\n',
    '\r\n',
    '\r',
    '\t',
    '\u2028',
    '\uFEFF',
    '\ud83d',
    '// x\n',
    '/*',
    '*/',
  ],
  ...['{label}', '<|VIRTUAL_PROMPT_1|>', '\\u003c', '\\n', '"labels": {"a": ["b"]},', '"taskname"', '"sentiment-task"'],
  ...[
    '"answer_field": "sentence",',
    '"new_tasks": ["sentiment-task"],',
    '"examples": [{"taskname": "sentiment-task"}],',
  ],
];

const cut = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.integer({ min: 0, max: 40 }),
  added: fc.constantFrom('', ...PIECES),
});

const SOUND = [
  taskFile(),
  taskFile({
    file: '"new_tasks": ["sentiment-task"], "examples": [{ "taskname": "sentiment-task", "sentence": "a", "label": "positiv" }]',
    of: '"prompt_template": "\\u003c|VIRTUAL_PROMPT_0|> å\\n{sentence}<|VIRTUAL_PROMPT_1|>{label}", "virtual_token_splits": [3, 4], "truncate_field": "sentence"',
  }),
  `\uFEFF// A task\r\n${taskFile({ file: '"model": "demo" /* small\r\n */' }).replaceAll('\n', '\r\n')}`,
];

/** Task files as they are while someone writes them: pieces cut out and others put in, at any place. */
export const mutatedTaskFile = fc
  .tuple(fc.constantFrom(...SOUND), fc.array(cut, { maxLength: 6 }))
  .map(([text, cuts]) =>
    cuts.reduce((changed, { at, removed, added }) => {
      const start = Math.floor(at * changed.length);
      return changed.slice(0, start) + added + changed.slice(start + removed);
    }, text),
  );
