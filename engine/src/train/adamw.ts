/*
 * AdamW as PyTorch has it (`torch.optim.AdamW`, `_single_tensor_adamw`; Loshchilov and Hutter 2019): decay apart from
 * the gradient, bias correction, epsilon outside the root.
 */

export interface AdamWSettings {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
}

/** First and second moments in the order of the parameters, and the number of steps taken. The arrays are live. */
export interface AdamWState {
  readonly step: number;
  readonly m: readonly Float32Array[];
  readonly v: readonly Float32Array[];
}

export class AdamW {
  readonly #settings: AdamWSettings;
  #step = 0;
  #m: Float32Array[] = [];
  #v: Float32Array[] = [];

  constructor(settings: AdamWSettings) {
    this.#settings = settings;
  }

  /**
   * One step, in place. The same parameters must come in the same order each time.
   * @param grads left as they are
   * @param gradScale factor of every gradient, as `clipGlobalNorm` gives it: clipping takes no pass of its own
   * @throws RangeError when parameters, gradients and moments do not fit each other; nothing is changed then
   */
  step(params: readonly Float32Array[], grads: readonly Float32Array[], lr: number, gradScale = 1): void {
    if (this.#step === 0 && this.#m.length === 0) {
      this.#m = params.map((param) => new Float32Array(param.length));
      this.#v = params.map((param) => new Float32Array(param.length));
    }
    if (grads.length !== params.length || this.#m.length !== params.length)
      throw new RangeError(`${params.length} parameters, ${grads.length} gradients, ${this.#m.length} moments`);
    params.forEach((param, i) => {
      if (grads[i]!.length !== param.length || this.#m[i]!.length !== param.length)
        throw new RangeError(`parameter ${i} has ${param.length} elements, its gradient ${grads[i]!.length}`);
    });
    this.#step++;
    const { betas, eps, weightDecay } = this.#settings;
    const correction1 = 1 - betas[0] ** this.#step;
    const correction2 = Math.sqrt(1 - betas[1] ** this.#step);
    params.forEach((param, i) => {
      update(
        param,
        grads[i]!,
        this.#m[i]!,
        this.#v[i]!,
        gradScale,
        1 - lr * weightDecay,
        betas[0],
        betas[1],
        // lr/c1 · m / (√v/c2 + eps), multiplied out so that an element takes one division.
        (lr / correction1) * correction2,
        eps * correction2,
      );
    });
  }

  state(): AdamWState {
    return { step: this.#step, m: this.#m, v: this.#v };
  }

  /** Goes on from a state, whose arrays are copied. @throws RangeError when m and v do not fit each other */
  restore(state: AdamWState): void {
    if (state.m.length !== state.v.length || state.m.some((m, i) => m.length !== state.v[i]!.length))
      throw new RangeError('first and second moments of different sizes');
    this.#step = state.step;
    this.#m = state.m.map((m) => m.slice());
    this.#v = state.v.map((v) => v.slice());
  }
}

/** The whole update of one parameter in one pass: it is bound by memory, so a second pass would double its time. */
function update(
  param: Float32Array,
  grad: Float32Array,
  m: Float32Array,
  v: Float32Array,
  gradScale: number,
  keep: number,
  beta1: number,
  beta2: number,
  rate: number,
  eps: number,
): void {
  const rest1 = 1 - beta1;
  const rest2 = 1 - beta2;
  const n = param.length;
  for (let i = 0; i < n; i++) {
    const g = grad[i]! * gradScale;
    const first = beta1 * m[i]! + rest1 * g;
    const second = beta2 * v[i]! + rest2 * g * g;
    m[i] = first;
    v[i] = second;
    param[i] = keep * param[i]! - (rate * first) / (Math.sqrt(second) + eps);
  }
}

export interface ClippedNorm {
  /** The Euclidean norm of all gradients together; not finite when one of them is not. */
  readonly norm: number;
  /** What every gradient is to be multiplied by. */
  readonly scale: number;
}

/**
 * `torch.nn.utils.clip_grad_norm_`: gradients whose global norm is above `max` are scaled down to it. The gradients are
 * left alone; the scale is for the optimiser to apply.
 * @param max null for no clipping
 */
export function clipGlobalNorm(grads: readonly Float32Array[], max: number | null): ClippedNorm {
  const norm = Math.sqrt(grads.reduce((sum, grad) => sum + sumOfSquares(grad), 0));
  return { norm, scale: max === null ? 1 : Math.min(1, max / (norm + 1e-6)) };
}

/** Four sums side by side: one alone would wait for each addition before the next. */
function sumOfSquares(x: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = x.length - (x.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += x[i]! * x[i]!;
    b += x[i + 1]! * x[i + 1]!;
    c += x[i + 2]! * x[i + 2]!;
    d += x[i + 3]! * x[i + 3]!;
  }
  for (let i = whole; i < x.length; i++) a += x[i]! * x[i]!;
  return a + b + (c + d);
}
