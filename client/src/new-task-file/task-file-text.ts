import path from 'node:path';
import type { DataProposal } from './proposal.ts';

export interface NewTaskFile {
  readonly taskname: string;
  readonly proposal: DataProposal;
  /** Paths from the task file's folder, with `/`. */
  readonly data: {
    readonly train: readonly string[];
    readonly validation: readonly string[];
    readonly test: readonly string[];
  };
  /** Of the texts, for the demo model: `sv` or `en`. */
  readonly language: string;
  /** What is said beside it. */
  readonly languageNote: string;
}

const VIRTUAL_TOKENS = 20;

/** The text of a task file for the demo model, with settings that small models learn well with. */
export function taskFileText({ taskname, proposal, data, language, languageNote }: NewTaskFile): string {
  const { fields, answerField, labels, longestField } = proposal;
  const cue = `${answerField.charAt(0).toUpperCase()}${answerField.slice(1)}`;
  const file = {
    model: 'demo',
    language,
    new_tasks: [taskname],
    task_templates: [
      {
        taskname,
        prompt_template: [
          '<|VIRTUAL_PROMPT_0|>',
          ...fields.map((field) => `{${field}}`),
          `${cue}: {${answerField}}`,
        ].join(' '),
        total_virtual_tokens: VIRTUAL_TOKENS,
        virtual_token_splits: [VIRTUAL_TOKENS],
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
    p_tuning: { encoder_type: 'residual' },
    optim: { lr: 2e-3, sched: { name: 'CosineAnnealing', warmup_steps: 20 } },
    trainer: { max_epochs: 10, batch_size: 8 },
  };
  const [before, behind] = withShortLists(JSON.stringify(file, null, 2)).split(/(?<=^ {2}"language": "\w+",)$/m, 2);
  return `${before} // ${languageNote}${behind}\n`;
}

/** Lists of plain values stand in one line, as one would write them. */
function withShortLists(json: string): string {
  return json.replace(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_, values: string) => `[${values.replace(/\n\s+/g, ' ')}]`);
}

/** Where a copy of a data file with the task's name in its rows stands; the number tells it from copies that are there. */
export function namedCopy(file: string, taskname: string, number = 1): string {
  // Windows finds files in capitals, too, and whatever the ending is, a copy never takes the place of its file.
  return `${file.replace(/\.(jsonl|csv|tsv|json)$/i, '')}.${taskname}${suffix(number)}.jsonl`;
}

/** What tells a file's name from those that are there. */
export const suffix = (number: number): string => (number === 1 ? '' : `-${number}`);

/** What is used of a file's `Uri`. */
interface Address {
  readonly authority: string;
  readonly path: string;
  readonly fsPath: string;
}

/** A file's path as a task file in that folder names it. On Windows no relative one leads to another drive or server. */
export function pathFrom(folder: Address, file: Address): string {
  if (rootOf(folder) === rootOf(file)) return path.posix.relative(folder.path, file.path);
  return file.fsPath.replaceAll('\\', '/');
}

function rootOf({ authority, path }: Address): string {
  return `${authority}${/^\/[a-z]:/i.exec(path)?.[0].toLowerCase() ?? ''}`;
}

/** Which split a data file is for, by its name. */
export function splitOf(file: string): keyof NewTaskFile['data'] {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (/(^|[^a-z])(val|valid|validation|dev)([^a-z]|$)/i.test(name)) return 'validation';
  return /(^|[^a-z])test([^a-z]|$)/i.test(name) ? 'test' : 'train';
}
