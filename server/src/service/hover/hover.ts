import { type Hover, MarkupKind, type Position } from 'vscode-languageserver-types';
import type { Knowledge } from '../knowledge.ts';
import { type Place, placeAt } from '../places.ts';
import { dataFileText } from './data-file.ts';
import { fieldText } from './field.ts';
import { choiceText, keyText } from './key.ts';
import { labelText } from './label.ts';
import { markerText } from './marker.ts';
import { languageText, modelText } from './model.ts';
import { promptTableText } from './prompt-table.ts';
import { exampleText } from './row.ts';
import { taskText } from './task.ts';

/**
 * What a part of a task file means, and what is known of it.
 *
 * @param resolve gives the path that a path in the task file means
 */
export function hover(knowledge: Knowledge, position: Position, resolve: (name: string) => string): Hover | undefined {
  const { context } = knowledge;
  const place = placeAt(context, context.lines.offset(position));
  const value = place && textOf(knowledge, place, resolve);
  if (place === undefined || value === undefined) return undefined;
  return { contents: { kind: MarkupKind.Markdown, value }, range: context.lines.range(place) };
}

function textOf(knowledge: Knowledge, place: Place, resolve: (name: string) => string): string | undefined {
  switch (place.kind) {
    case 'key':
      return keyText(place.name, place.key);
    case 'choice':
      return choiceText(place.value, place.meaning);
    case 'marker':
      return markerText(knowledge, place.template, place.segment);
    case 'placeholder':
      return fieldText(knowledge, place.template, place.segment.name);
    case 'field':
      return fieldText(knowledge, place.template, place.name);
    case 'task':
      return taskText(knowledge, place.taskname);
    case 'model':
      return modelText(knowledge);
    case 'language':
      return languageText(knowledge, place.language);
    case 'prompt-table':
      return promptTableText(knowledge);
    case 'data-file':
      return dataFileText(knowledge, place.name, resolve(place.name));
    case 'label':
      return labelText(knowledge, place.template, place.label, place.form);
    case 'example':
      return exampleText(knowledge, knowledge.context.file.examples[place.index] ?? {});
  }
}
