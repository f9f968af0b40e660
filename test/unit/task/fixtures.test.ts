import { execFileSync } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkTaskFile } from '../../../task/src/check.ts';
import { formatProblem } from '../../../task/src/format-problem.ts';
import {
  nodeEnvironment,
  readChunks,
  readPromptTableFacts,
  resolveBeside,
} from '../../../task/src/node-environment.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';
import { demoModel } from './harness.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/task', import.meta.url));

async function checkFolder(name: string): Promise<string> {
  const path = join(FOLDER, name, 'assistant.ptask.json');
  const environment = nodeEnvironment({ model: async () => demoModel, promptTable: async () => undefined });
  const { problems } = await checkTaskFile({ path, text: await readFile(path, 'utf8'), environment });
  const lines = problems.map((problem) =>
    formatProblem({ ...problem, file: relative(join(FOLDER, name), problem.file) }),
  );
  return lines.map((line) => `${line.replaceAll(FOLDER, '…').replaceAll('\\', '/')}\n`).join('');
}

describe('a task file on disk', () => {
  it('has no problems when it is sound', async () => {
    expect(await checkFolder('sound')).toBe('');
  });

  // `npx vitest run -u` rewrites the file.
  it('has the problems that are written down beside it', async () => {
    await expect(await checkFolder('faulty')).toMatchFileSnapshot(join(FOLDER, 'faulty', 'problems.txt'));
  });
});

describe('readChunks', () => {
  it('tells a file that is not there from one that cannot be read', async () => {
    expect(await readChunks(join(FOLDER, 'gone.jsonl'))).toBe('not-found');
    expect(await readChunks(join(FOLDER, 'sound', 'train.jsonl', 'x'))).toBe('not-found');
    expect(await readChunks(FOLDER)).toEqual({ unreadable: 'it is not a file' });
  });

  it.skipIf(process.platform === 'win32')('says in plain words why not', async () => {
    const ring = join(await temporaryFolder(), 'ring');
    await symlink('ring', ring);
    expect(await readChunks(ring)).toEqual({ unreadable: 'links lead in a circle' });
    expect((await readPromptTableFacts(`${ring}\0`))?.broken).toMatch(/^its name holds a character/);
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe, nor does who reads a prompt table', async () => {
    const pipe = join(await temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await readChunks(pipe)).toEqual({ unreadable: 'it is not a file' });
    expect((await readPromptTableFacts(pipe))?.broken).toBe('it is not a file');
  });
});

it('resolves paths from the folder of the task file', () => {
  expect(resolveBeside(join('a', 'x.ptask.json'), 'train.jsonl')).toBe(join('a', 'train.jsonl'));
  expect(resolveBeside('x.ptask.json', 'train.jsonl')).toBe('train.jsonl');
  expect(resolveBeside(join('a', 'x.ptask.json'), '/data/train.jsonl')).toBe(resolve('/data/train.jsonl'));
});
