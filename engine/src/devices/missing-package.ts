/** What has the libraries that providers need, by the beginnings of the libraries' names. */
const PACKAGES: readonly (readonly [library: RegExp, from: string])[] = [
  [/^libvulkan\.so/, 'the package libvulkan1 (Debian, Ubuntu) or vulkan-loader (Fedora), with the driver of the GPU'],
  [/^libcuda\.so|^nvcuda\.dll/, "NVIDIA's driver"],
  [
    /^(lib)?cudnn/,
    'cuDNN 9 for CUDA 13: the package cudnn9-cuda-13 of developer.download.nvidia.com, or nvidia-cudnn-cu13 from PyPI',
  ],
  [/^(lib)?cublas/, 'CUDA 13: the package libcublas-13-0 of developer.download.nvidia.com, or nvidia-cublas from PyPI'],
  [
    /^(lib)?cudart/,
    'CUDA 13: the package cuda-cudart-13-0 of developer.download.nvidia.com, or nvidia-cuda-runtime from PyPI',
  ],
  [/^(lib)?cufft/, 'CUDA 13: the package libcufft-13-0 of developer.download.nvidia.com, or nvidia-cufft from PyPI'],
  [/^(lib)?curand/, 'CUDA 13: the package libcurand-13-0 of developer.download.nvidia.com, or nvidia-curand from PyPI'],
  [
    /^(lib)?nvrtc/,
    'CUDA 13: the package cuda-nvrtc-13-0 of developer.download.nvidia.com, or nvidia-cuda-nvrtc from PyPI',
  ],
  [/^libonnxruntime_providers_(shared|cuda)|^onnxruntime_providers_cuda/, 'ptask devices --fetch cuda'],
  [/^libMoltenVK|^vulkan-1\.dll/, 'the driver of the GPU'],
];

/** Where a missing library comes from, in words for the user. */
export function packageWith(library: string): string | undefined {
  return PACKAGES.find(([name]) => name.test(library))?.[1];
}
