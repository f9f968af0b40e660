import { describe, describeValues, type Key } from '../../../../task/src/key-types.ts';
import { paragraphs } from './markdown.ts';

/** The documentation of a key: its meaning, type, default and NeMo's name. */
export function keyText(name: string, key: Key<unknown>): string {
  return paragraphs(
    `**${name}**: ${describe(key.shape)}`,
    key.doc,
    describeValues(key.shape),
    absentText(key),
    key.nemo === null ? 'NeMo has no such key.' : `In NeMo: \`${key.nemo}\``,
  );
}

function absentText({ absent, shape }: Key<unknown>): string {
  if (absent === 'required') return 'Required.';
  if ('derived' in absent) return `When left out: ${absent.derived}`;
  // The defaults of a section are those of its keys, which say them better one by one.
  return shape.kind === 'section' ? 'May be left out.' : `Default: \`${JSON.stringify(absent.default)}\``;
}

/** What one of the few values of a key means. */
export function choiceText(value: string, meaning: string): string {
  return `**${value}**: ${meaning}.`;
}
