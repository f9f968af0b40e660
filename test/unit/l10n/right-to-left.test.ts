import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isolated, isolateRightToLeft } from '../../../l10n/src/right-to-left.ts';
import { t } from '../../../l10n/src/words.ts';
import { code, said } from '../../../server/src/service/hover/markdown.ts';

afterEach(() => isolateRightToLeft(false));

it('nothing is isolated unless that is wanted', () => {
  expect(isolated('سلبي')).toBe('سلبي');
  expect(t('{0} of {1}', 'سلبي', 2)).toBe('سلبي of 2');
  expect(code('سلبي')).toBe('`سلبي`');
});

describe('where it is wanted', () => {
  beforeEach(() => isolateRightToLeft(true));

  it.each(['سلبي', 'שלילי', 'نمی‌دانم', 'ޖެހުން', '𞤀𞤣𞤤𞤢𞤥', 'train سلبي 15'])('%s is isolated, once', (text) => {
    expect(isolated(text)).toBe(`\u2068${text}\u2069`);
    expect(isolated(isolated(text))).toBe(isolated(text));
  });

  it.each(['negativa', '消极', 'ลบ', '123 %', ''])('other text, such as %j, is as it was', (text) =>
    expect(isolated(text)).toBe(text),
  );

  it('values of messages are, and the user’s own text in Markdown', () => {
    expect(t('{0} of {1}', '"سلبي"', 2)).toBe('\u2068"سلبي"\u2069 of 2');
    expect(`${code('سلبي')} 62%, ${code('محايد')} 38%`).toBe('\u2068`سلبي`\u2069 62%, \u2068`محايد`\u2069 38%');
    expect(t('Other forms: {0}.', `${code('سلبي')}, ${code('محايد')}`)).toBe(
      'Other forms: \u2068`سلبي`\u2069, \u2068`محايد`\u2069.',
    );
    expect(said('سلبي!')).toBe('\u2068سلبي\\!\u2069');
  });
});
