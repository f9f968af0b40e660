import { afterEach, expect, it } from 'vitest';
import { speak } from '../../../l10n/src/words.ts';
import { nearLanguages } from '../../../task/src/languages.ts';
import { check, demoModel, taskFile } from './harness.ts';

const CODES = ['en', 'zh', 'de', 'sv', 'da', 'no', 'nn', 'pt', 'he', 'sw', 'haw'];

afterEach(() => speak('en', {}));

it.each([
  ['swedish', ['sv']],
  [' Swedish', ['sv']],
  ['svenska', ['sv']],
  ['Svenska', ['sv']],
  ['swe', ['sv']],
  ['SV', ['sv']],
  ['sv-SE', ['sv']],
  ['sv_FI', ['sv']],
  ['nb', ['no']],
  ['iw', ['he']],
  ['norwegian', ['no']],
  ['Brazilian Portuguese', ['pt']],
  ['Chinese (simplified)', ['zh']],
  ['中文', ['zh']],
  ['svedish', ['sv']],
  ['svensk', ['sv']],
  ['klingonska och mer', []],
])('%j is near %j', (language, near) => {
  expect(nearLanguages(language, CODES)).toEqual(near);
});

it('is found by its name in the language that is spoken', () => {
  expect(nearLanguages('danska', CODES)).not.toEqual(nearLanguages('tyska', CODES));
  speak('sv', {});
  expect(nearLanguages('tyska', CODES)).toEqual(['de']);
});

it('takes odd codes of a model for codes', () => {
  expect(nearLanguages('swedish', ['', '-', 'en-', 'sv'])).toEqual(['sv']);
  expect(nearLanguages('', ['', '-', 'sv'])).toEqual([]);
});

it('is told with a few languages of many, and where all of them are', async () => {
  const languages = ['en', 'zh', 'de', 'es', 'ru', 'ko', 'fr', 'ja', 'pt', 'tr', 'pl', 'ca', 'nl', 'sv'];
  const model = async () => ({ ...demoModel, languages });
  const { problems } = await check({ task: taskFile({ file: '"language": "swedish"' }), environment: { model } });
  expect(problems[0]!.message).toBe(
    'The model has no language "swedish"; it has en, zh, de, es, ru, ko, fr, ja, pt, tr, pl, ca … (14 in all). Completion offers all of them in an editor, and the config.json of the model lists them. Did you mean "sv"?',
  );
});
