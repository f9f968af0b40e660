import { type Hover, MarkupKind } from 'vscode-languageserver-types';
import type { Position } from '../../../protocol/src/problem.ts';
import type { TaskContext } from '../../../task/src/context.ts';
import { type DataFacts, rowsOf } from '../../../task/src/data-facts.ts';
import { describe, type Key } from '../../../task/src/key-types.ts';
import { type Place, placeAt } from './places.ts';

/**
 * What a key, a marker or a placeholder means.
 *
 * @param data what the rows say; undefined while they have not been read
 */
export function hover(context: TaskContext, data: DataFacts | undefined, position: Position): Hover | undefined {
  const place = placeAt(context, context.lines.offset(position));
  return (
    place && {
      contents: { kind: MarkupKind.Markdown, value: textOf(place, data) },
      range: context.lines.range(place.span),
    }
  );
}

function textOf(place: Place, data: DataFacts | undefined): string {
  if (place.kind === 'key') return keyText(place.name, place.key);
  return place.kind === 'marker' ? markerText(place) : placeholderText(place, data);
}

/** The documentation of a key: its meaning, type, default and NeMo's name. */
export function keyText(name: string, key: Key<unknown>): string {
  const paragraphs = [`**${name}**: ${describe(key.shape)}`, key.doc, absentText(key)];
  return [...paragraphs, ...(key.nemo === null ? [] : [`In NeMo: \`${key.nemo}\``])].join('\n\n');
}

function absentText({ absent, shape }: Key<unknown>): string {
  if (absent === 'required') return 'Required.';
  if ('derived' in absent) return `When left out: ${absent.derived}`;
  // The defaults of a section are those of its keys, which say them better one by one.
  return shape.kind === 'section' ? 'May be left out.' : `Default: \`${JSON.stringify(absent.default)}\``;
}

function markerText({ template, segment }: Place & { kind: 'marker' }): string {
  const place = template.markers.indexOf(segment);
  const before = template.markers.slice(0, place).reduce((sum, { tokens }) => sum + tokens, 0);
  const { taskname, total_virtual_tokens: total } = template.settings;
  const first = `**Virtual tokens**: ${segment.tokens}`;
  if (segment.tokens < 1) return `${first}\n\n\`virtual_token_splits\` gives this marker none.`;
  const last = before + segment.tokens;
  const which = segment.tokens === 1 ? `Token ${last}` : `Tokens ${before + 1} to ${last}`;
  return `${first}\n\n${which} of the ${total} of task ${JSON.stringify(taskname)}, at marker ${place + 1} of ${template.markers.length}.`;
}

function placeholderText({ template, segment }: Place & { kind: 'placeholder' }, data: DataFacts | undefined): string {
  const { taskname, answer_field, truncate_field } = template.settings;
  const roles = [
    ...(segment.name === answer_field ? ['The answer, which the model is to write.'] : []),
    ...(segment.name === truncate_field ? ['Its end is cut off when a row is too long.'] : []),
  ];
  const facts = data?.tasks.get(taskname);
  const counts = facts
    ? [`In ${facts.fieldCounts.get(segment.name) ?? 0} of the ${rowsOf(facts)} rows of this task.`]
    : [];
  return [`**Field** \`${segment.name}\` of a row`, ...roles, ...counts].join('\n\n');
}
