import { open, readdir, stat } from 'node:fs/promises';
import nodePath from 'node:path';
import { t } from '../../l10n/src/words.ts';
import { DEMO_MODELS } from '../../model/src/demo/packages.ts';
import { describeModel } from '../../model/src/describe-model.ts';
import { fileReason, isAbsence } from '../../model/src/file-reason.ts';
import { hubModelFolder, hubReference } from '../../model/src/hub-cache.ts';
import { isHubId } from '../../model/src/hub-id.ts';
import { locateModel } from '../../model/src/locate-model.ts';
import { notAFile } from '../../model/src/not-a-file.ts';
import { readExactly, readHeader } from '../../model/src/safetensors.ts';
import type {
  CheckEnvironment,
  FilePart,
  FileReading,
  ModelFacts,
  ModelReference,
  PromptTableFacts,
} from './environment.ts';
import { modelFacts } from './model-facts.ts';
import { onePath } from './one-path.ts';
import { brokenTable, notATable, promptTableFacts } from './prompt-table.ts';

/** 256 KiB: large enough that a row's share of a read is nothing. */
const CHUNK_BYTES = 256 * 1024;

/** The environment of the command line, of a run and of the editor: all of it from disk, where nothing else is given. */
export function nodeEnvironment(changes: Partial<CheckEnvironment> = {}): CheckEnvironment {
  return {
    resolvePath: resolveBeside,
    readFile: readChunks,
    namesBeside,
    // Parts of other files than those that `readFile` reads would be of no use.
    ...(changes.readFile === undefined ? { readParts } : {}),
    model: readModelFacts,
    fetchedModel: (model) =>
      isHubId(model) && !DEMO_MODELS.includes(model) ? onePath(hubReference(hubModelFolder(model))) : undefined,
    promptTable: readPromptTableFacts,
    ...changes,
  };
}

/** The path that a path in a file means: relative ones start at the file's folder. */
export function resolveBeside(file: string, path: string, platform: NodeJS.Platform = process.platform): string {
  const { isAbsolute, normalize, join, dirname, resolve } = platform === 'win32' ? nodePath.win32 : nodePath.posix;
  if (!isAbsolute(path)) return onePath(join(dirname(file), path), platform);
  // On Windows `/data` is on the drive of the file, wherever this process runs.
  return onePath(platform === 'win32' ? resolve(dirname(file), path) : normalize(path), platform);
}

/** The names of the files in a path's folder; none when that cannot be read. */
async function namesBeside(path: string): Promise<string[]> {
  const entries = await readdir(nodePath.dirname(path), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

/**
 * A file's bytes in chunks; the file is opened at once, so that its absence is told before it is read. What is no file is not
 * opened: a pipe would be waited for without end.
 */
export async function readChunks(path: string): Promise<FileReading> {
  try {
    if (!(await stat(path)).isFile()) return { unreadable: t('it is not a file') };
    const handle = await open(path);
    return handle.createReadStream({ highWaterMark: CHUNK_BYTES });
  } catch (error) {
    return isAbsence(error) ? 'not-found' : { unreadable: fileReason('read', error) };
  }
}

/** What the rules ask of a model, without making one that is not there yet. */
export async function readModelFacts({ taskFile, model, language }: ModelReference): Promise<ModelFacts> {
  const located = await locateModel(model, nodePath.dirname(taskFile));
  if (located.kind === 'not-found') return { kind: 'not-found', missing: [], absent: located.problem };
  return modelFacts(await describeModel(located), language, located);
}

/** What a prompt table's header says; the prompts are not read. */
export async function readPromptTableFacts(path: string): Promise<PromptTableFacts | undefined> {
  const broken = (problem: string): PromptTableFacts => ({ broken: problem, tasks: new Map() });
  try {
    const reason = await notAFile(path);
    if (reason !== undefined) return broken(reason);
    const file = await open(path);
    try {
      const result = await readHeader(file);
      if (result.kind === 'broken') return broken(brokenTable(result.problem));
      const problem = notATable(result.header);
      return problem === undefined ? promptTableFacts(result.header) : broken(problem);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return broken(fileReason('read', error));
  }
}

/** Stretches of a file; undefined when it cannot be read or ends before them. */
async function readParts(path: string, parts: readonly FilePart[]): Promise<Uint8Array[] | undefined> {
  try {
    const file = await open(path);
    try {
      const read: Uint8Array[] = [];
      for (const { start, length } of parts) read.push(await readExactly(file, start, length));
      return read;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
