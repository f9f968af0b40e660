import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver-types';
import type { TaskContext, TemplateView } from '../../../task/src/context.ts';
import { nodeAt, spanOf } from '../../../task/src/json-tree.ts';
import { marker } from '../../../task/src/template.ts';

/** The outline of a task file: each task that has a name, with the markers and placeholders of its template. */
export function documentSymbols(context: TaskContext): DocumentSymbol[] {
  return context.templates.flatMap((template) => {
    const node = nodeAt(context.parsed.tree, ['task_templates', template.index]);
    const name = context.givenIn(template, 'taskname');
    if (node === undefined || name === undefined) return [];
    return [
      {
        name: template.settings.taskname,
        detail: `${template.settings.total_virtual_tokens} virtual tokens`,
        kind: SymbolKind.Class,
        range: context.lines.range(spanOf(node)),
        selectionRange: context.lines.range(spanOf(name)),
        children: partsOf(context, template),
      },
    ];
  });
}

function partsOf(context: TaskContext, template: TemplateView): DocumentSymbol[] {
  return template.parsed.segments.flatMap((segment) => {
    const span = segment.kind === 'text' ? undefined : context.inTemplate(template, segment);
    if (segment.kind === 'text' || span === undefined) return [];
    const range = context.lines.range(span);
    const [name, kind] =
      segment.kind === 'virtual'
        ? [marker(segment.index), SymbolKind.Constant]
        : [`{${segment.name}}`, SymbolKind.Field];
    return [{ name, kind, range, selectionRange: range }];
  });
}
