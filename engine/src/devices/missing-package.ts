import { t } from '../../../l10n/src/words.ts';

/** What has the libraries that providers need, by the beginnings of the libraries' names. */
const PACKAGES: readonly (readonly [library: RegExp, from: () => string])[] = [
  [
    /^libvulkan\.so/,
    () => t('the package libvulkan1 (Debian, Ubuntu) or vulkan-loader (Fedora), with the driver of the GPU'),
  ],
  [/^libcuda\.so|^nvcuda\.dll/, () => t("NVIDIA's driver")],
  [/^(lib)?cudnn/, () => ofCuda(t('cuDNN 9 for CUDA 13'), 'cudnn9-cuda-13', 'nvidia-cudnn-cu13')],
  [/^(lib)?cublas/, () => ofCuda('CUDA 13', 'libcublas-13-0', 'nvidia-cublas')],
  [/^(lib)?cudart/, () => ofCuda('CUDA 13', 'cuda-cudart-13-0', 'nvidia-cuda-runtime')],
  [/^(lib)?cufft/, () => ofCuda('CUDA 13', 'libcufft-13-0', 'nvidia-cufft')],
  [/^(lib)?curand/, () => ofCuda('CUDA 13', 'libcurand-13-0', 'nvidia-curand')],
  [/^(lib)?nvrtc/, () => ofCuda('CUDA 13', 'cuda-nvrtc-13-0', 'nvidia-cuda-nvrtc')],
  [/^libonnxruntime_providers_(shared|cuda)|^onnxruntime_providers_cuda/, () => 'ptask devices --fetch cuda'],
  [/^libMoltenVK|^vulkan-1\.dll/, () => t('the driver of the GPU')],
];

/** Where a missing library comes from, in words for the user. */
export function packageWith(library: string): string | undefined {
  return PACKAGES.find(([name]) => name.test(library))?.[1]();
}

function ofCuda(what: string, debian: string, pypi: string): string {
  return t('{0}: the package {1} of developer.download.nvidia.com, or {2} from PyPI', what, debian, pypi);
}
