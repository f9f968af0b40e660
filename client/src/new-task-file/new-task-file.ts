import { type CancellationToken, env, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { DataAtFault, TaskFileProposal } from '../../../protocol/src/new-task-file.ts';
import type { LanguageServer } from '../language-server.ts';
import { showError, showInformation } from '../messages.ts';
import type { Texts } from '../texts.ts';

export interface NewTaskServices {
  /** Reads the data, proposes, and says what is written. */
  readonly server: Pick<LanguageServer, 'proposeTaskFile' | 'readyRows' | 'taskFileText'>;
  readonly texts: Texts;
}

/** Larger data are gone through in a notification in which that can be cancelled. */
const LARGE_BYTES = 8_000_000;

/** **New Task File**: asks for the data, proposes the fields, and writes and opens a task file beside the data. */
export async function newTaskFile({ server, texts }: NewTaskServices): Promise<void> {
  const { t } = texts;
  const files = await pickData(texts);
  if (!files) return;
  const areLarge = (await bytesOf(files)) > LARGE_BYTES;
  const wait = <T>(work: (token?: CancellationToken) => Promise<T>) =>
    areLarge ? untilCancelled(texts, work) : work();
  const propose = async (answer?: string) =>
    proposed(await wait((token) => server.proposeTaskFile(files, answer, token)));
  const first = await propose();
  if (!first) return;
  const answerField = await pickAnswer(first, texts);
  if (answerField === undefined) return;
  const proposal = answerField === first.answerField ? first : await propose(answerField);
  const taskname = proposal && (proposal.taskname ?? (await askForName(texts)));
  if (!proposal || taskname === undefined) return;
  const isAnswerText = !proposal.numberFields.includes(proposal.answerField);
  const others = files.filter((_, place) => proposal.unlike.includes(place));
  const areRowsReady = proposal.taskname !== undefined && isAnswerText && others.length === 0;
  const { fields } = proposal;
  const copies = areRowsReady
    ? { files, notes: [] }
    : await wait((token) => copiesMadeReady(files, { taskname, fields, answerField }, server, token));
  if (!copies) return;
  const { name, text } = await server.taskFileText(
    { taskname, proposal, language: env.language.startsWith('sv') ? 'sv' : 'en' },
    files.map((data, place) => ({ data, rows: copies.files[place]! })),
  );
  const folder = Uri.joinPath(copies.files[0]!, '..');
  const uri = await free((number) => Uri.joinPath(folder, `${name}${suffix(number)}.ptask.json`));
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await window.showTextDocument(uri);
  if (others.length > 0) {
    const names = others.map((file) => workspace.asRelativePath(file)).join(', ');
    showInformation(t('Data files have a row a line, in JSON: copies of {0} were written that have.', names));
  }
  if (!isAnswerText) {
    showInformation(
      t(
        'Answers are texts, and those in {0} are not: copies of the data files were written in which they are.',
        JSON.stringify(proposal.answerField),
      ),
    );
  }
  if (copies.notes.length > 0) showInformation(copies.notes.join(' '));
}

/** Undefined where there is none, which is told, or where it was cancelled. */
function proposed(found: TaskFileProposal | DataAtFault | undefined): TaskFileProposal | undefined {
  if (!found || !('problem' in found)) return found;
  showError(found.problem);
  return undefined;
}

/** Undefined where the user has cancelled it. */
async function untilCancelled<T>({ t }: Texts, work: (token: CancellationToken) => Promise<T>): Promise<T | undefined> {
  const options = { location: ProgressLocation.Notification, title: t('New Task File'), cancellable: true };
  return window.withProgress(options, async (_, token) => {
    try {
      return await work(token);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    }
  });
}

async function bytesOf(files: readonly Uri[]): Promise<number> {
  const sizes = files.map((file) =>
    workspace.fs.stat(file).then(
      ({ size }) => size,
      // What cannot be read is told by whoever reads it.
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
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

async function pickAnswer(proposal: TaskFileProposal, { t }: Texts): Promise<string | undefined> {
  const { fields, otherFields, answerField, numberFields } = proposal;
  const all = [...new Set([answerField, ...fields, ...otherFields, ...numberFields])];
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
      /^[\p{L}\p{M}\p{N}\p{Join_C}_.-]+$/u.test(name) ? undefined : t('Letters, digits, dots, dashes and underscores.'),
  });
}

interface Copies {
  readonly files: readonly Uri[];
  /** What is to be known of them. */
  readonly notes: readonly string[];
}

/** Copies whose rows name the task, with answers that are texts. One after the other, so that a name that one has taken is not free for the next. */
async function copiesMadeReady(
  files: readonly Uri[],
  wanted: Parameters<LanguageServer['readyRows']>[1],
  server: Pick<LanguageServer, 'readyRows'>,
  token: CancellationToken | undefined,
): Promise<Copies> {
  const copies: Uri[] = [];
  const notes: string[] = [];
  for (const file of files) {
    const parts: Uint8Array[] = [];
    const encoder = new TextEncoder();
    const ready = await server.readyRows(file, wanted, (part) => parts.push(encoder.encode(part)), token);
    const folder = Uri.joinPath(file, '..');
    const copy = await free((number) => Uri.joinPath(folder, `${ready.name}${suffix(number)}.jsonl`));
    await workspace.fs.writeFile(copy, Buffer.concat(parts));
    copies.push(copy);
    const name = workspace.asRelativePath(file);
    notes.push(...ready.notes.map((note) => `${name}: ${note}`));
  }
  return { files: copies, notes };
}

/** What tells a file's name from those that are there. */
const suffix = (number: number): string => (number === 1 ? '' : `-${number}`);

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
