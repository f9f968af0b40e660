import { t } from '../../l10n/src/words.ts';
import { failureOf, short } from './shown.ts';

export type FileAction = 'read' | 'written' | 'locked';

/** What a failed call of `node:fs` means in plain words. */
export function fileReason(action: FileAction, cause: unknown, platform: NodeJS.Platform = process.platform): string {
  const { code, path } = (cause ?? {}) as NodeJS.ErrnoException;
  if (platform === 'win32' && action !== 'read' && isOfName(code) && holdsForbidden(path)) return forbidden();
  const words = code && wordsFor(code, action);
  if (words) return words;
  if (!(cause instanceof Error)) return String(cause);
  return code === undefined ? failureOf(cause) : cause.message;
}

/** What Windows answers to a name that no file may have: that there is no such path, or that it means nothing. */
const isOfName = (code: string | undefined): boolean => code === 'ENOENT' || code === 'EINVAL';

function holdsForbidden(path: string | undefined): boolean {
  return path !== undefined && /[<>:"|?*]/.test(path.replace(/^(\\\\\?\\)?([a-z]:)?/i, ''));
}

const forbidden = (): string => t("its name holds a character that no file's may");

/** Why something that consists of several files cannot be read: in front, the file that the system refuses, where it names one. */
export function refusal(cause: unknown): string {
  const { path } = (cause ?? {}) as NodeJS.ErrnoException;
  const reason = fileReason('read', cause);
  return short(path === undefined ? reason : `${path}: ${reason}`);
}

/** Whether the system says that there is no such thing, not that it cannot be looked at. */
export function isAbsence(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * Whether the system refused, which it may not do the next time though no file has changed: a permission has been given, another
 * program is done.
 */
export function isRefused(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as NodeJS.ErrnoException;
  return code !== undefined || (cause !== undefined && isRefused(cause));
}

function wordsFor(code: string, action: FileAction): string | undefined {
  switch (code) {
    case 'ENOSPC':
      return t('the disk is full');
    case 'EDQUOT':
      return t('your disk quota is used up');
    case 'EFBIG':
      return t('the file would be larger than the file system allows');
    case 'EACCES':
    case 'EPERM':
      return t('permission denied');
    case 'EROFS':
      return t('the file system is read-only');
    case 'EISDIR':
      return t('it is a folder');
    case 'ENOTDIR':
      return t('a part of its path is a file, not a folder');
    case 'ENOENT':
      return action === 'read' ? t('there is no such file') : t('its folder does not exist');
    case 'EEXIST':
      return t('something else has its name');
    case 'ENAMETOOLONG':
      return t('its name is too long');
    case 'ELOOP':
      return t('links lead in a circle');
    // Node's own: it holds a zero.
    case 'ERR_INVALID_ARG_VALUE':
      return forbidden();
    case 'EBUSY':
      return t('another program is using it');
    case 'EMFILE':
    case 'ENFILE':
      return t('too many files are open');
    case 'EIO':
      return t('the disk reports an input/output error');
    default:
      return undefined;
  }
}
