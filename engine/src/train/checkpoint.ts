import { open, stat } from 'node:fs/promises';
import { t } from '../../../l10n/src/words.ts';
import { layOutSafetensors, readExactly, readHeader } from '../../../model/src/safetensors.ts';
import { writeFileAtomic } from '../atomic-write.ts';
import { FileError } from '../errors.ts';
import { canonicalJson, type JsonValue } from '../json-value.ts';

export interface CheckpointTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** A run between two steps: everything that the next step depends on. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  readonly state: JsonValue;
}

const FORMAT = 'ptask checkpoint 1';

/**
 * Writes a run's state as one safetensors file: float32 tensors as given, and in the metadata `format` and `state`,
 * which is JSON. The file is replaced as a whole, and the same checkpoint gives the same bytes.
 * @throws FileError when the file cannot be written; the one before it is whole then
 * @throws RangeError when a tensor's shape does not fit its data, or the state holds a number that JSON cannot
 */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { tensors, state } = checkpoint;
  for (const [name, { shape, data }] of tensors) {
    const size = shape.reduce((n, dim) => n * dim, 1);
    if (size !== data.length) throw new RangeError(`tensor '${name}' of shape [${shape}] has ${data.length} elements`);
  }
  const layout = new Map([...tensors].map(([name, { shape }]) => [name, { dtype: 'F32' as const, shape }]));
  const { start, order } = layOutSafetensors(layout, { format: FORMAT, state: canonicalJson(state) });
  await writeFileAtomic(path, fileParts(start, order, tensors));
}

/** The file in parts, so that a second copy of all tensors is never in memory. */
function* fileParts(
  start: Uint8Array,
  order: readonly string[],
  tensors: ReadonlyMap<string, CheckpointTensor>,
): Generator<Uint8Array> {
  yield start;
  for (const name of order) {
    const { data } = tensors.get(name)!;
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

/** @throws FileError when the file cannot be read or is not a whole checkpoint; says which */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const failed = (error: unknown) => {
    throw FileError.from(path, 'read', error);
  };
  // A pipe is not opened: it would be waited for without end.
  if (!(await stat(path).catch(failed)).isFile()) throw brokenCheckpoint(path, t('it is not a file'));
  const file = await open(path, 'r').catch(failed);
  try {
    const result = await readHeader(file);
    if (result.kind === 'broken') throw brokenCheckpoint(path, result.problem.message);
    const { metadata, tensors: entries } = result.header;
    if (metadata.format !== FORMAT)
      throw brokenCheckpoint(path, t("its format is {0}, not '{1}'", JSON.stringify(metadata.format), FORMAT));
    const state = parseState(path, metadata.state);
    const tensors = new Map<string, CheckpointTensor>();
    for (const [name, { dtype, shape, begin, end }] of entries) {
      if (dtype !== 'F32') throw brokenCheckpoint(path, t("tensor '{0}' is {1}, not F32", name, dtype));
      const bytes = await readExactly(file, begin, end - begin);
      tensors.set(name, { shape, data: new Float32Array(bytes.buffer) });
    }
    return { tensors, state };
  } catch (error) {
    throw FileError.from(path, 'read', error);
  } finally {
    await file.close();
  }
}

function parseState(path: string, text: string | undefined): JsonValue {
  try {
    return JSON.parse(text ?? '') as JsonValue;
  } catch (cause) {
    throw brokenCheckpoint(path, t('its state is not JSON'), cause);
  }
}

function brokenCheckpoint(path: string, reason: string, cause?: unknown): FileError {
  return new FileError(path, t('broken checkpoint: {0}; delete it to start the run anew', reason), { cause });
}
