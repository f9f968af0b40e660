import { t } from '../../../l10n/src/words.ts';
import type { ConfigProblem } from './architecture.ts';

/** GELU by its error function, or (`gelu_new`) by a hyperbolic tangent that comes near it. */
export type Gelu = 'gelu' | 'gelu_new';

/** What transformers calls the two. */
export const GELUS: ReadonlyMap<string, Gelu> = new Map([
  ['gelu', 'gelu'],
  ['gelu_python', 'gelu'],
  ['gelu_new', 'gelu_new'],
  ['gelu_fast', 'gelu_new'],
  ['gelu_accurate', 'gelu_new'],
  ['gelu_python_tanh', 'gelu_new'],
  ['gelu_pytorch_tanh', 'gelu_new'],
]);

export const SILUS: ReadonlyMap<string, 'silu'> = new Map([
  ['silu', 'silu'],
  ['swish', 'silu'],
]);

/** What to say of an activation that is not among those that an architecture has. */
export function unknownActivation(key: string, name: string, known: ReadonlyMap<string, string>): ConfigProblem {
  return {
    kind: 'unsupported',
    reason: t("{0} '{1}' (supported: {2})", key, name, [...known.keys()].join(', ')),
  };
}
