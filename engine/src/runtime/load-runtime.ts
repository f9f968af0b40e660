import { EngineError } from '../errors.ts';

/**
 * Loads ONNX Runtime, whose native part is a file for each platform, before anything that imports it, so that its failure is
 * told from any other.
 * @throws EngineError where that file is not there or cannot be loaded
 */
export async function loadRuntime(): Promise<void> {
  try {
    await import('./onnxruntime.ts');
  } catch (error) {
    const why = reasonOf(error);
    if (why === undefined) throw error;
    throw new EngineError(`ONNX Runtime, which computes, ${why}; task files are still checked`, { cause: error });
  }
}

/** Undefined where something else is at fault. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  const line = error.message.split('\n')[0]!;
  if (code === 'ERR_DLOPEN_FAILED') return `cannot be loaded: ${line}`;
  const isAbsent = /^(ERR_)?MODULE_NOT_FOUND$/.test(code ?? '') && /onnxruntime[-_]/.test(line);
  return isAbsent ? `has no binary for ${process.platform} ${process.arch} here` : undefined;
}
