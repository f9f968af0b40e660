import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../../engine/src/cli/shell-word.ts';

const NAMES = ['my tasks/sv.ptask.json', "Eva's #1 (50%).json", 'a\nb', '$HOME;ls', 'å"ä\\ö', '*', '🙂', ''];

describe('a word of a command that is shown', () => {
  it('stands as it is where a shell takes it so', () => {
    for (const name of ['intents/sv.ptask.json', 'frågor_1-2', '/home/eva/x@y:z']) expect(shellWord(name)).toBe(name);
  });

  it.each([
    ['C:\\tasks\\sv.json', 'C:\\tasks\\sv.json'],
    ['C:\\my tasks\\sv.json', '"C:\\my tasks\\sv.json"'],
    ["Eva's tasks", '"Eva\'s tasks"'],
    ['a,b', '"a,b"'],
    ['@home\\sv.json', '"@home\\sv.json"'],
    ['C:\\$data\\Eva’s.json', "'C:\\$data\\Eva’’s.json'"],
    ['“tasks”', "'“tasks”'"],
  ])('is taken by PowerShell as what it means: %s', (word, shown) => {
    expect(shellWord(word, 'win32')).toBe(shown);
  });

  it.skipIf(process.platform === 'win32').each(NAMES)('is taken by a shell as what it means: %j', (name) => {
    const command = `printf '%s' ${shellWord(name)}`;
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toBe(name);
  });
});
