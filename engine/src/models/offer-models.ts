import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { DEMO_MODEL } from '../../../model/src/demo/packages.ts';
import { type ListedModel, listModels } from '../../../model/src/list-models.ts';
import { type SuggestedModel, suggestedFor } from '../../../model/src/suggested-models.ts';
import type { ModelAbout, ModelOffer, ModelsParams, ModelsResult } from '../../../protocol/src/models.ts';
import { parseTaskFile } from '../../../task/src/parse.ts';
import { productSpeed } from '../runtime/product-speed.ts';
import { type ModelSizes, reckonBytes, reckonSeconds, type StepSizes } from '../train/step-cost.ts';

/** A step like that of many tasks: a sentence or two a row, and an answer of a word. */
const STEP = { rows: 8, tokensARow: 64, answerTokens: 2 };
const SIZES: StepSizes = { tokens: STEP.rows * STEP.tokensARow, targets: STEP.rows * STEP.answerTokens };

/** The models that a task file could have: those that are there, and those worth fetching for its language. */
export async function offerModels({ taskFile, folders }: ModelsParams): Promise<ModelsResult> {
  const text = await readFile(taskFile, 'utf8').catch(() => '');
  const { model: current, language } = parseTaskFile(text).file;
  const offers = await offerModelsFrom(path.dirname(taskFile), folders, language);
  // What `demo` stands for is what is in the list.
  return { ...offers, current: current === 'demo' ? `demo-${DEMO_MODEL}` : current };
}

/** @param base where the paths of folders begin */
export async function offerModelsFrom(
  base: string,
  folders: readonly string[],
  language: string | null,
): Promise<Omit<ModelsResult, 'current'>> {
  const listed = await listModels(folders);
  const known = new Set(listed.map(({ name }) => name));
  const suggested = suggestedFor(language).filter(({ id }) => !known.has(id));
  const speed = await productSpeed();
  return {
    language,
    memoryBytes: machineMemory(),
    step: { rows: STEP.rows, tokensARow: STEP.tokensARow },
    models: [
      ...listed.map((model) => offerOf(model, base, speed)),
      ...suggested.map((model) => suggestion(model, speed)),
    ],
  };
}

function offerOf({ name, source, about, problem }: ListedModel, base: string, speed: number): ModelOffer {
  return {
    name: source === 'folder' ? relativePath(base, name) : name,
    source,
    about: about && aboutOf(about, about.architecture, false, speed),
    problem,
  };
}

function suggestion(model: SuggestedModel, speed: number): ModelOffer {
  const { id, architecture, gated } = model;
  return { name: id, source: 'suggested', about: aboutOf(model, architecture, gated, speed), problem: undefined };
}

function aboutOf(sizes: ModelSizes, architecture: string, gated: boolean, speed: number): ModelAbout {
  return {
    architecture,
    parameters: sizes.parameters,
    bytes: sizes.bytes,
    secondsPerStep: reckonSeconds(sizes, SIZES, speed),
    memoryBytes: reckonBytes(sizes, SIZES),
    gated,
  };
}

/** As a task file writes a path; one on another drive stays as it is. */
function relativePath(base: string, folder: string): string {
  const relative = path.relative(base, folder);
  return path.isAbsolute(relative) ? folder : relative.split(path.sep).join('/') || '.';
}

/** What a container or a group of processes is allowed, where that is less than the machine has. */
function machineMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 && allowed < totalmem() ? allowed : totalmem();
}
