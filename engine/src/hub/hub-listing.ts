import { t } from '../../../l10n/src/words.ts';
import { isJsonObject, type JsonObject } from '../../../model/src/json.ts';
import { short } from '../../../model/src/shown.ts';
import { HubError } from './hub-error.ts';

/** A file of a model as the hub describes it. */
export interface HubFile {
  /** From the model's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly digest: FileDigest;
}

/** Large files are known by the SHA-256 of their content, small ones as git knows them. The cache calls a file by its hash. */
export interface FileDigest {
  readonly kind: 'sha256' | 'git-sha1';
  /** Hexadecimal. */
  readonly hash: string;
}

/** What the hub says of a revision of a model. */
export interface HubListing {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: readonly HubFile[];
  /** Users have to accept terms before they get its files. */
  readonly gated: boolean;
  /** The `model_type` of its configuration; undefined where the hub does not say. */
  readonly architecture: string | undefined;
  /** Numbers in its safetensors files; undefined where the hub has not counted them. */
  readonly parameters: number | undefined;
}

/**
 * Reads the hub's answer, of which nothing is taken on trust: paths stay inside the model's folder, those that would not are left
 * out, and hashes are hashes.
 * @throws HubError where it is not what a hub answers
 */
export function readListing(answer: unknown): HubListing {
  if (!isJsonObject(answer)) throw malformed(t('no object'));
  const { sha, siblings, gated, config, safetensors } = answer;
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) throw malformed(t('no commit'));
  if (!Array.isArray(siblings)) throw malformed(t('no files'));
  const architecture = isJsonObject(config) ? config.model_type : undefined;
  const parameters = isJsonObject(safetensors) ? safetensors.total : undefined;
  return {
    commit: sha,
    files: siblings.flatMap(readFile),
    gated: gated === 'auto' || gated === 'manual' || gated === true,
    architecture: typeof architecture === 'string' ? architecture : undefined,
    parameters: isCount(parameters) ? parameters : undefined,
  };
}

function readFile(file: unknown): HubFile[] {
  if (!isJsonObject(file)) throw malformed(t('a file that is none'));
  const { rfilename: path, size, blobId, lfs } = file;
  if (typeof path !== 'string') throw malformed(t('a file with the name {0}', JSON.stringify(path)));
  // Beside a model there may be logs with names of hours, such as 12:30, which not every system can have.
  if (!isInside(path)) return [];
  const digest = isJsonObject(lfs) ? sha256Of(lfs) : gitDigest(blobId);
  const bytes = isJsonObject(lfs) && isCount(lfs.size) ? lfs.size : size;
  if (digest === undefined || !isCount(bytes)) throw malformed(t('no size or hash of {0}', path));
  return [{ path, bytes, digest }];
}

/** The hub says `sha256` here and `oid` elsewhere. */
function sha256Of({ sha256, oid }: JsonObject): FileDigest | undefined {
  const hash = sha256 ?? oid;
  return typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) ? { kind: 'sha256', hash } : undefined;
}

function gitDigest(hash: unknown): FileDigest | undefined {
  return typeof hash === 'string' && /^[0-9a-f]{40}$/.test(hash) ? { kind: 'git-sha1', hash } : undefined;
}

/** A path that leads to a file in the folder on every system. */
function isInside(path: string): boolean {
  return path.split('/').every((part) => !/^\.{0,2}$|[\\:*?"<>|\p{Cc}]/u.test(part));
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function malformed(what: string): HubError {
  return new HubError('answer', t("the hub's answer is not understood: it has {0}", short(what)));
}
