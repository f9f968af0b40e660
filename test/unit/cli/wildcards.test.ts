import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { readArguments } from '../../../engine/src/cli/usage.ts';
import { withFilesFor } from '../../../engine/src/cli/wildcards.ts';
import { onPlatform } from '../engine/on-platform.ts';
import { temporaryFolder } from '../engine/temporary-folder.ts';

const dir = temporaryFolder();
beforeAll(async () => {
  for (const name of ['b.ptask.json', 'a.ptask.json', 'Ä.PTASK.JSON', 'a(1).csv', '.hidden.ptask.json']) {
    await writeFile(join(dir, name), '');
  }
  for (const name of ['sv', 'en', 'none']) await mkdir(join(dir, name));
  for (const name of ['sv', 'en']) await writeFile(join(dir, name, 'rows.jsonl'), '');
});

it.each([
  ['*.ptask.json', ['a.ptask.json', 'b.ptask.json', 'Ä.PTASK.JSON']],
  ['?.ptask.json', ['a.ptask.json', 'b.ptask.json', 'Ä.PTASK.JSON']],
  ['.*.json', ['.hidden.ptask.json']],
  ['a(*).csv', ['a(1).csv']],
  ['*/rows.jsonl', ['en/rows.jsonl', 'sv/rows.jsonl']],
  ['s*/*.jsonl', ['sv/rows.jsonl']],
  ['*.tsv', ['*.tsv']],
  ['gone/*.csv', ['gone/*.csv']],
  ['b.ptask.json', ['b.ptask.json']],
])('on Windows %s stands for the files that a shell elsewhere would put there', (word, files) => {
  const inFolder = (name: string) => `${dir}/${name}`;
  expect(withFilesFor([inFolder(word)], 'win32')).toEqual(files.map(inFolder));
});

it('a command gets them in the place of its arguments', () => {
  onPlatform('win32');
  const { positionals } = readArguments([`${dir}/?.ptask.json`, '--json'], { json: { type: 'boolean' } }, [1, 3]);
  expect(positionals).toEqual(['a', 'b'].map((name) => `${dir}/${name}.ptask.json`).concat(`${dir}/Ä.PTASK.JSON`));
});

it('elsewhere, and in front of the path of a device, it is what it is', () => {
  expect(withFilesFor([`${dir}/*.csv`, 'b'], 'linux')).toEqual([`${dir}/*.csv`, 'b']);
  expect(withFilesFor(['\\\\?\\C:\\a.csv'], 'win32')).toEqual(['\\\\?\\C:\\a.csv']);
});
