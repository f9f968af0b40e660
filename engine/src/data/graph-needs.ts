import type { InverseInput } from '../backbone/attention.ts';
import type { VirtualPlaces } from '../backbone/embed-tokens.ts';

/** What the inputs of a graph depend on beside the rows. */
export interface GraphNeeds {
  readonly places: VirtualPlaces;
  /** How many virtual tokens the task has. */
  readonly virtualTokens: number;
  readonly inverses: readonly InverseInput[];
  /** How many tokens a token sees in the layers that limit it; see `LayerContext.attend`. */
  readonly windows: readonly number[];
  /** Whether the graph asks where keys stand; see `Masks`. */
  readonly asksPlaces?: boolean;
  /** Whether all rows, with their branches, are long ones; left out for a backbone that computes these as others. */
  readonly long?: boolean | undefined;
}
