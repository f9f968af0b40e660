import { t } from '../../../l10n/src/words.ts';
import { InputError } from '../errors.ts';
import { float32, type TensorData } from '../runtime/tensor.ts';

/*
 * Gradients of single tokens are too small for half precision, which ends at 6e-8, so all are computed a few hundred times as
 * large (Micikevicius et al. 2018). How many times follows from the batch alone and not from earlier steps, so that a resumed
 * run takes the same course.
 */

/** What the largest gradient of a logit becomes. */
const LARGEST_LOGIT_GRADIENT = 256;

/** Where a gradient overflows, it is computed again, so many times smaller, so often. */
const SMALLER = 16;
const TRIES = 4;

type Run = (feeds: Readonly<Record<string, TensorData>>) => Promise<Record<string, TensorData>>;

/** Runs a step whose graph has a loss scale. @param weight the largest one of a target in the loss */
export async function runScaled(
  run: Run,
  feeds: Readonly<Record<string, TensorData>>,
  weight: number,
): Promise<Record<string, TensorData>> {
  // A power of two changes no digit.
  let scale = 2 ** Math.floor(Math.log2(LARGEST_LOGIT_GRADIENT / weight));
  for (let left = TRIES; ; left--) {
    const results = await run({ ...feeds, loss_scale: float32(Float32Array.of(scale), []) });
    const gradient = results.d_virtual!.data as Float32Array;
    if (left === 1 || gradient.every(Number.isFinite)) {
      const unscaled = gradient.map((value) => value / scale);
      return { ...results, d_virtual: float32(unscaled, results.d_virtual!.dims) };
    }
    scale /= SMALLER;
  }
}

/** What the runtime's refusal of half precision means. */
export function halfProblem(error: unknown, provider: string): unknown {
  if (!(error instanceof Error) || !/requires f16|float16|shader-f16/i.test(error.message)) return error;
  return new InputError(
    t('"trainer.precision": {0} does not compute in float16 on this machine; choose float32', provider),
    {
      cause: error,
    },
  );
}
