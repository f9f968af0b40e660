import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rulesPage } from '../../docs/rules-page.ts';
import { taskFilePage } from '../../docs/task-file-page.ts';
import { rules } from '../../task/src/rules/index.ts';
import { check } from './task/harness.ts';

const FILE = path.resolve(import.meta.dirname, '../../docs/rules.md');

describe('docs/rules.md', () => {
  const page = rulesPage();
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);

  it('is what the rules say (UPDATE_DOCS=1 writes it)', () => {
    if (process.env.UPDATE_DOCS) writeFileSync(FILE, page);
    expect(readFileSync(FILE, 'utf8')).toBe(page);
  });

  it('has one heading for each code, whose anchor is the code itself', () => {
    expect(headings).toEqual(rules.map(({ code }) => code));
    // What Markdown viewers make of a heading: lower case, without punctuation, `-` for a space.
    for (const heading of headings) expect(heading).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(new Set(headings).size).toBe(headings.length);
  });

  it.each(rules.map((rule) => [rule.code, rule] as const))('shows all of %s', (code, { explanation, example }) => {
    const section = page.split(/^## /m).find((text) => text.startsWith(`${code}\n`))!;
    for (const text of [explanation, example.wrong, example.right]) expect(section).toContain(text);
  });

  it.each([
    ['docs/task-file.md', taskFilePage(), 'rules.md'],
    ['docs/rules.md', page, ''],
  ])('%s links to every rule, and to none that is not there', (_, text, target) => {
    const links = [...text.matchAll(/\]\(([^)#]*)#([^)]+)\)/g)].filter(([, file]) => file === target);
    expect(links.map(([, , anchor]) => anchor)).toEqual(headings);
  });

  it('starts from a file that has no problem', async () => {
    const task = /```jsonc\n(.*?)```/s.exec(page)![1]!;
    expect((await check({ task })).problems).toEqual([]);
  });
});
