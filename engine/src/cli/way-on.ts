import { FileError } from '../errors.ts';

/**
 * An error that has ended a run, with how it goes on where a file is the reason and can be put right: the disk is full, or what has
 * become of the prompt table meanwhile is none.
 * @param command that began it, without `--resume`
 */
export function withWayOn(error: unknown, command: string): unknown {
  if (error instanceof FileError) {
    error.message += `; when that is put right, go on with: ${command} --resume`;
  }
  return error;
}
