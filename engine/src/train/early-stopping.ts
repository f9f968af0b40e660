export interface EarlyStopping {
  /** Measurements without improvement after which the run stops; null never stops it. */
  readonly patience: number | null;
  /** An improvement must be larger than this to count. */
  readonly minDelta: number;
  /** `min` for a loss, `max` for an accuracy. */
  readonly mode: 'min' | 'max';
}

/** Plain JSON, to be kept in a checkpoint. */
export interface EarlyStoppingState {
  /** The best measurement so far, and when it was made. */
  readonly best: number | null;
  readonly bestEpoch: number | null;
  /** The last measurement that was better by more than `minDelta`; patience counts from it. */
  readonly reference: number | null;
  readonly waited: number;
}

export const NOTHING_MEASURED: EarlyStoppingState = { best: null, bestEpoch: null, reference: null, waited: 0 };

export interface EarlyStoppingVerdict {
  readonly state: EarlyStoppingState;
  /** The best so far, by however little: the prompt to keep. */
  readonly isBest: boolean;
  readonly stop: boolean;
}

/**
 * Takes in one measurement, as PyTorch Lightning's EarlyStopping (patience, min_delta) and ModelCheckpoint (best) do.
 * A measurement that is not a number is no improvement.
 */
export function measure(
  settings: EarlyStopping,
  state: EarlyStoppingState,
  epoch: number,
  value: number,
): EarlyStoppingVerdict {
  const sign = settings.mode === 'min' ? -1 : 1;
  const gainOver = (earlier: number | null) =>
    earlier === null ? (Number.isNaN(value) ? Number.NaN : Number.POSITIVE_INFINITY) : sign * (value - earlier);
  const isBest = gainOver(state.best) > 0;
  const improved = gainOver(state.reference) > settings.minDelta;
  const waited = improved ? 0 : state.waited + 1;
  return {
    state: {
      best: isBest ? value : state.best,
      bestEpoch: isBest ? epoch : state.bestEpoch,
      reference: improved ? value : state.reference,
      waited,
    },
    isBest,
    stop: settings.patience !== null && waited >= settings.patience,
  };
}
