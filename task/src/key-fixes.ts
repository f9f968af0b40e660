import { t } from '../../l10n/src/words.ts';
import { changeTo, type Fix, fixOf } from './fix.ts';
import { insertProperty, removeEntry } from './json-edits.ts';
import { type JsonNode, parseJsonTree, spanOf } from './json-tree.ts';
import type { Key, ValueShape } from './key-types.ts';
import { allNear } from './nearest.ts';
import { type Mistake, readShape, unusedKeys } from './read-keys.ts';

/** What can be done about a wrong key or value of a task file; `text` is the file's. */
export function fixesOf(text: string, mistake: Mistake): Fix[] {
  switch (mistake.kind) {
    case 'value':
      return valueFixes(text, mistake.node, mistake.shape, mistake.isOptional);
    case 'unknown-key':
      return unknownKeyFixes(text, mistake.key, mistake.keys);
    case 'missing-key': {
      const { object, name } = mistake;
      // The one required key whose value can be told.
      return name === 'model' ? fixOf(t('Use the demo model'), insertProperty(text, object, name, '"demo"')) : [];
    }
    case 'repeated-key': {
      const title = t('Remove the first {0}', JSON.stringify(mistake.first.value));
      // It does not count, so it can go without a change of meaning.
      return fixOf(title, removeEntry(text, mistake.first.parent!), { safe: true });
    }
  }
}

function unknownKeyFixes(text: string, key: JsonNode, keys: Readonly<Record<string, Key<unknown>>>): Fix[] {
  const property = key.parent!;
  const value = property.children![1];
  const near = allNear(key.value as string, unusedKeys(property.parent!, keys));
  const isPlain = near.length === 1 && value !== undefined && fits(value, keys[near[0]!]!.shape);
  return [
    ...changeTo(key, near, isPlain ? { safe: true } : {}),
    ...fixOf(t('Remove {0}', JSON.stringify(key.value)), removeEntry(text, property)),
  ];
}

function valueFixes(text: string, node: JsonNode, shape: ValueShape, isOptional: boolean): Fix[] {
  const choices =
    shape.kind === 'text' && typeof node.value === 'string' ? allNear(node.value, shape.values ?? []) : [];
  return [
    ...changeTo(node, choices, choices.length === 1 ? { safe: true } : {}),
    ...otherForms(text, node, shape).flatMap((form) =>
      fixOf(titleOf(form, node), [{ ...spanOf(node), newText: form }]),
    ),
    ...(isOptional && node.type === 'null' ? fixOf(t('Leave it out'), removeEntry(text, node.parent!)) : []),
  ];
}

/** The same value as the shape asks for: in quotes or without, in a list or out of one, within its limits. */
function otherForms(text: string, node: JsonNode, shape: ValueShape): string[] {
  const inner = shape.kind === 'nullable' ? shape.of : shape;
  const sourceOf = ({ offset, length }: JsonNode): string => text.slice(offset, offset + length);
  const forms: string[] = [];
  if (typeof node.value === 'number' || typeof node.value === 'boolean') forms.push(JSON.stringify(sourceOf(node)));
  if (typeof node.value === 'string') forms.push(node.value.trim());
  if (node.type === 'array' && node.children!.length === 1) forms.push(sourceOf(node.children![0]!));
  if (inner.kind === 'number' && typeof node.value === 'number') forms.push(withinLimits(node.value, inner));
  if (inner.kind === 'list') forms.push(`[${sourceOf(node)}]`);
  return forms.filter((form) => {
    const { root, errors } = parseJsonTree(form, { comments: true });
    return root !== undefined && errors.length === 0 && fits(root, inner);
  });
}

const LONGEST_IN_TITLE = 40;

function titleOf(form: string, { type }: JsonNode): string {
  if (form.length <= LONGEST_IN_TITLE) return t('Change to {0}', form);
  if (form.startsWith('[')) return t('Put it into a list');
  return type === 'array' ? t('Take it out of the list') : t('Write it as it should be');
}

function withinLimits(value: number, { integer, least, most }: ValueShape & { kind: 'number' }): string {
  const rounded = integer ? Math.round(value) : value;
  return String(Math.min(Math.max(rounded, least ?? Number.NEGATIVE_INFINITY), most ?? Number.POSITIVE_INFINITY));
}

function fits(value: JsonNode, shape: ValueShape): boolean {
  return readShape(value, shape).problems.length === 0;
}
