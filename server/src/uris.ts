import { fileURLToPath, pathToFileURL } from 'node:url';
import { onePath } from '../../task/src/one-path.ts';

/** The path of a file's uri; undefined for a document that is no file of this machine. */
export function filePath(uri: string, platform = process.platform): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return onePath(fileURLToPath(uri, { windows: platform === 'win32' }), platform);
  } catch {
    // Such as the uri of another host.
    return undefined;
  }
}

export function fileUri(path: string): string {
  return pathToFileURL(path).href;
}
