import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { DEMO_MODELS } from '../../../model/src/demo/packages.ts';
import { Work } from '../../../task/src/data/work.ts';
import type { Split } from '../../../task/src/data-facts.ts';
import { calledAnswer } from '../../../task/src/new-task/answer-names.ts';
import { fileNameOf } from '../../../task/src/new-task/file-name.ts';
import { type DataProposal, proposeTask } from '../../../task/src/new-task/proposal.ts';
import { FEWEST_TO_SPLIT } from '../../../task/src/new-task/split-rows.ts';
import { type DataSurvey, noTask, surveyData } from '../../../task/src/new-task/survey-data.ts';
import { fieldsIn, pathBeside, splitOf, splitsOf, taskFileText } from '../../../task/src/new-task/task-file-text.ts';
import type { RowsWanted } from '../../../task/src/new-task/task-rows.ts';
import { nodeEnvironment } from '../../../task/src/node-environment.ts';
import { NAME_CHARACTERS, parseTemplate } from '../../../task/src/template.ts';
import { writeFilesAtomic } from '../atomic-write.ts';
import { InputError } from '../errors.ts';
import { fileBehind } from '../file-behind.ts';
import { shortPath } from '../text.ts';
import { type DataFile, tellFaults, tellMade, tellProblems, tellSources } from './new-report.ts';
import { areReady, madeReady, type RowsOfSplit } from './new-rows.ts';
import { Output } from './output.ts';
import { didYouMean, readArguments, UsageError, wholeNumber } from './usage.ts';

const OPTIONS = {
  name: { type: 'string' },
  answer: { type: 'string' },
  text: { type: 'string', multiple: true },
  template: { type: 'string' },
  model: { type: 'string', default: 'demo' },
  language: { type: 'string' },
  holdout: { type: 'string' },
  out: { type: 'string' },
  force: { type: 'boolean', default: false },
  json: { type: 'boolean' },
} as const;

/** Percent of the rows that are held out for validation, and of those for the test, where nothing else is said. */
const HELD_OUT = 10;
const MOST_HELD_OUT = 40;

/** What the user has said of the task. */
interface Asked {
  readonly name: string | undefined;
  readonly answer: string | undefined;
  readonly texts: readonly string[] | undefined;
  readonly template: string | undefined;
  /** In percent. */
  readonly holdout: number | undefined;
}

/** `ptask new DATA…`: makes rows and a task file of a table, a list, or lines of JSON. */
export async function newCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS, [1, Number.POSITIVE_INFINITY], 'which data?');
  const asked = readAsked(values);
  const output = new Output(values.json);
  const files = [...new Set(positionals.map((file) => path.resolve(file)))];
  if (asked.holdout !== undefined && splitsOf(files).some((split) => split !== 'train')) {
    throw new UsageError(
      '--holdout is for rows that are all for training, and by their names some of these files are not',
    );
  }
  const folder = path.resolve(values.out ?? path.dirname(files[0]!));
  if (values.out !== undefined) await requireFolder(folder);
  const survey = await surveyData(files, nodeEnvironment(), new Work({}));
  if (survey.faults.length > 0) return tellFaults(survey, output);
  const proposal = proposalFor(survey, asked, files);
  const taskname = proposal.taskname ?? asked.name ?? nameFor(files[0]!);
  const stem = path.join(folder, fileNameOf(taskname));
  const taskFile = `${stem}.ptask.json`;
  const data = await dataFor(survey, { ...proposal, taskname }, asked, stem);
  await requireFree([...data.made.map(({ path }) => path), taskFile], files, values.force);

  tellSources(survey, [...data.notes, ...nestedNote(survey.rows.nestedIn(proposal.taskname))], output);
  const model = await modelBeside(taskFile, values.model);
  const language = values.language ?? (await languageFor(model, taskFile, proposal));
  const text = taskFileText({
    taskname,
    proposal,
    data: bySplit(data.files, taskFile),
    model,
    language,
    isLanguageGuessed: values.language === undefined && DEMO_MODELS.includes(model),
    template: asked.template,
  });
  const made = data.made.map(({ path, bytes }) => ({ path, data: bytes() }));
  await writeFilesAtomic([...made, { path: taskFile, data: new TextEncoder().encode(text) }]);
  output.event({
    event: 'new',
    task_file: taskFile,
    taskname,
    model,
    language: language ?? null,
    fields: proposal.fields,
    answer_field: proposal.answerField,
    labels: proposal.labels ?? null,
    files: data.files.map(({ split, path, rows }) => ({ split, file: path, rows })),
  });
  tellMade(taskname, proposal, data, taskFile, output);
  return tellProblems(taskFile, text, output);
}

function readAsked(values: {
  readonly name?: string | undefined;
  readonly answer?: string | undefined;
  readonly text?: string[] | undefined;
  readonly template?: string | undefined;
  readonly holdout?: string | undefined;
}): Asked {
  const { name, template } = values;
  if (name?.trim() === '') throw new UsageError('--name is empty');
  const holdout = values.holdout === undefined ? undefined : wholeNumber('holdout', values.holdout, 0);
  if (holdout !== undefined && holdout > MOST_HELD_OUT) {
    throw new UsageError(`--holdout is at most ${MOST_HELD_OUT} percent for validation and as much for the test`);
  }
  const asked = { name, holdout, template, answer: values.answer, texts: values.text };
  if (template === undefined) return asked;
  if (values.text) throw new UsageError('--template names the texts itself, so that --text has no meaning beside it');
  const [problem] = parseTemplate(template, []).problems;
  if (problem) throw new UsageError(`--template: ${problem.message}`);
  const fields = fieldsIn(template);
  const answer = values.answer ?? fields.at(-1);
  if (answer === undefined || !template.trimEnd().endsWith(`{${answer}}`)) {
    throw new UsageError(`--template ends with the answer, such as {${answer ?? 'label'}}`);
  }
  return { ...asked, answer, texts: fields.filter((field) => field !== answer) };
}

/** @throws InputError where what is asked for is not in the rows */
function proposalFor({ rows, sources }: DataSurvey, asked: Asked, files: readonly string[]): DataProposal {
  const { tasknames } = rows;
  if (asked.name !== undefined && tasknames.length > 0 && !tasknames.includes(asked.name)) {
    throw new InputError(`the rows are of ${tasknames.slice(0, 5).join(', ')}, so that --name is one of these`);
  }
  const proposal = proposeTask(rows, { taskname: asked.name, answerField: asked.answer, fields: asked.texts });
  if (!proposal) throw new InputError(noTask(rows));
  const nested = calledAnswer(rows.nestedIn(proposal.taskname));
  const isAnswerOpen = asked.answer === undefined && (proposal.isAnswerGuessed || proposal.fields.length === 0);
  if (nested !== undefined && isAnswerOpen) {
    throw new InputError(
      `'${nested}' holds lists or objects in ${whereIn(files)}, and an answer is a text; give each row one, or name another field with --answer`,
    );
  }
  const { texts, numbers } = rows.of(proposal.taskname);
  const columns = [...new Set([...texts.keys(), ...numbers.keys()])];
  for (const field of [proposal.answerField, ...proposal.fields]) {
    if (columns.includes(field)) continue;
    throw new InputError(
      `there is no '${field}' with texts in ${whereIn(files)}, which has ${columns.slice(0, 20).join(', ')}${didYouMean(field, columns)}`,
    );
  }
  const fields = proposal.fields.filter((field) => field !== proposal.answerField);
  if (columns.length === 1 && sources.every(({ source }) => source.form === 'table')) {
    throw new InputError(
      `${whereIn(files)} has one column alone, '${columns[0]}': cells are separated by commas, semicolons or tabs`,
    );
  }
  if (fields.length === 0) {
    throw new InputError(
      `beside the answer '${proposal.answerField}' there is no text to answer${nestedWords(rows.nestedIn(proposal.taskname))}; --answer takes another`,
    );
  }
  return { ...proposal, fields };
}

const quoted = (fields: readonly string[]) => fields.map((field) => JSON.stringify(field)).join(', ');

const nestedNote = (fields: readonly string[]) =>
  fields.length === 0 ? [] : [`Fields with lists or objects, which were left out: ${quoted(fields)}.`];

const nestedWords = (fields: readonly string[]) =>
  fields.length === 0 ? '' : `, since these fields hold lists or objects: ${quoted(fields.slice(0, 20))}`;

const whereIn = (files: readonly string[]) => (files.length === 1 ? shortPath(files[0]!) : 'the data');

/** What a task is called whose rows do not say: as its file, or as the folder of files that are called for their split. */
function nameFor(file: string): string {
  const stem = path.basename(file, path.extname(file));
  const isSplit = splitOf(file) !== 'train' || /^(train|training|rows|data)$/i.test(stem);
  const name = isSplit ? path.basename(path.dirname(file)) : stem;
  const clean = name.replace(new RegExp(`[^${NAME_CHARACTERS}.-]+`, 'gu'), '-').replace(/^[-.]+|[-.]+$/g, '');
  return clean === '' ? 'task' : clean;
}

interface NewData {
  readonly files: readonly DataFile[];
  /** Those of them that are to be written. */
  readonly made: readonly (DataFile & RowsOfSplit)[];
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
  /** How there are validation rows, where there are none. */
  readonly advice: string;
}

/** The data as they are, where they can be, or new files for the splits. */
async function dataFor(
  { sources }: DataSurvey,
  wanted: RowsWanted & Pick<DataProposal, 'labels'>,
  { holdout }: Asked,
  stem: string,
): Promise<NewData> {
  const splits = splitsOf(sources.map(({ source }) => source.path));
  const all = sources.map(({ source, rows }, place) => ({ source, rows, split: splits[place]! }));
  if (holdout === undefined && (await areReady(all, wanted))) {
    return {
      files: all.map(({ source, rows, split }) => ({ split, path: source.path, rows })),
      made: [],
      notes: [],
      advice: adviceOn(splits, 0),
    };
  }
  const share = splits.every((split) => split === 'train') ? (holdout ?? HELD_OUT) / 100 : 0;
  const { rows, notes } = await madeReady(all, wanted, share);
  const made = rows.map((one) => ({ ...one, path: `${stem}.${one.split}.jsonl` }));
  if (!rows.some(({ split }) => split === 'train')) throw new InputError('no row has both a text and an answer');
  return { files: made, made, notes, advice: adviceOn(splits, share) };
}

/** @param share of the rows that was to be held out */
function adviceOn(splits: readonly Split[], share: number): string {
  if (splits.some((split) => split !== 'train')) return 'they belong in a file with a name such as validation.jsonl';
  if (share === 0) return '--holdout 10 takes a tenth of each label that has five';
  return `that takes ${FEWEST_TO_SPLIT} rows with different texts, of one label where answers are labels`;
}

function bySplit(files: readonly DataFile[], taskFile: string): Record<Split, string[]> {
  const of = (wanted: Split) =>
    files.filter(({ split }) => split === wanted).map((file) => pathBeside(taskFile, file.path));
  return { train: of('train'), validation: of('validation'), test: of('test') };
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new InputError(`there is no folder '${shortPath(folder)}'`);
}

/** @throws InputError where something would be overwritten, the data in any case */
async function requireFree(made: readonly string[], data: readonly string[], force: boolean): Promise<void> {
  const sources = await Promise.all(data.map(fileBehind));
  const taken: string[] = [];
  for (const file of made) {
    if (sources.includes(await fileBehind(file))) {
      throw new InputError(`${shortPath(file)} is one of the data itself; give another --name or --out`);
    }
    const there = await lstat(file).catch(() => undefined);
    // It may have come with the data, to have something overwritten elsewhere.
    if (there?.isSymbolicLink()) throw new InputError(`${shortPath(file)} is a link, through which nothing is written`);
    if (there?.isDirectory()) throw new InputError(`${shortPath(file)} is a folder; give another --name or --out`);
    if (there) taken.push(shortPath(file));
  }
  if (taken.length > 0 && !force) {
    throw new InputError(
      `${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} there already; --force overwrites, and another --name or --out goes beside`,
    );
  }
}

/** How a task file names a model that was named from here: a folder by the way to it. */
async function modelBeside(taskFile: string, model: string): Promise<string> {
  if (DEMO_MODELS.includes(model)) return model;
  const folder = path.resolve(model);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) return model;
  const way = pathBeside(taskFile, folder);
  return way.startsWith('.') || path.isAbsolute(way) ? way : `./${way}`;
}

/** The language of the texts, for a model that asks for one. */
async function languageFor(model: string, taskFile: string, { language }: DataProposal): Promise<string | undefined> {
  const facts = await nodeEnvironment().model({ taskFile, model, language: null });
  const known = facts.kind === 'ok' ? (facts.languages ?? []) : [];
  if (known.length === 0) return DEMO_MODELS.includes(model) ? (language ?? 'en') : undefined;
  return [language, 'en'].find((one) => one !== undefined && known.includes(one)) ?? known[0];
}
