import { t } from '../../../l10n/src/words.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import type { Row } from '../data/tokenise.ts';
import { formMapper, isSameAnswer } from '../evaluate/metrics.ts';
import { fieldsOf } from './prompt-text.ts';

/** A row's own answer. */
export interface Expected {
  readonly text: string;
  /** The label that it is a form of; for a task without labels the answer itself. Undefined for one that is no label. */
  readonly label: string | undefined;
}

/** Undefined where the row has no answer of its own. */
export function expectedOf({ answer_field, labels }: TaskTemplate, row: Row): Expected | undefined {
  const text = answer_field !== null && Object.hasOwn(row, answer_field) ? row[answer_field] : undefined;
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  return { text, label: labels ? formMapper(labels)(text) : text.trim() };
}

/** Whether an answer is the row's own. Undefined where the row has none. */
export function isRight(expected: Expected | undefined, answer: string): boolean | undefined {
  // A label may be spelled with a blank in front, as in NeMo's examples.
  return expected && expected.label !== undefined && isSameAnswer(expected.label, answer);
}

/** Why a row cannot be asked; to be shown as it is. */
export function faultOf(template: TaskTemplate, row: Row): string | undefined {
  const { taskname, answer_field } = template;
  const missing = fieldsOf(template).find((field) => field !== answer_field && typeof row[field] !== 'string');
  if (missing === undefined) return undefined;
  return Object.hasOwn(row, missing)
    ? t('"{0}" is not a string, which the template of \'{1}\' needs', missing, taskname)
    : t('"{0}" is missing, which the template of \'{1}\' needs', missing, taskname);
}
