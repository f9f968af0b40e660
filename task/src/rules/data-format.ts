import { t } from '../../../l10n/src/words.ts';
import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const dataFormat: Rule = {
  code: 'data-format',
  severity: 'warning',
  explanation:
    'By its name a data file is a table. Rows are read from JSON Lines alone; New Task File in VS Code makes them of a CSV or TSV table, and so does `ptask new` on the command line.',
  example: {
    of: 'file',
    wrong: '"data": { "train_ds": ["rows.csv"] }',
    right: '"data": { "train_ds": ["train.jsonl"] }',
  },
  checkData(_, data, report) {
    for (const { name, state, mentions } of data.files) {
      // One that is not there has been reported.
      if (state !== 'read' || !TABLE.test(name)) continue;
      const message = t(
        '{0} is a table by its name; rows are lines of JSON. New Task File in VS Code makes such lines of a CSV or TSV table, and so does {1} on the command line.',
        JSON.stringify(name),
        'ptask new',
      );
      for (const { node } of mentions) report({ at: spanOf(node), message });
    }
  },
};

const TABLE = /\.(?:csv|tsv|xlsx?|ods|parquet)$/i;
