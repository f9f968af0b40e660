import type { Rewrite } from '../onnx/rewrite.ts';
import { CPU_REWRITES } from './cpu-rewrites.ts';
import type { SessionOptions } from './onnxruntime.ts';
import { WEBGPU_REWRITES } from './webgpu-rewrites.ts';

/** Execution providers by their names in the runtime, the one that every machine has first. */
export const PROVIDERS = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** How a provider is given a graph. What sets one provider apart from the others stands here and nowhere else. */
export interface ProviderTraits {
  readonly session: Omit<SessionOptions, 'extra'>;
  /**
   * Whether tensors may stay where it computes: weights that sessions share, and results that are fed to a later run. The
   * runtime's other providers copy every result to the CPU's memory.
   */
  readonly holdsTensors: boolean;
  /** Operators that it is given in another form. */
  readonly rewrites: Readonly<Record<string, Rewrite>>;
}

export const TRAITS: Readonly<Record<Provider, ProviderTraits>> = {
  cpu: { session: {}, holdsTensors: false, rewrites: CPU_REWRITES },
  webgpu: {
    session: {},
    holdsTensors: true,
    rewrites: WEBGPU_REWRITES,
  },
  cuda: { session: {}, holdsTensors: false, rewrites: {} },
  // Both are what the provider asks for.
  dml: {
    session: { enableMemPattern: false, executionMode: 'sequential' },
    holdsTensors: false,
    rewrites: {},
  },
  coreml: { session: {}, holdsTensors: false, rewrites: {} },
};
