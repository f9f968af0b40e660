/** GELU by its error function, or (`gelu_new`) by a hyperbolic tangent that comes near it. */
export type Gelu = 'gelu' | 'gelu_new';

export type Activation = Gelu | 'relu' | 'silu';

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

export const RELU_OR_GELUS: ReadonlyMap<string, 'relu' | Gelu> = new Map([['relu', 'relu'] as const, ...GELUS]);
