import { expect, it } from 'vitest';
import { missingLibrary } from '../../../engine/src/devices/missing-library.ts';

it.each([
  [
    'ONNX Runtime on Linux, whose provider is there but not what it needs',
    'Failed to load library /opt/bin/libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory',
    'libcublasLt.so.12',
  ],
  [
    'ONNX Runtime on Linux, whose provider is not there',
    'Failed to load library /opt/libonnxruntime_providers_shared.so with error: /opt/libonnxruntime_providers_shared.so: cannot open shared object file',
    'libonnxruntime_providers_shared.so',
  ],
  [
    'Dawn without a Vulkan loader',
    "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory",
    'libvulkan.so.1',
  ],
  [
    'ONNX Runtime on Windows',
    'Error loading "C:\\ort\\onnxruntime_providers_cuda.dll" which depends on "cublasLt64_12.dll" which is missing. (Error 126)',
    'cublasLt64_12.dll',
  ],
  ['macOS', 'dlopen(x): Library not loaded: @rpath/libMoltenVK.dylib', 'libMoltenVK.dylib'],
  ['something else', 'Failed to get a WebGPU adapter: No supported adapters', undefined],
])('the missing library in what is said by %s', (_, message, library) => {
  expect(missingLibrary(message)).toBe(library);
});
