/**
 * A path of Windows with its drive in upper case, as the system itself gives it; editors write `c:` in their addresses. So
 * that a file is known by one path.
 */
export function withUpperDrive(path: string): string {
  return path.replace(/^[a-z]:(?=\\)/, (drive) => drive.toUpperCase());
}
