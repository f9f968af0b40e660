import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import { type Environment, expanded } from '../../../model/src/expanded-path.ts';
import { hubCacheFolder, hubHome } from '../../../model/src/hub-cache.ts';
import { HubError } from './hub-error.ts';

/** What a user has set for all programs that fetch from the hub. */
export interface HubSettings {
  /** Where the hub is, or a mirror of it; without a slash at the end. */
  readonly endpoint: string;
  readonly token: HubToken | undefined;
  /** Nothing may be fetched. */
  readonly offline: boolean;
  /** The variable that names a proxy which Node has not been told to use. */
  readonly unusedProxy: string | undefined;
  readonly cacheFolder: string;
  /** Whether the cache may hold links, where the system has them. */
  readonly symlinks: boolean;
}

export interface HubToken {
  readonly value: string;
  /** The variable or file that it is from, for the user. */
  readonly source: string;
}

const HUB = 'https://huggingface.co';

/**
 * The settings by the variables and files that Hugging Face's own programs go by.
 * @param version of Node
 * @throws HubError where one of them cannot be used
 */
export async function hubSettings(
  environment: Environment = process.env,
  version = process.versions.node,
): Promise<HubSettings> {
  return {
    endpoint: endpointOf(environment),
    token: isTrue(environment.HF_HUB_DISABLE_IMPLICIT_TOKEN) ? undefined : await tokenOf(environment),
    offline: isTrue(environment.HF_HUB_OFFLINE || environment.TRANSFORMERS_OFFLINE),
    unusedProxy: unusedProxy(environment, version),
    cacheFolder: hubCacheFolder(environment),
    symlinks: !isTrue(environment.HF_HUB_DISABLE_SYMLINKS),
  };
}

function endpointOf({ HF_ENDPOINT }: Environment): string {
  const text = (HF_ENDPOINT?.trim() || HUB).replace(/\/+$/, '');
  requireAddress(text, {
    source: 'HF_ENDPOINT',
    otherwise: t("HF_ENDPOINT is '{0}', which is no http or https address", withoutPassword(text)),
  });
  return text;
}

/**
 * @param source the variable that an address is from
 * @param otherwise what is said where it is none
 * @throws HubError where a text is no http or https address, or has a user's name or password in it, which would be sent to
 * nobody and be told in messages
 */
export function requireAddress(text: string, { source, otherwise }: { source: string; otherwise: string }): void {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol)) throw new HubError('unreachable', otherwise);
  if (address.username === '' && address.password === '') return;
  throw new HubError(
    'unreachable',
    t('{0} has a user or a password in its address, which is not sent: take it out', source),
  );
}

/** What is no address may hold one all the same. */
export function withoutPassword(text: string): string {
  return text.replace(/[^/]*@/, '…@');
}

/** The variable that names a proxy which Node, of that version, has not been told to use. */
export function unusedProxy(
  environment: Environment = process.env,
  version = process.versions.node,
): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const canUse = major >= 24 || (major === 22 && minor >= 21);
  if (canUse && environment.NODE_USE_ENV_PROXY === '1') return undefined;
  return ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((name) => environment[name]);
}

async function tokenOf(environment: Environment): Promise<HubToken | undefined> {
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
    const token = cleaned(environment[name], name);
    if (token) return token;
  }
  const file = expanded(environment.HF_TOKEN_PATH || join(hubHome(environment), 'token'), environment);
  return cleaned(await readFile(file, 'utf8').catch(() => undefined), file);
}

function cleaned(text: string | undefined, source: string): HubToken | undefined {
  const value = text?.replace(/[\r\n]/g, '').trim();
  if (!value) return undefined;
  // It becomes part of a header, which has room for no other characters.
  if (!/^[\x21-\x7e]+$/.test(value)) throw new HubError('token', t('{0} holds characters that no token has', source));
  return { value, source };
}

/** As Hugging Face's programs read a variable. */
function isTrue(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? '');
}
