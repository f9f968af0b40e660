import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type ModelFolder, type OpenModelResult, openModelFolder } from '../../model/src/model-folder.ts';
import { Recent } from './recent.ts';

/** Model folders that are kept open. */
const MOST_MODELS = 4;

/** Keeps model folders with their tokenisers in memory, and opens one anew when a file in it has changed. */
export class ModelMemo {
  private readonly known = new Recent<{ readonly stamp: string; readonly result: OpenModelResult }>(MOST_MODELS);

  async open(dir: string): Promise<OpenModelResult> {
    const stamp = await this.stamp(dir);
    const found = this.known.get(dir);
    if (found?.stamp === stamp) return found.result;
    const result = await openModelFolder(dir);
    if (result.kind === 'ok' || !result.isTransient) this.known.set(dir, { stamp, result });
    return result;
  }

  /** Whether a model's folder is still as it was; whoever asked after a change may have had it opened anew. */
  async isFresh(model: ModelFolder): Promise<boolean> {
    const known = this.known.get(model.dir);
    if (known?.result.kind !== 'ok' || known.result.model !== model) return false;
    return known.stamp === (await this.stamp(model.dir));
  }

  /** Changes when a file of the folder does, links followed. */
  private async stamp(dir: string): Promise<string> {
    const names = await readdir(dir).catch(() => []);
    const stamps = names.sort().map(async (name) => `${name} ${await fileStamp(path.join(dir, name))}`);
    return (await Promise.all(stamps)).join('\n');
  }
}

/** Changes when the file does; the same for every file that is not there. */
export async function fileStamp(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : 'none';
}
