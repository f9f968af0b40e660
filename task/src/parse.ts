import { t } from '../../l10n/src/words.ts';
import { type JsonNode, nodeAt, parseJsonTree, spanOf } from './json-tree.ts';
import { DEFAULT_VIRTUAL_TOKENS, taskFileShape } from './keys.ts';
import { type ParseProblem, readShape } from './read-keys.ts';
import { parseTemplate } from './template.ts';
import type { TaskFile, TaskTemplate } from './types.ts';

export interface ParsedTaskFile {
  /** Whatever could be read, every default filled in. */
  file: TaskFile;
  /** Undefined when the text holds no JSON at all. */
  tree: JsonNode | undefined;
  /** Nodes whose value was read as it stands; any other value in `file` is a default. */
  sound: ReadonlySet<JsonNode>;
  problems: ParseProblem[];
}

/** The suffix of a task file's name. */
export const TASK_FILE_SUFFIX = '.ptask.json';

/** `dir/assistant.ptask.json` gives `assistant`. */
export function taskFileStem(path: string): string {
  const name = path.split(/[\\/]/).at(-1)!;
  const stem = name.endsWith(TASK_FILE_SUFFIX) ? name.slice(0, -TASK_FILE_SUFFIX.length) : name.replace(/\.[^.]*$/, '');
  return stem || 'task';
}

/**
 * In UTF-16 units. A longer file is not read: no task file comes near it, and reading one with each keystroke would keep its
 * writer waiting.
 */
export const MAX_TASK_FILE_UNITS = 4 * 1024 * 1024;

/** How UTF-16 begins, which PowerShell's `>` writes, where it was read as UTF-8: with its byte order mark, or half a character. */
const UTF_16 = /^(\uFFFD\uFFFD|.?\0)/s;

/** Data files that a task file names. Whatever looks at all of them is done again with each keystroke. */
const MOST_FILES = 2_000;

/**
 * Reads a task file: JSON with comments and trailing commas. It never throws; broken text gives problems (`json-syntax`,
 * `schema`) and whatever could be read.
 *
 * @param path names the default prompt table; nothing is read from it
 */
export function parseTaskFile(text: string, path = `task${TASK_FILE_SUFFIX}`): ParsedTaskFile {
  // Windows editors write a byte order mark; blanking it keeps every offset.
  const unreadable = reasonNotToRead(text);
  const { root, errors } =
    unreadable === undefined
      ? parseJsonTree(text.replace(/^\uFEFF/, ' '), { comments: true })
      : { root: undefined, errors: [{ start: 0, end: 1, message: unreadable }] };
  const syntax = errors.map((error): ParseProblem => ({ code: 'json-syntax', severity: 'error', ...error }));
  const top = root ?? { type: 'object', offset: 0, length: Math.min(1, text.length), children: [] };
  const { value, problems, sound } = readShape(top, taskFileShape);
  const surplus = leaveOut(top, sound);
  // `readShape` gives a complete value of the shape, and the compiler holds the shape equal to `TaskFile`;
  // only the derived values are still missing.
  const file = derive(value as PartlyDerived, top, sound, path);
  return { file, tree: root, sound, problems: root === undefined ? syntax : [...syntax, ...problems, ...surplus] };
}

function reasonNotToRead(text: string): string | undefined {
  if (UTF_16.test(text)) return t('This is not UTF-8 text; save the file as UTF-8.');
  if (text.length <= MAX_TASK_FILE_UNITS) return undefined;
  return t(
    'This file has {0} characters; more than {1} are not read. Rows belong in a data file.',
    text.length,
    MAX_TASK_FILE_UNITS,
  );
}

/** Takes the data files of which there are too many out of what is sound, and tells of the first. */
function leaveOut(root: JsonNode, sound: Set<JsonNode>): ParseProblem[] {
  const named = SPLITS.flatMap((key) => nodeAt(root, ['data', key])?.children ?? []).filter((node) => sound.has(node));
  const surplus = named.slice(MOST_FILES);
  for (const node of surplus) sound.delete(node);
  const message = t('A task file names at most {0} data files.', MOST_FILES);
  return surplus.slice(0, 1).map((node) => ({ code: 'schema', severity: 'error', ...spanOf(node), message }));
}

const SPLITS = ['train_ds', 'validation_ds', 'test_ds'] as const;

type PartlyDerivedTemplate = Omit<TaskTemplate, 'total_virtual_tokens' | 'virtual_token_splits'> &
  Partial<TaskTemplate>;
type PartlyDerived = Omit<TaskFile, 'prompt_table' | 'new_tasks' | 'task_templates'> &
  Partial<TaskFile> & { task_templates: PartlyDerivedTemplate[] };

function derive(read: PartlyDerived, root: JsonNode, sound: ReadonlySet<JsonNode>, path: string): TaskFile {
  const task_templates = read.task_templates.map((template, index) => {
    const splitsNode = nodeAt(root, ['task_templates', index, 'virtual_token_splits']);
    return deriveTokens(template, splitsNode !== undefined && sound.has(splitsNode));
  });
  const existing = new Set(read.existing_tasks);
  const named = task_templates.map(({ taskname }) => taskname).filter((name) => name !== '' && !existing.has(name));
  return {
    ...read,
    prompt_table: read.prompt_table ?? `${taskFileStem(path)}.prompts.safetensors`,
    new_tasks: read.new_tasks ?? [...new Set(named)],
    task_templates,
  };
}

function deriveTokens(template: PartlyDerivedTemplate, splitsAreSound: boolean): TaskTemplate {
  const given = splitsAreSound ? template.virtual_token_splits : undefined;
  const markers = parseTemplate(template.prompt_template, []).segments.filter(({ kind }) => kind === 'virtual').length;
  const sum = given?.reduce((total, split) => total + split, 0);
  const total = template.total_virtual_tokens ?? (sum !== undefined && sum >= 1 ? sum : DEFAULT_VIRTUAL_TOKENS);
  return { ...template, total_virtual_tokens: total, virtual_token_splits: given ?? spread(total, markers) };
}

/** `total` tokens over `markers` markers as evenly as possible, the first ones getting the remainder. */
export function spread(total: number, markers: number): number[] {
  if (markers === 0) return [total];
  const each = Math.floor(total / markers);
  return Array.from({ length: markers }, (_, index) => each + (index < total - each * markers ? 1 : 0));
}
