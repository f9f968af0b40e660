import { describe, expect, it } from 'vitest';
import { judgeEpoch } from '../../../engine/src/train/best-epoch.ts';
import { NOTHING_MEASURED } from '../../../engine/src/train/early-stopping.ts';
import type { Progress } from '../../../engine/src/train/training-state.ts';
import type { Validation } from '../../../engine/src/train/validate.ts';
import type { TrainerSettings } from '../../../task/src/types.ts';

/** Of epochs with these measurements, those that were the best so far. */
function bestOf(val_metric: TrainerSettings['val_metric'], epochs: readonly Validation[]) {
  let stopping = NOTHING_MEASURED;
  return epochs.flatMap((of, epoch) => {
    const settings = { val_metric, early_stopping: null } as unknown as TrainerSettings;
    const verdict = judgeEpoch(settings, { stopping, epoch } as Progress, of);
    stopping = verdict.state;
    return verdict.isBest ? [epoch] : [];
  });
}

const measured = (loss: number, ...tasks: object[]): Validation => ({
  loss,
  tasks: Object.fromEntries(tasks.map((task, n) => [`t${n}`, { rows: 1, loss, ...task }])),
});

const several: Validation = {
  loss: 0.7,
  tasks: {
    news: { rows: 4, loss: 0.5, accuracy: 0.5, macro_f1: 0.4 },
    assistant: { rows: 4, loss: 1, accuracy: 0.1, intent_accuracy: 0.9, slot_f1: 0.8 },
    titles: { rows: 4, loss: 1, accuracy: 0, word_f1: 0.6 },
  },
};

describe('the best epoch', () => {
  const epochs = [
    measured(3, { accuracy: 0.5, macro_f1: 0.5 }),
    measured(4, { accuracy: 0.7, macro_f1: 0.3 }),
    measured(2, { accuracy: 0.6, macro_f1: 0.6 }),
  ];

  it('is the one of the lowest loss, or the highest accuracy or macro F1', () => {
    expect(bestOf('loss', epochs)).toEqual([0, 2]);
    expect(bestOf('accuracy', epochs)).toEqual([0, 1]);
    expect(bestOf('macro_f1', epochs)).toEqual([0, 2]);
  });

  it('is the one of the highest mean over tasks, each of which counts as much', () => {
    const both = [
      measured(1, { accuracy: 0.5 }, { accuracy: 0.5 }),
      measured(1, { accuracy: 0.8 }, { accuracy: 0.1 }),
      measured(1, { accuracy: 0.2 }, { accuracy: 0.9 }),
    ];
    expect(bestOf('accuracy', both)).toEqual([0, 2]);
  });

  it('is the one of the highest accuracy for a task that has no macro F1, as one without labels', () => {
    const texts = [measured(1, { accuracy: 0.2 }), measured(1, { accuracy: 0.1 }), measured(1, { accuracy: 0.3 })];
    expect(bestOf('macro_f1', texts)).toEqual([0, 2]);
  });

  it('is none where no row is validated', () => {
    const none = { loss: undefined, tasks: {} };
    for (const metric of ['loss', 'accuracy', 'macro_f1'] as const) expect(bestOf(metric, [none, none])).toEqual([]);
  });

  it.each<[TrainerSettings['val_metric'], number]>([
    ['loss', 0.7],
    ['accuracy', (0.5 + 0.1 + 0) / 3],
    ['macro_f1', (0.4 + 0.1 + 0) / 3],
    ['slot_f1', (0.5 + 0.8 + 0) / 3],
    ['word_f1', (0.5 + 0.1 + 0.6) / 3],
  ])('is judged by the mean of its tasks, each by %s or its accuracy', (val_metric, value) => {
    const settings = { val_metric, early_stopping: null } as TrainerSettings;
    const progress = { stopping: NOTHING_MEASURED, epoch: 0 } as Progress;
    const { state } = judgeEpoch(settings, progress, several);
    expect(state.best).toBeCloseTo(value, 12);
  });

  it('ends the run once nothing has been better by more than min_delta for as long as patience says', () => {
    const early_stopping = { patience: 2, min_delta: 0.1 };
    const settings = { val_metric: 'loss', early_stopping } as TrainerSettings;
    let stopping = NOTHING_MEASURED;
    const stops = [1, 0.95, 0.85, 0.84, 0.8].map((loss, epoch) => {
      const verdict = judgeEpoch(settings, { stopping, epoch } as Progress, measured(loss));
      stopping = verdict.state;
      return verdict.stop;
    });
    expect(stops).toEqual([false, false, false, false, true]);
    expect(stopping.bestEpoch).toBe(4);
  });
});
