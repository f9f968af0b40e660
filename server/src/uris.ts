import { fileURLToPath, pathToFileURL } from 'node:url';
import { withUpperDrive } from '../../task/src/drive-letter.ts';

/** The path of a file's uri; undefined for a document that is no file of this machine. */
export function filePath(uri: string, windows = process.platform === 'win32'): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return withUpperDrive(fileURLToPath(uri, { windows }));
  } catch {
    // Such as the uri of another host.
    return undefined;
  }
}

export function fileUri(path: string): string {
  return pathToFileURL(path).href;
}
