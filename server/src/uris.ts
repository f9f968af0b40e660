import { fileURLToPath, pathToFileURL } from 'node:url';

/** The path of a file's uri; undefined for a document that is no file of this machine. */
export function filePath(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    // Such as the uri of another host.
    return undefined;
  }
}

export function fileUri(path: string): string {
  return pathToFileURL(path).href;
}
