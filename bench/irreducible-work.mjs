/**
 * Floating-point operations that a p-tuning step of a GPT-2 cannot do without, counting a multiplication and an
 * addition as two: the common prefix (virtual tokens) once, logits at answer tokens alone, and in the backward pass only
 * gradients of activations, since no weight is trained.
 *
 * With D hidden, I inner, n layers, W vocabulary; V virtual tokens, B rows of L tokens with A answer tokens each:
 * T = V + B(L − 1) tokens go in, Q = BA are predicted from.
 *   a layer's matrices, for each token, forward:   2·(4D² + 2DI)
 *   the last layer: keys and values for T, the rest for Q;   the head, for Q: 2·D·W
 *   attention, for each pair of query and visible key:   4·D forward
 *   backward: the same for products with weights, but for the first layer's projection (6D²) of the rows, behind which
 *   nothing is trained; twice as much for attention, both of whose operands depend on the prompt.
 */
export function irreducibleFlops({
  hidden: D,
  inner: I,
  layers: n,
  vocab: W,
  virtual: V,
  length: L,
  batch: B,
  answer: A,
}) {
  const T = V + B * (L - 1);
  const Q = B * A;
  const token = 2 * (4 * D * D + 2 * D * I);
  const keysAndValues = 4 * D * D;
  const last = keysAndValues * T + (token - keysAndValues) * Q;
  const weights = 2 * ((n - 1) * token * T + last + 2 * D * W * Q) - 6 * D * D * B * (L - 1);
  const seen = (from, to) => ((to + from + 1) * (to - from)) / 2;
  const pairs = seen(0, V) + B * seen(V, V + L - 1);
  const pairsOfAnswers = B * seen(V + L - 1 - A, V + L - 1);
  return weights + 3 * 4 * D * ((n - 1) * pairs + pairsOfAnswers);
}
