import type { TextEdit } from 'vscode-languageserver-types';
import type { TaskContext } from '../../../task/src/context.ts';
import { prependProperty } from '../../../task/src/json-edits.ts';
import { nodeAt } from '../../../task/src/json-tree.ts';
import { replaceNode } from '../../../task/src/task-edits.ts';

/** The edits that give a task file another model, in front of its other keys where it has none; none where it is too broken. */
export function modelEdits(context: TaskContext, model: string): TextEdit[] {
  const { tree } = context.parsed;
  const json = JSON.stringify(model);
  // Also one that is no text: a second `model` in front would not count.
  const there = nodeAt(tree, ['model']);
  const edits = there
    ? replaceNode(there, json)
    : tree?.type === 'object'
      ? prependProperty(context.text, tree, 'model', json)
      : undefined;
  return (edits ?? []).map(({ newText, ...span }) => ({ range: context.lines.range(span), newText }));
}
