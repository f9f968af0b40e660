import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { speakLanguage } from '../../../l10n/src/display-language.ts';
import { locale, speak, t, translated } from '../../../l10n/src/words.ts';

const SWEDISH = { 'Change to {0}': 'Ändra till {0}', '{0} of {1}': '{1}: {0}', 'the file': 'filen' };

afterEach(() => speak('en', {}));

describe('a text', () => {
  it('is English until another language is spoken', () => {
    expect(t('Change to {0}', 'x')).toBe('Change to x');
    speak('sv', SWEDISH);
    expect(t('Change to {0}', 'x')).toBe('Ändra till x');
    expect(translated('the file')).toBe('filen');
    expect(locale()).toBe('sv');
  });
  it('has its values where the language puts them', () => {
    speak('sv', SWEDISH);
    expect(t('{0} of {1}', 3, 10)).toBe('10: 3');
  });
  it('keeps braces that are no places, those of values too', () => {
    expect(t('write {sentence}, not {0}', '{1}')).toBe('write {sentence}, not {1}');
    expect(t('{{0}} and {7}', 'label')).toBe('{label} and {7}');
  });
  it('that has no translation stays English, whatever it is called', () => {
    speak('sv', SWEDISH);
    expect(t('constructor')).toBe('constructor');
  });
});

describe('the language of an editor', () => {
  async function bundles(): Promise<URL> {
    const folder = await mkdtemp(path.join(tmpdir(), 'ptask-l10n-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(path.join(folder, 'bundle.l10n.sv.json'), JSON.stringify(SWEDISH));
    return pathToFileURL(`${folder}/`);
  }

  it.each(['sv', 'sv-SE', 'SV-fi'])('%s is spoken where there is a bundle for it', async (tag) => {
    await speakLanguage(tag, await bundles());
    expect([locale(), t('the file')]).toEqual(['sv', 'filen']);
  });
  it.each([undefined, '', 'en-GB', 'da', '../sv', 'C', 'sv_SE.UTF-8'])('%s leaves English', async (tag) => {
    await speakLanguage(tag, await bundles());
    expect([locale(), t('the file')]).toEqual(['en', 'the file']);
  });
});
