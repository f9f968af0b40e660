import { t } from '../../../l10n/src/words.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { InputError } from '../errors.ts';

/** @throws InputError where a template does not say which field is the answer, so that none can be right */
export function requireAnswer({ taskname, answer_field }: TaskTemplate): void {
  if (answer_field !== null) return;
  throw new InputError(
    t('the template of \'{0}\' has no "answer_field", so nothing says what is a right answer', taskname),
  );
}
