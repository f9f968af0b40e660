import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_SIZES } from './demo/packages.ts';
import { describeModel } from './describe-model.ts';
import { cachedModels } from './hub-cache.ts';
import { locateModel } from './locate-model.ts';
import { type ModelSummary, modelSummary } from './model-summary.ts';

/** A model that this machine has. */
export interface ListedModel {
  /** What a task file's `model` may say to mean it: a demo model or a Hugging Face id, and for a folder its path. */
  readonly name: string;
  readonly source: 'demo' | 'hub' | 'folder';
  /** Undefined where it cannot be used. */
  readonly about: ModelSummary | undefined;
  /** Why it cannot be used. */
  readonly problem: string | undefined;
}

/** Folders deeper than this are not looked into, nor more of them than these. */
const MAX_DEPTH = 4;
const MAX_FOLDERS = 500;
const PASSED_OVER = /^(\.|node_modules$)/;

/** The demo models that are installed, those of the Hugging Face cache, and those in folders, in this order. */
export async function listModels(folders: readonly string[]): Promise<ListedModel[]> {
  const demos = DEMO_SIZES.map((size) => `demo-${size}`);
  const [ids, inFolders] = await Promise.all([
    cachedModels(),
    Promise.all(folders.map(modelFoldersIn)).then((lists) => [...new Set(lists.flat())]),
  ]);
  const listed: Promise<ListedModel | undefined>[] = [
    ...demos.map(async (name) => {
      const demo = await listedModel(name, 'demo');
      // One whose package is not installed is none that this machine has.
      return demo.about && demo;
    }),
    ...ids.map((id) => listedModel(id, 'hub')),
    ...inFolders.map((folder) => listedModel(folder, 'folder')),
  ];
  return (await Promise.all(listed)).filter((model) => model !== undefined);
}

async function listedModel(name: string, source: ListedModel['source']): Promise<ListedModel> {
  const described = await summaryOf(name, '/');
  return typeof described === 'string'
    ? { name, source, about: undefined, problem: described }
    : { name, source, about: described, problem: undefined };
}

/**
 * What a model is, or why it cannot be used.
 * @param spec and baseDir as `locateModel` takes them
 */
async function summaryOf(spec: string, baseDir: string): Promise<ModelSummary | string> {
  const located = await locateModel(spec, baseDir);
  if (located.kind === 'not-found') return located.problem;
  const described = await describeModel(located);
  return described.kind === 'ok' ? modelSummary(described.model) : described.problem;
}

/** Folders with a configuration and weights, the nearest first. */
async function modelFoldersIn(top: string): Promise<string[]> {
  const found: string[] = [];
  let level = [top];
  let looked = 0;
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    let next: string[] = [];
    for (const folder of level) {
      if (looked++ === MAX_FOLDERS) return found;
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
      if (names.includes('config.json') && names.some((name) => /\.safetensors(\.index\.json)?$/.test(name))) {
        found.push(folder);
      }
      const inside = entries.filter((entry) => entry.isDirectory() && !PASSED_OVER.test(entry.name));
      next = next.concat(inside.map(({ name }) => join(folder, name)).sort());
    }
    level = next;
  }
  return found;
}
