import { expect, test } from 'vitest';
import { promptPrefixText, readPromptPrefix, someLanguages } from '../../../model/src/prompt-prefix.ts';

const prefix = { template: '<|start|><|{language}|>', languages: ['en', 'sv'] };

test('the language of the task stands in the prefix', () => {
  expect(promptPrefixText(prefix, 'sv')).toEqual({ text: '<|start|><|sv|>' });
});

test('a model without a prefix needs no language and minds none', () => {
  expect(promptPrefixText(undefined, undefined)).toEqual({ text: '' });
  expect(promptPrefixText(undefined, 'sv')).toEqual({ text: '' });
  expect(promptPrefixText({ template: '<|start|>', languages: [] }, undefined)).toEqual({ text: '<|start|>' });
});

test('a missing or unknown language is said', () => {
  expect(promptPrefixText(prefix, undefined)).toEqual({ problem: expect.stringContaining('set "language"') });
  expect(promptPrefixText(prefix, 'xx')).toEqual({ problem: expect.stringMatching(/'xx'.*en, sv/) });
});

test('of many languages the first are said, and how many there are', () => {
  const languages = Array.from({ length: 99 }, (_, i) => `l${i}`);
  expect(promptPrefixText({ ...prefix, languages }, 'xx')).toEqual({
    problem: expect.stringMatching(/knows l0, l1, .*l11 … \(99 in all\)$/),
  });
  expect(someLanguages(languages.slice(0, 12))).toBe(languages.slice(0, 12).join(', '));
});

test('the key of a configuration is read', () => {
  expect(readPromptPrefix(undefined)).toBeUndefined();
  expect(readPromptPrefix({ source: 'elsewhere' })).toBeUndefined();
  expect(readPromptPrefix({ prefix: prefix.template, languages: prefix.languages })).toEqual(prefix);
  expect(readPromptPrefix([])).toContain('ptask');
  expect(readPromptPrefix({ prefix: 3 })).toContain('ptask.prefix');
  expect(readPromptPrefix({ prefix: '', languages: [3] })).toContain('ptask.languages');
});
