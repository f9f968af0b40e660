import { cachedModelFolder } from '../../../model/src/hub-cache.ts';
import { openModelFolder } from '../../../model/src/model-folder.ts';
import { modelSummary } from '../../../model/src/model-summary.ts';
import { waitingText } from '../hub/fetch-meter.ts';
import { type FetchPlan, fetchModel, planFetch } from '../hub/fetch-model.ts';
import { hubSettings } from '../hub/hub-settings.ts';
import { count, formatBytes, table } from '../text.ts';
import { agreed, fetchShown, stoppable } from './fetch-shown.ts';
import { Output } from './output.ts';
import { readArguments } from './usage.ts';

/** `ptask fetch MODEL`: fetches a model from the Hugging Face hub into the cache that other programs share. */
export async function fetchCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    {
      revision: { type: 'string', default: 'main' },
      yes: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean' },
    },
    [1, 1],
    'which model?',
  );
  const output = new Output(values.json);
  const settings = await hubSettings();
  return stoppable(output, async (signal) => {
    const waiting = (seconds: number, problem: string) => output.note(waitingText({ seconds, problem }));
    const plan = await planFetch(positionals[0]!, values.revision, { settings, signal, waiting });
    tellPlan(plan, output);
    if (values['dry-run']) return 0;
    if (plan.missingBytes > 0 && !(await agreed(values.yes, output, signal))) return 0;
    const folder = await fetchShown(plan, output, (report) => fetchModel(plan, { settings, signal, report }));
    return await tellModel(plan, folder, output);
  });
}

function tellPlan(
  { id, revision, commit, files, bytes, missingBytes, folder, gated, page }: FetchPlan,
  output: Output,
): void {
  output.event({
    event: 'fetch',
    model: id,
    revision,
    commit,
    folder,
    gated,
    bytes,
    missing_bytes: missingBytes,
    files: files.map((file) => ({ path: file.path, bytes: file.bytes, present: file.present })),
  });
  output.text(`${id}, ${revision} (${commit.slice(0, 12)}): ${formatBytes(bytes)} in ${count(files.length, 'file')}`);
  const rows = files.map((file) => [file.path, formatBytes(file.bytes), file.present === file.bytes ? 'is there' : '']);
  for (const line of table(rows, [1])) output.text(`  ${line}`);
  if (missingBytes > 0) output.text(`${formatBytes(missingBytes)} are to be fetched into ${folder}`);
  if (gated && missingBytes > 0) output.text(`It is open to those who have accepted its terms at ${page}`);
}

/** What has been fetched, opened once to see whether it can be. */
async function tellModel({ id, commit }: FetchPlan, folder: string, output: Output): Promise<number> {
  const opened = await openModelFolder(folder);
  if (opened.kind !== 'ok') {
    output.event({ event: 'fetched', model: id, commit, folder, problem: opened.problem });
    output.note(`error: it is there, but cannot be used: ${opened.problem}`);
    return 1;
  }
  const { architecture, parameters } = modelSummary(opened.model);
  output.event({ event: 'fetched', model: id, commit, folder, architecture, parameters });
  output.text(`${id} is there: ${architecture}, ${(parameters / 1e6).toPrecision(3)} million parameters`);
  const isMeant = (await cachedModelFolder(id)) === folder;
  output.text(`A task file uses it with "model": ${JSON.stringify(isMeant ? id : folder)}`);
  if (!isMeant) output.text(`"${id}" is its revision main, as it was fetched last`);
  return 0;
}
