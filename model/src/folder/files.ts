import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import { fileReason, isAbsence } from '../file-reason.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { MOST_OF_CONFIG, readWhole } from '../read-whole.ts';
import { broken } from './failure.ts';

/** Whether something is there. A folder that may not be searched is an error, not an absence. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/**
 * All bytes of a file in a model folder.
 * @param most bytes that it may have
 * @throws Stop, which names it, for what is no file, larger or cannot be read; of the system where there is none
 */
export async function readPart(dir: string, file: string, most: number): Promise<Buffer> {
  return readWhole(join(dir, file), most).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? error : broken(dir, `${file}: ${fileReason('read', error)}`, error);
  });
}

/** @throws Stop for what is no JSON object; of the system where there is no such file */
export async function readJson(dir: string, file: string): Promise<JsonObject> {
  const bytes = await readPart(dir, file, MOST_OF_CONFIG);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw broken(dir, t('{0} is not valid JSON', file));
  }
  if (!isJsonObject(json)) throw broken(dir, t('{0} is not a JSON object', file));
  return json;
}

/** Undefined where there is no such file. @throws Stop for what is no JSON object */
export async function readJsonIfThere(dir: string, file: string): Promise<JsonObject | undefined> {
  return (await exists(join(dir, file))) ? readJson(dir, file) : undefined;
}
