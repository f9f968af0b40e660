import type { CodeLens } from 'vscode-languageserver-types';
import { t } from '../../../l10n/src/words.ts';
import { isHubId } from '../../../model/src/hub-id.ts';
import {
  FETCH_MODEL,
  type FetchCommandArgument,
  type FileCommandArgument,
  SELECT_MODEL,
} from '../../../protocol/src/commands.ts';
import type { TaskContext } from '../../../task/src/context.ts';
import { spanOf } from '../../../task/src/json-tree.ts';
import type { Surroundings } from '../../../task/src/rule.ts';
import { DEMO_MODELS } from '../../../task/src/rules/model-not-found.ts';

/** Over `model`: choosing another one and, where a model of the hub is not there, fetching it. */
export function modelLenses(context: TaskContext, uri: string, surroundings: Surroundings | undefined): CodeLens[] {
  const node = context.given('model');
  if (node === undefined) return [];
  const range = context.lines.range({ ...spanOf(node), end: spanOf(node).start + 1 });
  const chosen: FileCommandArgument = { uri };
  const fetchable = fetchableModel(context, surroundings);
  const fetched: FetchCommandArgument | undefined = fetchable === undefined ? undefined : { uri, model: fetchable };
  return [
    { range, command: { title: t('Select Model'), command: SELECT_MODEL, arguments: [chosen] } },
    ...(fetched ? [{ range, command: { title: t('Fetch Model'), command: FETCH_MODEL, arguments: [fetched] } }] : []),
  ];
}

/** The model, where it may be one of the hub and is not there, or not as a whole in the cache. */
export function fetchableModel({ file }: TaskContext, surroundings: Surroundings | undefined): string | undefined {
  const { model } = file;
  const facts = surroundings?.model;
  // A folder goes before a model of the hub with the same name.
  const isMissing = facts?.kind === 'not-found' && facts.reason === undefined && !facts.isLocalFolder;
  return isMissing && isHubId(model) && !DEMO_MODELS.includes(model) ? model : undefined;
}
