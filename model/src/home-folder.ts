import { homedir } from 'node:os';

/**
 * The user's home folder. A container may run as a user that no list has, without HOME; the root is then taken for one, as Docker
 * does: its folders say plainly that they cannot be written, where no folder at all would end every command.
 */
export function homeFolder(ask: () => string = homedir): string {
  try {
    return ask() || '/';
  } catch {
    return '/';
  }
}
