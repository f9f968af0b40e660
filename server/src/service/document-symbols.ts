import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver-types';
import { t } from '../../../l10n/src/words.ts';
import type { TaskContext, TemplateView } from '../../../task/src/context.ts';
import { SPLITS, type Split } from '../../../task/src/data-facts.ts';
import { type JsonNode, nodeAt, properties, spanOf } from '../../../task/src/json-tree.ts';
import { taskFileKeys } from '../../../task/src/keys.ts';
import { marker } from '../../../task/src/template.ts';
import { amount } from './words.ts';

/**
 * The outline of a task file, in the order of its text: each task that has a name, with the markers and placeholders of its
 * template; the data files; the examples; the other sections.
 */
export function documentSymbols(context: TaskContext): DocumentSymbol[] {
  const { tree } = context.parsed;
  return (tree === undefined ? [] : properties(tree)).flatMap(({ key, name, value }) => {
    if (value === undefined || nodeAt(tree, [name]) !== value) return [];
    if (name === 'task_templates') return context.templates.flatMap((template) => taskSymbol(context, template));
    if (name === 'data') return section(context, key, value, dataFiles(context));
    if (name === 'examples') return section(context, key, value, examples(context));
    return value.type === 'object' && Object.hasOwn(taskFileKeys, name) ? section(context, key, value, []) : [];
  });
}

function section(context: TaskContext, key: JsonNode, value: JsonNode, children: DocumentSymbol[]): DocumentSymbol[] {
  const range = context.lines.range({ start: key.offset, end: spanOf(value).end });
  const selectionRange = context.lines.range(spanOf(key));
  return [{ name: String(key.value), kind: SymbolKind.Module, range, selectionRange, children }];
}

function taskSymbol(context: TaskContext, template: TemplateView): DocumentSymbol[] {
  const node = nodeAt(context.parsed.tree, ['task_templates', template.index]);
  const name = context.givenIn(template, 'taskname');
  if (node === undefined || name === undefined) return [];
  return [
    {
      name: template.settings.taskname,
      detail: amount(template.settings.total_virtual_tokens, 'virtual token'),
      kind: SymbolKind.Class,
      range: context.lines.range(spanOf(node)),
      selectionRange: context.lines.range(spanOf(name)),
      children: partsOf(context, template),
    },
  ];
}

function partsOf(context: TaskContext, template: TemplateView): DocumentSymbol[] {
  return template.parsed.segments.flatMap((segment): DocumentSymbol[] => {
    const span = segment.kind === 'text' ? undefined : context.inTemplate(template, segment);
    if (segment.kind === 'text' || span === undefined) return [];
    const range = context.lines.range(span);
    const place = { range, selectionRange: range };
    if (segment.kind === 'virtual') {
      const detail = amount(segment.tokens, 'virtual token');
      return [{ name: marker(segment.index), detail, kind: SymbolKind.Constant, ...place }];
    }
    const isAnswer = segment.name === template.settings.answer_field;
    return [{ name: `{${segment.name}}`, ...(isAnswer && { detail: t('answer') }), kind: SymbolKind.Field, ...place }];
  });
}

const USES: Readonly<Record<Split, () => string>> = {
  train: () => t('training data'),
  validation: () => t('validation data'),
  test: () => t('test data'),
};

function dataFiles(context: TaskContext): DocumentSymbol[] {
  return SPLITS.flatMap(({ split, key }) =>
    context.entries('data', key).map(({ node, value }): DocumentSymbol => {
      const range = context.lines.range(spanOf(node));
      return { name: value, detail: USES[split](), kind: SymbolKind.File, range, selectionRange: range };
    }),
  );
}

function examples(context: TaskContext): DocumentSymbol[] {
  return context.file.examples.flatMap(({ taskname, ...fields }, index) => {
    const node = context.given('examples', index);
    // An editor takes no symbol without a name.
    if (node === undefined || typeof taskname !== 'string' || taskname.trim() === '') return [];
    const range = context.lines.range(spanOf(node));
    const text = Object.values(fields).find((value) => typeof value === 'string');
    const detail = text === undefined ? {} : { detail: String(text) };
    return [{ name: taskname, ...detail, kind: SymbolKind.Object, range, selectionRange: range }];
  });
}
