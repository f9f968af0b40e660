import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const dataNotFound: Rule = {
  code: 'data-not-found',
  severity: 'error',
  explanation: 'A data file is missing or cannot be read. Paths are relative to the task file.',
  example: {
    of: 'file',
    wrong: '"data": { "train_ds": ["no-such-file.jsonl"] }',
    right: '"data": { "train_ds": ["train.jsonl"] }',
  },
  checkData(context, data, report) {
    for (const { name, path, state, reason, mentions } of data.files) {
      if (state === 'read') continue;
      const message =
        state === 'not-found'
          ? `There is no file ${JSON.stringify(name)} beside ${JSON.stringify(context.path)}; it would be ${path}.`
          : `${path} cannot be read: ${reason}`;
      for (const { node } of mentions) report({ at: spanOf(node), message });
    }
  },
};
