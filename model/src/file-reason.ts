export type FileAction = 'read' | 'written' | 'locked';

/** What a failed call of `node:fs` means in plain words. */
export function fileReason(action: FileAction, cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return (code && wordsFor(code, action)) ?? (cause instanceof Error ? cause.message : String(cause));
}

function wordsFor(code: string, action: FileAction): string | undefined {
  switch (code) {
    case 'ENOSPC':
      return 'the disk is full';
    case 'EDQUOT':
      return 'your disk quota is used up';
    case 'EFBIG':
      return 'the file would be larger than the file system allows';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'a part of its path is a file, not a folder';
    case 'ENOENT':
      return action === 'read' ? 'there is no such file' : 'its folder does not exist';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    case 'EBUSY':
      return 'another program is using it';
    case 'EMFILE':
    case 'ENFILE':
      return 'too many files are open';
    case 'EIO':
      return 'the disk reports an input/output error';
    default:
      return undefined;
  }
}
