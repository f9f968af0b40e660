/** What ONNX Runtime and its providers say: the CPU's arena and C++, CUDA and its libraries, Direct3D, WebGPU, Vulkan. */
const TEXTS =
  /failed to allocate memory|bad[_ ]alloc|out of memory|cuda failure 2\b|cublas_status_alloc_failed|cudnn_status_alloc_failed|e_outofmemory|8007000e|out_of_device_memory|out_of_host_memory/i;

/** Whether an error of the runtime says that there was not enough memory, of the machine or of a device. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && TEXTS.test(error.message);
}
