import { posix, win32 } from 'node:path';
import { t } from '../../../l10n/src/words.ts';
import type { Split } from '../data-facts.ts';
import { marker, parseTemplate } from '../template.ts';
import type { DataProposal } from './proposal.ts';

/** Paths of data files from the task file's folder, with `/`. */
export type DataOfSplits = Readonly<Record<Split, readonly string[]>>;

export interface NewTaskFile {
  readonly taskname: string;
  readonly proposal: Pick<DataProposal, 'fields' | 'answerField' | 'labels' | 'longestField'>;
  readonly data: DataOfSplits;
  /** A demo model unless it is given. */
  readonly model?: string | undefined;
  /** Undefined for a model that does not ask for one. */
  readonly language: string | undefined;
  /** Whether the language was told from the texts. */
  readonly isLanguageGuessed: boolean;
  /** The template, where the user has written one; without virtual tokens they stand in front. */
  readonly template?: string | undefined;
}

const VIRTUAL_TOKENS = 20;
const DEMO_MODEL = /^demo(-|$)/;

/** The text of a task file: for a demo model with settings that small models learn well with, for others with NeMo's. */
export function taskFileText({ model = 'demo', ...file }: NewTaskFile): string {
  const { taskname, proposal, data, language, isLanguageGuessed } = file;
  const { fields, answerField, labels, longestField } = proposal;
  const template = withMarker(file.template ?? proposedTemplate(fields, answerField));
  const json = {
    model,
    ...(language === undefined ? {} : { language }),
    new_tasks: [taskname],
    task_templates: [
      {
        taskname,
        prompt_template: template,
        total_virtual_tokens: VIRTUAL_TOKENS,
        virtual_token_splits: splitsFor(template),
        ...(longestField === undefined ? {} : { truncate_field: longestField }),
        answer_only_loss: true,
        answer_field: answerField,
        ...(labels ? { labels: Object.fromEntries(labels.map((label) => [label, []])) } : {}),
      },
    ],
    data: {
      train_ds: data.train,
      ...(data.validation.length > 0 ? { validation_ds: data.validation } : {}),
      ...(data.test.length > 0 ? { test_ds: data.test } : {}),
      max_seq_length: 256,
    },
    ...(DEMO_MODEL.test(model)
      ? {
          p_tuning: { encoder_type: 'residual' },
          optim: { lr: 2e-3, sched: { name: 'CosineAnnealing', warmup_steps: 20 } },
        }
      : {}),
    trainer: { max_epochs: 10, batch_size: 8 },
  };
  const text = withShortLists(JSON.stringify(json, null, 2));
  if (language === undefined || !isLanguageGuessed) return `${text}\n`;
  const note = t('of the texts, as far as they tell; the demo model knows others, too, such as "fo", "is" and "no"');
  const [before, behind] = text.split(/(?<=^ {2}"language": ".*",)$/m, 2);
  return `${before} // ${note}${behind}\n`;
}

function proposedTemplate(fields: readonly string[], answerField: string): string {
  // Georgian has capitals, but no word begins with one.
  const cue = answerField.replace(/^(?!\p{Script=Georgian})./u, (letter) => letter.toUpperCase());
  return [...fields.map((field) => `{${field}}`), `${cue}: {${answerField}}`].join(' ');
}

const markersIn = (template: string) =>
  parseTemplate(template, []).segments.filter(({ kind }) => kind === 'virtual').length;

const withMarker = (template: string) => (markersIn(template) > 0 ? template : `${marker(0)} ${template}`);

/** The virtual tokens shared out among the markers. */
function splitsFor(template: string): number[] {
  const markers = markersIn(template);
  return Array.from(
    { length: markers },
    (_, place) => Math.floor(((place + 1) * VIRTUAL_TOKENS) / markers) - Math.floor((place * VIRTUAL_TOKENS) / markers),
  );
}

/** The fields that a template names, each once, in order. */
export function fieldsIn(template: string): string[] {
  const { segments } = parseTemplate(template, []);
  return [...new Set(segments.flatMap((segment) => (segment.kind === 'field' ? [segment.name] : [])))];
}

/** Lists of plain values stand in one line, as one would write them. */
function withShortLists(json: string): string {
  return json.replace(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_, values: string) => `[${values.replace(/\n\s+/g, ' ')}]`);
}

/** The name, without its ending, of a copy of a data file with the task's name in its rows. */
export function copyName(file: string, taskname: string): string {
  // Windows finds files in capitals, too, and whatever the ending is, a copy never takes the place of its file.
  return `${nameOf(file).replace(/\.(jsonl|ndjson|csv|tsv|tab|json)$/i, '')}.${taskname}`;
}

const nameOf = (file: string) => file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);

/** A file's path as a task file that stands beside another file names it. On Windows no relative one leads to another drive or server. */
export function pathBeside(other: string, file: string, platform: NodeJS.Platform = process.platform): string {
  const { dirname, relative } = platform === 'win32' ? win32 : posix;
  const path = relative(dirname(other), file);
  return platform === 'win32' ? path.replaceAll('\\', '/') : path;
}

/** Which split a data file is for, by its name. */
export function splitOf(file: string): Split {
  const name = nameOf(file);
  if (/(^|[^a-z])(val|valid|validation|dev)([^a-z]|$)/i.test(name)) return 'validation';
  return /(^|[^a-z])test([^a-z]|$)/i.test(name) ? 'test' : 'train';
}

/** Which split each data file is for. Files that are all called a test are what there is to train on. */
export function splitsOf(files: readonly string[]): Split[] {
  const splits = files.map(splitOf);
  return splits.includes('train') ? splits : splits.map(() => 'train');
}
