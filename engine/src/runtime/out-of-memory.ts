/**
 * What ONNX Runtime and its providers say: the CPU's arena, threads and C++, CUDA and its libraries, Direct3D, Metal, WebGPU, Vulkan. When
 * Windows cannot map or read a file for want of memory, it says so in its own language, behind a number. WebGPU's own
 * error goes to the log alone; what is thrown is that a buffer which it could not make is used, or is larger than a device
 * has them. Of one that is cut in pieces for that, a shader may have too many. JavaScript says the last two, of what it makes for a run.
 */
const TEXTS =
  /\[invalid buffer[^\]]*\] is invalid due to a previous error|exceeds the max buffer size limit|too many storage buffers in shader|failed to allocate memory|bad[_ ]alloc|pthread_create failed, error code: 12\b|out of memory|cuda failure 2\b|cublas_status_alloc_failed|cudnn_status_alloc_failed|errcode = (8|14|1450|1455)\b|outofmemory|8007000e|out_of_device_memory|out_of_host_memory|array buffer allocation failed|invalid typed array length/i;

/** Whether an error of the runtime, or of JavaScript, says that there was not enough memory, of the machine or of a device. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && TEXTS.test(error.message);
}
