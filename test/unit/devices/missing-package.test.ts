import { expect, it } from 'vitest';
import { packageWith } from '../../../engine/src/devices/missing-package.ts';

it.each([
  ['libvulkan.so.1', 'libvulkan1'],
  ['libcuda.so.1', "NVIDIA's driver"],
  ['libcudnn.so.9', 'cudnn9-cuda-13'],
  ['cudnn64_9.dll', 'cudnn9-cuda-13'],
  ['libcublasLt.so.13', 'libcublas-13-0'],
  ['libcudart.so.13', 'cuda-cudart-13-0'],
  ['libcufft.so.12', 'libcufft-13-0'],
  ['libnvrtc.so.13', 'cuda-nvrtc-13-0'],
  ['libonnxruntime_providers_shared.so', 'ptask devices --fetch cuda'],
])('%s comes with %s', (library, from) => {
  expect(packageWith(library)).toContain(from);
});

it('of a library that no provider needs nothing is said', () => {
  expect(packageWith('libpng.so')).toBeUndefined();
});
