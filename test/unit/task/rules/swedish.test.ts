import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { speak } from '../../../../l10n/src/words.ts';
import type { Problem } from '../../../../protocol/src/problem.ts';
import { check } from '../harness.ts';
import { cases } from './cases.ts';

const BUNDLE = path.resolve(import.meta.dirname, '../../../../l10n/bundle.l10n.sv.json');
const SWEDISH = JSON.parse(readFileSync(BUNDLE, 'utf8')) as Record<string, string>;

afterEach(() => speak('en', {}));

/** All that is said of some problems. */
function wordsOf(problems: readonly Problem[]): string[] {
  return problems.flatMap(({ message, related = [], fixes = [] }) => [
    message,
    ...related.map((place) => place.message),
    ...fixes.flatMap(({ title, forAll }) => (forAll === undefined ? [title] : [title, forAll])),
  ]);
}

/** Problems without what is said of them. */
function mute(problems: readonly Problem[]): unknown[] {
  return problems.map(({ message: _, related = [], fixes = [], ...problem }) => ({
    ...problem,
    related: related.map(({ file, range }) => ({ file, range })),
    fixes: fixes.map(({ title: __, forAll, ...fix }) => ({ ...fix, isForAll: forAll !== undefined })),
  }));
}

const fixtures = Object.entries(cases).flatMap(([code, { fires }]) =>
  Object.entries(fires).map(([name, fixture]) => [code, name, fixture] as const),
);

it.each(fixtures)('%s, %s: the same is found, and said in other words', async (_, __, fixture) => {
  const english = (await check(fixture)).problems;
  speak('sv', SWEDISH);
  const swedish = (await check(fixture)).problems;
  expect(mute(swedish)).toEqual(mute(english));
  const said = wordsOf(swedish);
  const untranslated = wordsOf(english).filter((words, index) => said[index] === words);
  expect(untranslated, 'said in English').toEqual([]);
});
