import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, writeFlushed } from '../atomic-folder.ts';
import { firstToken } from '../data/tokenise.ts';
import { FileError, InputError } from '../errors.ts';
import { type Project, tasksOf } from '../project.ts';
import { type ExportedPrompt, peftAdapter } from '../prompt/peft-adapter.ts';
import { shortPath } from '../text.ts';
import { Output } from './output.ts';
import { openForRun } from './problems.ts';
import { trainedPrompt } from './trained-prompt.ts';
import { readArguments, UsageError } from './usage.ts';

/** `ptask export FILE`: a trained prompt as an adapter of Hugging Face PEFT. */
export async function exportCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    { task: { type: 'string' }, out: { type: 'string' }, json: { type: 'boolean' } },
    [1, 1],
  );
  if (values.out === undefined) throw new UsageError('--out is missing: the folder to write');
  const output = new Output(values.json);
  const named = values.task === undefined ? [] : [values.task];
  const project = await openForRun(positionals[0]!, output, named);
  const tasks = tasksOf(project, named);
  const [task, other] = tasks;
  if (!task || other) {
    throw new InputError(`which task? --task is one of ${tasks.map(({ taskname }) => taskname).join(', ')}`);
  }
  const prompt = trainedPrompt(project, task);
  if (prompt.stale !== undefined) throw new InputError(prompt.stale);
  const adapter = peftAdapter({
    template: prompt.template,
    embeddings: prompt.embeddings,
    inFront: inFrontOf(project),
    config: project.backbone.model.config,
    base: baseOf(project),
  });
  if (adapter.kind === 'impossible') throw new InputError(`'${task.taskname}' ${adapter.reason}`);
  await writeFolder(path.resolve(values.out), adapter.files);
  output.event({ event: 'exported', task: task.taskname, folder: path.resolve(values.out) });
  output.text(`${shortPath(values.out)} holds the prompt of '${task.taskname}' for Hugging Face PEFT`);
  return 0;
}

function inFrontOf({ promptPrefix, file, tokenizer }: Project): ExportedPrompt['inFront'] {
  if (promptPrefix.length > 0) return 'model-prefix';
  return firstToken(file.data, tokenizer).length > 0 ? 'first-token' : 'nothing';
}

/** The model as another program finds it: by its id, or where its folder is. */
function baseOf({ path: taskPath, file, backbone }: Project): string {
  const { dir } = backbone.model;
  return path.resolve(path.dirname(taskPath), file.model) === dir ? dir : file.model;
}

/** The folder is whole or not there, and nothing that was there before is touched. */
async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const isThere = await lstat(folder).then(
    () => true,
    () => false,
  );
  if (isThere) throw new InputError(`${shortPath(folder)} is there already; give --out another name`);
  try {
    await makeFolder(folder, async (temporary) => {
      for (const [name, bytes] of files) await writeFlushed(path.join(temporary, name), [bytes]);
    });
  } catch (error) {
    throw FileError.from(folder, 'written', error);
  }
}
