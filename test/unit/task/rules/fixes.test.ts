import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../protocol/src/problem.ts';
import { rules } from '../../../../task/src/rules/index.ts';
import { applyFix, check, type Fixture, fixtureOf, TASK_PATH, taskFile, textsOf } from '../harness.ts';
import { mutated, mutations } from '../mutations.ts';
import { cases } from './cases.ts';
import { type FixCase, fixCases } from './fix-cases.ts';

function fixtureOfCase({ of = '', file = '', rows, validation, task = taskFile({ of, file }) }: FixCase): Fixture {
  return {
    task,
    data: {
      ...(rows === undefined ? {} : { 'train.jsonl': rows }),
      ...(validation === undefined ? {} : { 'validation.jsonl': validation }),
    },
  };
}

/** The text that a fix of a case is to give, and the file it is in. */
function expected({ of, file, rows, validation }: FixCase, becomes: string): { path: string; text: string } {
  if (rows !== undefined) return { path: 'project/train.jsonl', text: becomes };
  if (validation !== undefined) return { path: 'project/validation.jsonl', text: becomes };
  if (of !== undefined) return { path: TASK_PATH, text: taskFile({ of: becomes }) };
  return { path: TASK_PATH, text: file === undefined ? becomes : taskFile({ file: becomes }) };
}

/** A problem without its place, which other fixes move. */
function said({ file, code, message }: Problem): string {
  return `${file} ${code} ${message}`;
}

function newErrors(before: readonly Problem[], after: readonly Problem[]): string[] {
  const known = new Set(before.map(said));
  return [
    ...new Set(
      after.filter((problem) => problem.severity === 'error' && !known.has(said(problem))).map(({ code }) => code),
    ),
  ];
}

function countOf(code: string, problems: readonly Problem[]): number {
  return problems.filter((problem) => problem.code === code).length;
}

it('has cases for each rule that has fixes, which its text tells of', async () => {
  const codes = new Set<string>();
  for (const [code, { fires }] of Object.entries(cases)) {
    for (const fixture of Object.values(fires)) {
      const { problems } = await check(fixture);
      if (problems.some((problem) => problem.code === code && problem.fixes !== undefined)) codes.add(code);
    }
  }
  const withFixes = rules.flatMap(({ code, quickFix }) => (quickFix === undefined ? [] : [code]));
  expect([...codes], 'rules that give fixes are those with a `quickFix`').toEqual(withFixes);
  expect(Object.keys(fixCases), 'fix-cases.ts has those with a `quickFix`, in their order').toEqual(withFixes);
});

describe.each(Object.entries(fixCases))('%s', (code, list) => {
  it.each(Object.entries(list))('%s', async (_, example) => {
    const fixture = fixtureOfCase(example);
    const texts = textsOf(fixture);
    const { problems } = await check(fixture);
    const fixes = problems.find((problem) => problem.code === code)?.fixes ?? [];
    expect(fixes.map(({ title }) => title)).toEqual(Object.keys(example.fixes));
    for (const fix of fixes) {
      const { path, text } = expected(example, example.fixes[fix.title]!);
      const fixed = applyFix(texts, fix);
      expect(fixed.get(path)).toBe(text);
      const after = (await check(fixtureOf(fixed, fixture))).problems;
      expect(countOf(code, after)).toBeLessThan(countOf(code, problems));
      for (const fresh of newErrors(problems, after)) expect(example.brings ?? []).toContain(fresh);
    }
  });
});

it('takes its problem away, whatever else is wrong, and breaks no JSON', async () => {
  await fc.assert(
    fc.asyncProperty(mutatedFixture, async (fixture) => {
      const { problems } = await check(fixture);
      const texts = textsOf(fixture);
      for (const problem of problems) {
        // Of a kind that is not told one by one, the next one takes the place of one that is fixed.
        if (problems.some(({ file, code, more }) => file === problem.file && code === problem.code && more)) continue;
        for (const fix of problem.fixes ?? []) {
          const fixed = applyFix(texts, fix);
          const after = (await check(fixtureOf(fixed, fixture))).problems;
          const label = `${problem.message} ${fix.title}\n${[...fixed.values()].join('\n---\n')}`;
          expect(timesSaid(problem, after), label).toBeLessThan(timesSaid(problem, problems));
          expect(brokenIn(problem.file, after), label).toBeLessThanOrEqual(brokenIn(problem.file, problems));
        }
      }
    }),
    { numRuns: 400 },
  );
});

it('comes to an end where best fixes are taken one after the other, whichever is taken first', async () => {
  await fc.assert(
    fc.asyncProperty(mutatedFixture, fc.infiniteStream(fc.nat()), async (start, choices) => {
      let fixture = start;
      const taken: string[] = [];
      for (;;) {
        const { problems } = await check(fixture);
        const best = problems.flatMap(({ code, fixes: [fix] = [] }) => (fix && !fix.guess ? [{ code, fix }] : []));
        if (best.length === 0) return;
        const { code, fix } = best[choices.next().value % best.length]!;
        fixture = fixtureOf(applyFix(textsOf(fixture), fix), fixture);
        taken.push(`${code}: ${fix.title}`);
        expect(taken.length, taken.slice(-10).join('\n')).toBeLessThan(60);
      }
    }),
    { numRuns: 100 },
  );
});

function brokenIn(file: string, problems: readonly Problem[]): number {
  return problems.filter((problem) => problem.file === file && problem.code.endsWith('-syntax')).length;
}

function timesSaid(problem: Problem, problems: readonly Problem[]): number {
  return problems.filter((other) => said(other) === said(problem)).length;
}

/** Those that read files in a way of their own are left out: no fix of a text changes what they read. */
const allCases = Object.values(cases)
  .flatMap(({ fires }) => Object.values(fires))
  .filter(({ environment }) => environment?.readFile === undefined);
/** The fixture of a rule as it is, from Windows, or with its task file or its training data broken somewhere. */
const mutatedFixture = fc
  .record({
    fixture: fc.constantFrom(...allCases),
    taskChanges: fc.option(mutations, { nil: [] }),
    dataChanges: fc.option(mutations, { nil: [] }),
    windows: fc.boolean(),
  })
  .map(({ fixture, taskChanges, dataChanges, windows }) => {
    const texts = textsOf(fixture);
    if (windows) for (const [path, text] of texts) texts.set(path, `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    texts.set(TASK_PATH, mutated(texts.get(TASK_PATH)!, taskChanges));
    texts.set('project/train.jsonl', mutated(texts.get('project/train.jsonl')!, dataChanges));
    return fixtureOf(texts, fixture);
  });
