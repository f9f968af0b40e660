import { t } from '../../../l10n/src/words.ts';
import { changeTo } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import { allNear, didYouMean } from '../nearest.ts';
import type { Rule } from '../rule.ts';

export const dataNotFound: Rule = {
  code: 'data-not-found',
  severity: 'error',
  explanation: 'A data file is missing or cannot be read. Paths are relative to the task file.',
  quickFix: 'Changes the name to the nearest of the files that are there.',
  example: {
    of: 'file',
    wrong: '"data": { "train_ds": ["no-such-file.jsonl"] }',
    right: '"data": { "train_ds": ["train.jsonl"] }',
  },
  checkData(context, data, report) {
    const named = new Set(data.files.map(({ name }) => name));
    for (const { name, path, state, reason, beside, mentions } of data.files) {
      if (state === 'read') continue;
      const near = namesLike(name, beside).filter((other) => !named.has(other));
      const message =
        state === 'not-found'
          ? `${t('There is no file {0} beside {1}; it would be {2}.', JSON.stringify(name), JSON.stringify(context.path), path)}${didYouMean(near[0])}`
          : t('{0} cannot be read: {1}', path, reason);
      for (const { node } of mentions) report({ at: spanOf(node), message, fixes: changeTo(node, near) });
    }
  },
};

/** Paths like this one, to files that are there. Endings say little: that all are `.jsonl` makes no two names alike. */
function namesLike(path: string, beside: readonly string[]): string[] {
  const folderEnd = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
  const near = allNear(stem(path.slice(folderEnd)), new Set(beside.map(stem)));
  return near
    .flatMap((name) => beside.filter((other) => stem(other) === name))
    .map((name) => path.slice(0, folderEnd) + name);
}

function stem(name: string): string {
  return name.replace(/\.[^.]*$/, '');
}
