import { t } from '../../../l10n/src/words.ts';
import type { MeasuredFacts } from '../../../task/src/environment.ts';
import { decimal, percent } from './words.ts';

/** `accuracy 89.1%`, `macro-F1 0.880`: how good the answers were, as far as it was measured. */
export function measureTexts(measured: Partial<MeasuredFacts>): string[] {
  const { accuracy, macroF1, intentAccuracy, slotF1, wordF1 } = measured;
  return [
    ...(accuracy === undefined ? [] : [t('accuracy {0}', percent(accuracy))]),
    ...(macroF1 === undefined ? [] : [`macro-F1 ${decimal(macroF1)}`]),
    ...(intentAccuracy === undefined ? [] : [t('intent {0}', percent(intentAccuracy))]),
    ...(slotF1 === undefined ? [] : [t('slot F1 {0}', decimal(slotF1))]),
    ...(wordF1 === undefined ? [] : [t('word F1 {0}', decimal(wordF1))]),
  ];
}
