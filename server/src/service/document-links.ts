import type { DocumentLink } from 'vscode-languageserver-types';
import { t } from '../../../l10n/src/words.ts';
import type { TaskContext } from '../../../task/src/context.ts';
import { SPLITS } from '../../../task/src/data-facts.ts';
import type { JsonNode } from '../../../task/src/json-tree.ts';
import type { FolderEntry } from './host.ts';

export interface LinkHost {
  /** The path that a path in the task file means. */
  resolve(path: string): string;
  listFolder(path: string): Promise<readonly FolderEntry[]>;
  toUri(path: string): string;
}

interface Target {
  readonly node: JsonNode;
  /** As the task file writes it. */
  readonly path: string;
  /** The file that the link opens, when it is there. */
  readonly file: string;
  readonly tooltip: string;
}

/**
 * Links to what a task file names and what is there: data files, the prompt table, and the configuration of a model that is a
 * folder, since an editor opens no folder.
 */
export async function documentLinks(context: TaskContext, host: LinkHost): Promise<DocumentLink[]> {
  const isThere = await Promise.all(
    targetsOf(context).map(async (target) => ({ target, found: await find(target, host) })),
  );
  return isThere.flatMap(({ target: { node, path, file, tooltip }, found }) =>
    found
      ? [
          {
            range: context.lines.range(context.inString(node, { start: 0, end: path.length })),
            target: host.toUri(host.resolve(file)),
            tooltip,
          },
        ]
      : [],
  );
}

function targetsOf(context: TaskContext): Target[] {
  const data = SPLITS.flatMap(({ key }) =>
    context
      .entries('data', key)
      .map(({ node, value }) => ({ node, path: value, file: value, tooltip: t('Data file') })),
  );
  const table = context
    .entries('prompt_table')
    .map(({ node, value }) => ({ node, path: value, file: value, tooltip: t('Prompt table') }));
  const model = context.entries('model').map(({ node, value }) => ({
    node,
    path: value,
    file: `${value}/config.json`,
    tooltip: t('Configuration of the model'),
  }));
  return [...model, ...table, ...data].filter(({ path }) => path.trim() !== '');
}

async function find({ file }: Target, { resolve, listFolder }: LinkHost): Promise<boolean> {
  const name = file.split(/[\\/]/).at(-1)!;
  const entries = await listFolder(resolve(`${file}/..`));
  return entries.some((entry) => entry.name === name && !entry.isFolder);
}
