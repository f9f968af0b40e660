import { expect, it } from 'vitest';
import { judgeEpoch } from '../../../engine/src/train/best-epoch.ts';
import { NOTHING_MEASURED } from '../../../engine/src/train/early-stopping.ts';
import type { Progress } from '../../../engine/src/train/training-state.ts';
import type { Validation } from '../../../engine/src/train/validate.ts';
import type { TrainerSettings } from '../../../task/src/types.ts';

const validation: Validation = {
  loss: 0.7,
  tasks: {
    news: { rows: 4, loss: 0.5, accuracy: 0.5, macro_f1: 0.4 },
    assistant: { rows: 4, loss: 1, accuracy: 0.1, intent_accuracy: 0.9, slot_f1: 0.8 },
    titles: { rows: 4, loss: 1, accuracy: 0, word_f1: 0.6 },
  },
};

it.each<[TrainerSettings['val_metric'], number]>([
  ['loss', 0.7],
  ['accuracy', (0.5 + 0.1 + 0) / 3],
  ['macro_f1', (0.4 + 0.1 + 0) / 3],
  ['slot_f1', (0.5 + 0.8 + 0) / 3],
  ['word_f1', (0.5 + 0.1 + 0.6) / 3],
])('an epoch is judged by the mean of its tasks, each by %s or its accuracy', (val_metric, value) => {
  const settings = { val_metric, early_stopping: null } as TrainerSettings;
  const progress = { stopping: NOTHING_MEASURED, epoch: 0 } as Progress;
  const { state } = judgeEpoch(settings, progress, validation, 9);
  expect(state.best).toBeCloseTo(value, 12);
});
