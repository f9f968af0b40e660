import { open } from 'node:fs/promises';
import { t } from '../../l10n/src/words.ts';
import { DTYPE_BYTES, type Dtype, isDtype } from './dtypes.ts';
import { fileReason } from './file-reason.ts';
import { findDuplicateKey, isJsonObject, type JsonObject } from './json.ts';
import { notAFile } from './not-a-file.ts';
import { short, shown } from './shown.ts';

/*
 * The safetensors format (https://github.com/huggingface/safetensors): a little-endian u64 with the header's length,
 * a JSON header, then the tensors' bytes without gaps. Nothing that a header says is trusted.
 */

/** Longest header that the reference implementation reads, in bytes. */
const MAX_HEADER_BYTES = 100_000_000;

export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** First byte of the tensor, from the start of the file. */
  readonly begin: number;
  /** The byte after its last one, from the start of the file. */
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface SafetensorsProblem {
  /** Without the file's name, to stand after it and a colon. */
  readonly message: string;
  /** What the system said. */
  readonly cause?: unknown;
}

export type SafetensorsResult =
  | { readonly kind: 'ok'; readonly header: SafetensorsHeader }
  | { readonly kind: 'broken'; readonly problem: SafetensorsProblem };

function broken(text: string): SafetensorsResult {
  return { kind: 'broken', problem: { message: short(text) } };
}

/**
 * Length in bytes of the JSON header, or what is wrong with it.
 * @param start the first bytes of the file; at least 8 where the file has them
 * @param fileSize size of the whole file in bytes
 */
function headerLength(start: Uint8Array, fileSize: number): number | string {
  if (fileSize < 8 || start.byteLength < 8)
    return t('only {0} bytes long: too short to be a safetensors file', fileSize);
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    return t(
      'not a safetensors file (it would have a header of {0} bytes, more than the format allows)',
      String(length),
    );
  if (8n + length > BigInt(fileSize))
    return t('truncated, or not a safetensors file: a header of {0} bytes in {1} bytes', String(length), fileSize);
  return Number(length);
}

/**
 * Parses the header of a safetensors file. Accepts only what is consistent with itself and with the file's size:
 * known dtypes, shape times dtype equal to the byte length, tensors without gaps or overlaps up to the last byte.
 * @param start the file's first bytes, at least its whole header; the file itself will do
 * @param fileSize size of the whole file in bytes
 */
export function parseSafetensors(start: Uint8Array, fileSize = start.byteLength): SafetensorsResult {
  const length = headerLength(start, fileSize);
  if (typeof length === 'string') return broken(length);
  if (start.byteLength < 8 + length) return broken(t('ends at byte {0}, inside its header', start.byteLength));
  let json: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(start.subarray(8, 8 + length));
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'JSON' : 'UTF-8';
    return broken(t('the header is not valid {0}', reason));
  }
  if (!isJsonObject(json)) return broken(t('the header is not a JSON object'));
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) return broken(t("the header names '{0}' twice", duplicate));
  return checkHeader(json, 8 + length, fileSize);
}

function checkHeader(json: JsonObject, dataStart: number, fileSize: number): SafetensorsResult {
  let metadata: SafetensorsHeader['metadata'] = {};
  const entries: [string, TensorEntry][] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') {
      const problem = metadataProblem(value);
      if (problem !== undefined) return broken(problem);
      metadata = value as SafetensorsHeader['metadata'];
      continue;
    }
    const entry = readEntry(value, dataStart);
    if (typeof entry === 'string') return broken(t("tensor '{0}' {1}", name, entry));
    entries.push([name, entry]);
  }
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  return notInRow(entries, dataStart, fileSize) ?? { kind: 'ok', header: { tensors: new Map(entries), metadata } };
}

function metadataProblem(value: unknown): string | undefined {
  if (!isJsonObject(value)) return t('__metadata__ is not an object');
  const key = Object.keys(value).find((key) => typeof value[key] !== 'string');
  return key === undefined ? undefined : t("the value of '{0}' in __metadata__ is not text", key);
}

/** Where the tensors, in the order of their bytes, do not fill the file without gaps or overlaps. */
function notInRow(
  entries: readonly (readonly [string, TensorEntry])[],
  dataStart: number,
  fileSize: number,
): SafetensorsResult | undefined {
  let at = dataStart;
  for (const [name, { begin, end }] of entries) {
    if (begin < at)
      return broken(
        t("tensor '{0}' overlaps the one before it (it begins at byte {1}, expected {2})", name, begin, at),
      );
    if (begin > at)
      return broken(t("tensor '{0}' leaves a gap before it (it begins at byte {1}, expected {2})", name, begin, at));
    if (end > fileSize)
      return broken(t("truncated: tensor '{0}' ends at byte {1}, but the file has {2} bytes", name, end, fileSize));
    at = end;
  }
  return at === fileSize ? undefined : broken(t('{0} bytes after the last tensor', fileSize - at));
}

/** One tensor's entry with absolute offsets, or what is wrong with it. */
function readEntry(value: unknown, dataStart: number): TensorEntry | string {
  if (!isJsonObject(value)) return t('has an entry that is not an object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isDtype(dtype)) return t('has an unknown dtype {0}', shown(dtype));
  if (!Array.isArray(shape) || !shape.every(isSize)) return t('has an invalid shape {0}', shown(shape));
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0] > offsets[1])
    return t('has invalid offsets {0}', shown(offsets));
  const [begin, end] = offsets as [number, number];
  let bytes = DTYPE_BYTES[dtype] as number;
  for (const n of shape as number[]) {
    bytes *= n;
    // A later zero must not hide that the product is no longer exact.
    if (!Number.isSafeInteger(bytes)) return t('has an impossible shape [{0}]', shape.join(', '));
  }
  if (bytes !== end - begin)
    return t('of shape [{0}] and dtype {1} does not fill its {2} bytes', shape.join(', '), dtype, end - begin);
  return { dtype, shape: shape as number[], begin: dataStart + begin, end: dataStart + end };
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * Reads and checks a file's header; the tensors' bytes are not read. A file that cannot be opened or read is a
 * problem like any other.
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsResult> {
  try {
    const reason = await notAFile(path);
    if (reason !== undefined) return broken(reason);
    const file = await open(path, 'r');
    try {
      return await readHeader(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    const message = short(t('cannot be read: {0}', fileReason('read', error)));
    return { kind: 'broken', problem: { message, cause: error } };
  }
}

/**
 * Reads and checks the header of an open file; the tensors' bytes are not read.
 * @throws Error when reading fails
 */
export async function readHeader(file: Readable & { stat(): Promise<{ size: number }> }): Promise<SafetensorsResult> {
  const { size } = await file.stat();
  // Windows opens a folder, says that it has no bytes, and tells by a read alone what it is.
  if (size === 0) await file.read(new Uint8Array(1), 0, 1, 0);
  const first = await readExactly(file, 0, Math.min(8, size));
  const length = headerLength(first, size);
  if (typeof length === 'string') return broken(length);
  return parseSafetensors(await readExactly(file, 0, 8 + length), size);
}

type Readable = {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
};

/**
 * Bytes `position … position + length` of an open file.
 * @throws Error when the file ends before
 */
export async function readExactly(file: Readable, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new Error(t('it ended at byte {0}', position + done));
    done += bytesRead;
  }
  return bytes;
}

export interface TensorLayout {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

export interface TensorData extends TensorLayout {
  /** The elements, row-major and little-endian. */
  readonly data: ArrayBufferView;
}

/**
 * The start of a safetensors file (header length and header), and the order in which the tensors' bytes follow it.
 * The same content always gives the same bytes: tensors stand by falling element size (which keeps every one aligned,
 * as the reference writer does) and then by name, metadata by key.
 * @throws RangeError when a tensor has the name that the format keeps for metadata
 */
export function layOutSafetensors(
  tensors: ReadonlyMap<string, TensorLayout>,
  metadata: Readonly<Record<string, string>> = {},
): { readonly start: Uint8Array<ArrayBuffer>; readonly order: readonly string[] } {
  if (tensors.has('__metadata__')) throw new RangeError(`a tensor cannot be named '__metadata__'`);
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) => DTYPE_BYTES[y.dtype] - DTYPE_BYTES[x.dtype] || (a < b ? -1 : a > b ? 1 : 0),
  );
  // Written by hand: JSON.stringify of an object would move names that look like numbers to the front.
  const members = (entries: readonly (readonly [string, unknown])[]) =>
    `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : JSON.stringify(value)}`).join(',')}}`;
  const header: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0)
    header.push(['__metadata__', members(keys.map((key) => [key, JSON.stringify(metadata[key])] as const))]);
  let at = 0;
  for (const [name, { dtype, shape }] of sorted) {
    const end = at + byteLength(dtype, shape);
    header.push([name, { dtype, shape, data_offsets: [at, end] }]);
    at = end;
  }
  const json = new TextEncoder().encode(members(header));
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  const start = new Uint8Array(8 + headerBytes).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(headerBytes), true);
  start.set(json, 8);
  return { start, order: sorted.map(([name]) => name) };
}

function byteLength(dtype: Dtype, shape: readonly number[]): number {
  return shape.reduce((n, size) => n * size, DTYPE_BYTES[dtype]);
}

/**
 * Bytes of a safetensors file, laid out as `layOutSafetensors` says.
 * @throws RangeError when a tensor's data is not as long as its shape says
 */
export function serializeSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    if (data.byteLength !== byteLength(dtype, shape))
      throw new RangeError(`tensor '${name}' of shape [${shape}] has ${data.byteLength} bytes`);
    size += data.byteLength;
  }
  const { start, order } = layOutSafetensors(tensors, metadata);
  const file = new Uint8Array(start.byteLength + size);
  file.set(start);
  let at = start.byteLength;
  for (const name of order) {
    const { data } = tensors.get(name)!;
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
