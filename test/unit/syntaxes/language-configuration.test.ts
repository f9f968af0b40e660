import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';

interface LanguageConfiguration {
  comments: { lineComment: string; blockComment: [string, string] };
  autoClosingPairs: { open: string; close: string; notIn: string[] }[];
  surroundingPairs: [string, string][];
  wordPattern: { pattern: string; flags: string };
  indentationRules: { increaseIndentPattern: string; decreaseIndentPattern: string };
}

const FILE = path.resolve(import.meta.dirname, '../../../language-configuration.json');
const configuration: LanguageConfiguration = parse(readFileSync(FILE, 'utf8'));

describe('indentation', () => {
  const increase = new RegExp(configuration.indentationRules.increaseIndentPattern);
  const decrease = new RegExp(configuration.indentationRules.decreaseIndentPattern);

  it.each([
    '{',
    '  "data": {',
    '"task_templates": [{',
    '"a": { // all',
    '"a": [ /* all */',
    '"http://a": {',
    '/* a */ {',
  ])('goes in after %s', (line) => expect(line).toMatch(increase));

  it.each(['"a": "{', '"prompt_template": "{a} [",', '// {', '/* { */', '"a": {},', '"a": { "b": 1 },', '"\\"{'])(
    'stays after %s',
    (line) => expect(line).not.toMatch(increase),
  );

  it('goes out at a closing bracket alone', () => {
    expect('  }],').toMatch(decrease);
    expect('"a": 1 }').not.toMatch(decrease);
  });
});

it('takes a task name, a number and a field in any script for one word', () => {
  const word = new RegExp(configuration.wordPattern.pattern, `g${configuration.wordPattern.flags}`);
  const words = '"sentiment-task": [-1.5e-4, 10], "{känslor}{2nd_field}<|VIRTUAL_PROMPT_0|>"'.match(word);
  expect(words).toEqual(['sentiment-task', '-1.5e-4', '10', 'känslor', '2nd_field', 'VIRTUAL_PROMPT_0']);
});

it('closes no brace inside a string, where completion does, but puts braces around a selection', () => {
  expect(configuration.autoClosingPairs.find(({ open }) => open === '{')!.notIn).toContain('string');
  expect(configuration.surroundingPairs).toContainEqual(['{', '}']);
});

it('has the comments of JSON with comments', () =>
  expect(configuration.comments).toEqual({ lineComment: '//', blockComment: ['/*', '*/'] }));
