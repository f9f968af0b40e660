import { FileError } from '../errors.ts';

/**
 * An error that has ended a run, with how it goes on where the system refused something that can be put right, such as on a full disk.
 * @param command that began it, without `--resume`
 */
export function withWayOn(error: unknown, command: string): unknown {
  if (error instanceof FileError && error.code !== undefined) {
    error.message += `; when that is put right, go on with: ${command} --resume`;
  }
  return error;
}
