/**
 * The one way in which a file's path is written, so that a file is known by one path. On Windows editors write `c:` in their
 * addresses, and the system itself `C:`. macOS finds a name however its accents are encoded: many programs make files with
 * letters and accents apart, as which folders are listed, and editors and people write them as one.
 */
export function onePath(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return path.replace(/^[a-z]:(?=\\)/, (drive) => drive.toUpperCase());
  return platform === 'darwin' ? path.normalize('NFC') : path;
}
