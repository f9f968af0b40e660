import { t, translated } from '../../../../l10n/src/words.ts';
import { describe, describeValues, type Key } from '../../../../task/src/key-types.ts';
import { paragraphs } from './markdown.ts';

/** The documentation of a key: its meaning, type, default and NeMo's name. */
export function keyText(name: string, key: Key<unknown>): string {
  return paragraphs(
    `**${name}**: ${describe(key.shape)}`,
    translated(key.doc),
    describeValues(key.shape),
    absentText(key),
    key.nemo === null ? t('NeMo has no such key.') : t('In NeMo: {0}', `\`${key.nemo}\``),
  );
}

function absentText({ absent, shape }: Key<unknown>): string {
  if (absent === 'required') return t('Required.');
  if ('derived' in absent) return t('When left out: {0}', translated(absent.derived));
  // The defaults of a section are those of its keys, which say them better one by one.
  return shape.kind === 'section' ? t('May be left out.') : t('Default: {0}', `\`${JSON.stringify(absent.default)}\``);
}

/** What one of the few values of a key means. */
export function choiceText(value: string, meaning: string): string {
  return `**${value}**: ${translated(meaning)}.`;
}
