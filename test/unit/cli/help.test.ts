import { describe, expect, it } from 'vitest';
import { HELP, helpOf } from '../../../engine/src/cli/help.ts';

const COMMANDS = [...HELP.matchAll(/^ {2}ptask (\w+)/gm)].map(([, name]) => name!);

describe('the help of one command', () => {
  it.each(COMMANDS)('%s has all lines about it, and what goes for all commands', (command) => {
    const help = helpOf(command);
    expect([...help.matchAll(/^ {2}ptask (\w+)/gm)].map(([, name]) => name)).toEqual([command]);
    expect(help).toContain('\n  --json ');
    expect(help).toMatch(/\nExit codes: 0 done, .*\n$/);
  });

  it('leaves no line of the whole help to no command', () => {
    const lines = new Set(COMMANDS.flatMap((command) => helpOf(command).split('\n')));
    expect(HELP.split('\n').filter((line) => !lines.has(line))).toEqual([]);
  });

  it('of a name that is none is the whole help', () => expect(helpOf('frobnicate')).toBe(HELP));
});
