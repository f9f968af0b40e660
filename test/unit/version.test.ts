import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VERSION } from '../../engine/src/version.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

it('package.json has the version of the program', () => {
  expect(JSON.parse(read('package.json')).version).toBe(VERSION);
  expect(JSON.parse(read('package-lock.json')).version).toBe(VERSION);
});

it('the newest entry of the changelog is this version', () => {
  expect(/^## (\S+)/m.exec(read('CHANGELOG.md'))?.[1]).toBe(VERSION);
});
