import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HubError } from '../../../engine/src/hub/hub-error.ts';
import { hubSettings } from '../../../engine/src/hub/hub-settings.ts';
import { temporaryFolder } from '../model/tiny-folder.ts';

describe('the settings of Hugging Face’s programs', () => {
  it('are the hub itself, no token and the cache in the home folder, where nothing is set', async () => {
    const home = await temporaryFolder();
    expect(await hubSettings({ XDG_CACHE_HOME: home })).toEqual({
      endpoint: 'https://huggingface.co',
      token: undefined,
      offline: false,
      unusedProxy: undefined,
      cacheFolder: join(home, 'huggingface/hub'),
      symlinks: true,
    });
  });

  it.each(['https://mirror.example', 'https://mirror.example/', 'http://localhost:8080/hf//'])(
    'name a mirror: %s',
    async (HF_ENDPOINT) => {
      const { endpoint } = await hubSettings({ HF_ENDPOINT, HF_HOME: await temporaryFolder() });
      expect(endpoint).toBe(HF_ENDPOINT.replace(/\/+$/, ''));
    },
  );

  it('name a mirror, though blanks are around it', async () => {
    const { endpoint } = await hubSettings({ HF_ENDPOINT: ' https://mirror.example/ \n' });
    expect(endpoint).toBe('https://mirror.example');
  });

  it.each(['mirror.example', 'ftp://mirror.example'])('name no mirror: %s', async (HF_ENDPOINT) => {
    await expect(hubSettings({ HF_ENDPOINT })).rejects.toThrow(HubError);
  });

  it.each([
    ['https://user:secret@mirror.example', 'HF_ENDPOINT has a user or a password in its address'],
    ['https://hf_secret@mirror.example', 'HF_ENDPOINT has a user or a password in its address'],
    ['ftp://user:secret@mirror.example', "HF_ENDPOINT is 'ftp://…@mirror.example'"],
    ['user:secret@mirror.example', "HF_ENDPOINT is '…@mirror.example'"],
  ])('tell no password: %s', async (HF_ENDPOINT, said) => {
    const error = await hubSettings({ HF_ENDPOINT }).catch((reason: unknown) => reason as HubError);
    expect(error).toBeInstanceOf(HubError);
    expect((error as HubError).message).toContain(said);
    expect((error as HubError).message).not.toContain('secret');
  });

  it.each([
    ['1', true],
    ['true', true],
    ['YES', true],
    ['0', false],
    ['', false],
  ])('HF_HUB_OFFLINE=%s', async (value, offline) => {
    const HF_HOME = await temporaryFolder();
    expect((await hubSettings({ HF_HOME, HF_HUB_OFFLINE: value })).offline).toBe(offline);
    expect((await hubSettings({ HF_HOME, HF_HUB_DISABLE_SYMLINKS: value })).symlinks).toBe(!offline);
  });
});

it.each([
  [{ https_proxy: 'http://proxy' }, '24.1.0', 'https_proxy'],
  [{ HTTPS_PROXY: 'http://proxy', NODE_USE_ENV_PROXY: '1' }, '24.1.0', undefined],
  [{ HTTPS_PROXY: 'http://proxy', NODE_USE_ENV_PROXY: '1' }, '22.21.0', undefined],
  [{ HTTPS_PROXY: 'http://proxy', NODE_USE_ENV_PROXY: '1' }, '22.20.0', 'HTTPS_PROXY'],
  [{ HTTPS_PROXY: '' }, '20.0.0', undefined],
])('a proxy that Node does not use is known: %j, Node %s', async (environment, version, expected) => {
  const settings = await hubSettings({ HF_HOME: await temporaryFolder(), ...environment }, version);
  expect(settings.unusedProxy).toBe(expected);
});

describe('the token', () => {
  it('is that of a variable, before that of the file that a login leaves', async () => {
    const HF_HOME = await temporaryFolder();
    await writeFile(join(HF_HOME, 'token'), ' hf_file\n');
    const token = async (environment: Record<string, string>) => (await hubSettings({ HF_HOME, ...environment })).token;
    expect(await token({})).toEqual({ value: 'hf_file', source: join(HF_HOME, 'token') });
    expect(await token({ HUGGING_FACE_HUB_TOKEN: 'hf_old' })).toEqual({
      value: 'hf_old',
      source: 'HUGGING_FACE_HUB_TOKEN',
    });
    expect(await token({ HUGGING_FACE_HUB_TOKEN: 'hf_old', HF_TOKEN: 'hf_new\r\n' })).toEqual({
      value: 'hf_new',
      source: 'HF_TOKEN',
    });
    expect(await token({ HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeUndefined();
  });

  it('may be in another file', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'secrets'));
    await writeFile(join(folder, 'secrets/hub'), 'hf_elsewhere');
    for (const HF_TOKEN_PATH of [join(folder, 'secrets/hub'), '$HF_HOME/secrets/hub']) {
      expect((await hubSettings({ HF_HOME: folder, HF_TOKEN_PATH })).token?.value).toBe('hf_elsewhere');
    }
  });

  it('that cannot be one is told, without being shown', async () => {
    const error = await hubSettings({ HF_TOKEN: 'hf_§ecret' }).catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(HubError);
    expect((error as Error).message).toBe('HF_TOKEN holds characters that no token has');
  });
});
