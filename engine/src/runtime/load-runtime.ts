import { t } from '../../../l10n/src/words.ts';
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
    const why = whyNotLoaded(error);
    if (why === undefined) throw error;
    throw new EngineError(why, { cause: error });
  }
}

/** Undefined where something else is at fault. */
export function whyNotLoaded(error: unknown, platform: NodeJS.Platform = process.platform): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  const line = error.message.split(/\r?\n/)[0]!;
  if (code === 'ERR_DLOPEN_FAILED' && platform === 'win32') {
    // Windows names, in its own language, neither what is missing nor what it belongs to.
    return t(
      'ONNX Runtime, which computes, cannot be loaded: {0} It needs the newest Microsoft Visual C++ Redistributable, which {1} installs; task files are still checked',
      line,
      `https://aka.ms/vs/17/release/vc_redist.${process.arch}.exe`,
    );
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    return t('ONNX Runtime, which computes, cannot be loaded: {0}; task files are still checked', line);
  }
  const isAbsent = /^(ERR_)?MODULE_NOT_FOUND$/.test(code ?? '') && /onnxruntime[-_]/.test(line);
  return isAbsent
    ? t(
        'ONNX Runtime, which computes, has no binary for {0} {1} here; task files are still checked',
        process.platform,
        process.arch,
      )
    : undefined;
}
