import { statSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from '../../../model/src/demo/cache-folder.ts';

/** The version of ONNX Runtime that the provider is of; it works with no other one. */
export const CUDA_RUNTIME_VERSION = '1.29.0';

/** Where the runtime's native part lies in its package. */
export const NATIVE_FOLDER = path.join('bin', 'napi-v6', process.platform, process.arch);

/**
 * Where a runtime with the CUDA provider is kept, or would be. The runtime looks for providers beside itself alone, and the
 * program's own folder is not to be written to, so this is a copy of the runtime.
 */
export function cudaRuntimeFolder(): string {
  return path.join(cacheFolder(), `onnxruntime-${CUDA_RUNTIME_VERSION}-cuda`);
}

/** What is fetched of the provider; it lies beside the runtime's native part. */
export const CUDA_LIBRARIES = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

/** The copy's package, where it has been fetched and is whole. */
export function fetchedRuntime(): string | undefined {
  const runtime = path.join(cudaRuntimeFolder(), 'node_modules', 'onnxruntime-node');
  const parts = ['package.json', ...CUDA_LIBRARIES.map((name) => path.join(NATIVE_FOLDER, name))];
  return parts.every((part) => hasContent(path.join(runtime, part))) ? runtime : undefined;
}

/** A cache that may not be read has nothing in it, and is no reason to compute nothing. */
function hasContent(file: string): boolean {
  try {
    return statSync(file).size > 0;
  } catch {
    return false;
  }
}
