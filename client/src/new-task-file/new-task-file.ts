import { env, Uri, window, workspace } from 'vscode';
import { fileNameOf } from '../file-name.ts';
import { showError, showInformation } from '../messages.ts';
import type { Texts } from '../texts.ts';
import { type DataProposal, isNumberOrTruth, proposeTask, type Row, readRows, textsOf } from './proposal.ts';
import { languageOf } from './row-language.ts';
import { listRows, tableRows, tableText } from './table.ts';
import { type NewTaskFile, namedCopy, pathFrom, splitOf, suffix, taskFileText } from './task-file-text.ts';

/** Rows that are looked at to propose fields and labels. */
const MOST_ROWS = 2000;

/** What rows are made of in copies: a data file has a row a line, in JSON. */
const TABLE = /\.(csv|tsv)$/i;
const LIST = /\.json$/i;

/** **New Task File**: asks for the data, proposes the fields, and writes and opens a task file beside the data. */
export async function newTaskFile(texts: Texts): Promise<void> {
  const { t } = texts;
  const files = await pickData(texts);
  if (!files) return;
  const rows = (await Promise.all(files.map((file) => rowsOf(file, MOST_ROWS)))).flat();
  const first = proposeTask(rows);
  if (!first) {
    const example = '{"text": "…", "label": "…"}';
    showError(
      t(
        'There are no rows in these files: a row is a line of JSON, such as {0}, or of a table whose first line names its columns.',
        example,
      ),
    );
    return;
  }
  const answerField = await pickAnswer(first, texts);
  const proposal = answerField === undefined ? undefined : proposeTask(rows, answerField);
  const taskname = proposal && (proposal.taskname ?? (await askForName(texts)));
  if (!proposal || taskname === undefined) return;
  const isAnswerText = !proposal.numberFields.includes(proposal.answerField);
  const others = files.filter(({ path }) => TABLE.test(path) || LIST.test(path));
  const areRowsReady = proposal.taskname !== undefined && isAnswerText && others.length === 0;
  const data = areRowsReady ? files : await copiesMadeReady(files, taskname, proposal.answerField);
  const folder = Uri.joinPath(data[0]!, '..');
  // The rows may name their task as no file can be named.
  const name = fileNameOf(taskname);
  const uri = await free((number) => Uri.joinPath(folder, `${name}${suffix(number)}.ptask.json`));
  const text = taskFileText({
    taskname,
    proposal,
    // A copy's name has the task's in it, which may be called a test itself.
    data: splits(files.map((file, place) => ({ path: pathFrom(folder, data[place]!), split: splitOf(file.path) }))),
    language: languageOf(textsOf(rows, proposal)) ?? (env.language.startsWith('sv') ? 'sv' : 'en'),
    languageNote: t('of the texts, as far as they tell; the demo model knows others, too, such as "fo", "is" and "no"'),
  });
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await window.showTextDocument(uri);
  if (others.length > 0) {
    const names = others.map((file) => workspace.asRelativePath(file)).join(', ');
    showInformation(t('Data files have a row a line, in JSON: copies of {0} were written that have.', names));
  }
  if (isAnswerText) return;
  showInformation(
    t(
      'Answers are texts, and those in {0} are not: copies of the data files were written in which they are.',
      JSON.stringify(proposal.answerField),
    ),
  );
}

async function pickData({ t }: Texts): Promise<Uri[] | undefined> {
  const found = await workspace.findFiles('**/*.{jsonl,csv,tsv}', '**/{node_modules,.ptask}/**');
  const browse = () =>
    window.showOpenDialog({
      canSelectMany: true,
      filters: { [t('Data files')]: ['jsonl', 'csv', 'tsv', 'json'] },
      title: t('Data files, with a row a line'),
    });
  if (found.length === 0) return browse();
  const items = found
    .map((uri): { label: string; uri?: Uri } => ({ label: workspace.asRelativePath(uri), uri }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
  const chosen = await window.showQuickPick([...items, { label: `$(folder-opened) ${t('Other files…')}` }], {
    canPickMany: true,
    title: t('New Task File'),
    ignoreFocusOut: true,
    placeHolder: t('Which data files? Those for validation and test are known by their names.'),
  });
  if (!chosen || chosen.length === 0) return undefined;
  // All of the list may have been ticked at once, and no others be meant.
  const more = chosen.every(({ uri }) => uri) ? [] : ((await browse()) ?? []);
  const files = [...chosen.flatMap(({ uri }) => uri ?? []), ...more];
  return files.length > 0 ? files : undefined;
}

async function rowsOf(uri: Uri, most: number): Promise<Row[]> {
  const bytes = await workspace.fs.readFile(uri);
  if (TABLE.test(uri.path)) return tableRows(tableText(bytes), most);
  const text = new TextDecoder().decode(bytes);
  return LIST.test(uri.path) ? listRows(text, most) : readRows(text, most);
}

async function pickAnswer(proposal: DataProposal, { t }: Texts): Promise<string | undefined> {
  const { fields, answerField, numberFields } = proposal;
  const all = [...new Set([answerField, ...fields, ...numberFields])];
  if (all.length === 1) return answerField;
  return window.showQuickPick(all, {
    title: t('New Task File'),
    ignoreFocusOut: true,
    placeHolder: t('Which field is the answer that the model is to learn?'),
  });
}

function askForName({ t }: Texts): Thenable<string | undefined> {
  return window.showInputBox({
    title: t('New Task File'),
    ignoreFocusOut: true,
    prompt: t('A name for the task. The rows have none, so that copies of the files are written in which they have.'),
    validateInput: (name) =>
      /^[\p{L}\p{M}\p{N}_.-]+$/u.test(name) ? undefined : t('Letters, digits, dots, dashes and underscores.'),
  });
}

/** Copies whose rows name the task, with answers that are texts. One after the other, so that a name that one has taken is not free for the next. */
async function copiesMadeReady(files: readonly Uri[], taskname: string, answerField: string): Promise<Uri[]> {
  const copies: Uri[] = [];
  for (const file of files) {
    const rows = await rowsOf(file, Number.POSITIVE_INFINITY);
    const copy = await free((number) => file.with({ path: namedCopy(file.path, taskname, number) }));
    const lines = rows.map((row) => `${JSON.stringify(madeReady(row, taskname, answerField))}\n`);
    await workspace.fs.writeFile(copy, new TextEncoder().encode(lines.join('')));
    copies.push(copy);
  }
  return copies;
}

function madeReady(row: Row, taskname: string, answerField: string): Row {
  const named = { taskname, ...row };
  const answer = row[answerField];
  return named.taskname === taskname && isNumberOrTruth(answer) ? { ...named, [answerField]: String(answer) } : named;
}

/** The first name that is not taken yet. */
async function free(numbered: (number: number) => Uri): Promise<Uri> {
  for (let number = 1; ; number++) {
    const uri = numbered(number);
    const isFree = await workspace.fs.stat(uri).then(
      () => false,
      () => true,
    );
    if (isFree) return uri;
  }
}

function splits(files: readonly { readonly path: string; readonly split: keyof NewTaskFile['data'] }[]) {
  const of = (wanted: keyof NewTaskFile['data']) =>
    files.filter(({ split }) => split === wanted).map(({ path }) => path);
  const train = of('train');
  // Files that are all called a test are what there is to train on.
  return train.length > 0
    ? { train, validation: of('validation'), test: of('test') }
    : { train: files.map(({ path }) => path), validation: [], test: [] };
}
