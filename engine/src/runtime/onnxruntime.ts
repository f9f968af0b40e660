import '../no-telemetry.ts';
import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-node';
import { fetchedRuntime } from './cuda-runtime.ts';

/*
 * ONNX Runtime: the one that was fetched with the CUDA provider, where there is one, else the program's own. They are of one
 * version. Everything that computes takes it from here, so that a process has one of them.
 */

function load(): typeof OnnxRuntime {
  const require = createRequire(import.meta.url);
  const fetched = fetchedRuntime();
  if (fetched !== undefined) {
    try {
      return require(fetched) as typeof OnnxRuntime;
    } catch {
      // One that is broken, or was made for another Node, is none.
    }
  }
  return require('onnxruntime-node') as typeof OnnxRuntime;
}

export const { InferenceSession, Tensor, env, listSupportedBackends } = load();
export type InferenceSession = OnnxRuntime.InferenceSession;
export type Tensor = OnnxRuntime.Tensor;
export type SessionOptions = OnnxRuntime.InferenceSession.SessionOptions;
