import { t } from '../../../../l10n/src/words.ts';
import { jsonInner } from '../../../../task/src/context.ts';
import { marker } from '../../../../task/src/template.ts';
import { SnippetWriter } from './snippet.ts';

/** What a new template is filled in with until the user writes something else. */
export interface TemplateDefaults {
  taskname?: string;
  /** The field with the text that the answer is about. */
  text?: string;
  answer?: string;
  /** Another field, for a template with two. */
  second?: string;
  labels?: readonly string[];
}

export interface TaskFileDefaults extends TemplateDefaults {
  model?: string;
  language?: string;
  train?: string;
  validation?: string;
  test?: string;
}

export interface NamedSnippet {
  name: string;
  /** What a user types to find it. */
  prefix: readonly string[];
  description: string;
  /** In snippet syntax, indented with tabs. */
  body: string;
}

export function taskFileSnippet(defaults: TaskFileDefaults = {}): NamedSnippet {
  const { model = 'demo', language = 'en', train = 'train.jsonl' } = defaults;
  const { validation = 'validation.jsonl', test = 'test.jsonl' } = defaults;
  const writer = new SnippetWriter();
  const lines = [
    '{',
    `\t"model": "${writer.stop(model)}",`,
    `\t"language": "${writer.stop(language)}",`,
    `\t"virtual_prompt_style": "${writer.choice(['p-tuning', 'prompt-tuning'])}",`,
    '\t"task_templates": [',
    ...templateLines(writer, classification(defaults)).map((line) => `\t\t${line}`),
    '\t],',
    '\t"data": {',
    `\t\t"train_ds": ["${writer.stop(jsonInner(train))}"],`,
    `\t\t"validation_ds": ["${writer.stop(jsonInner(validation))}"],`,
    `\t\t"test_ds": ["${writer.stop(jsonInner(test))}"]`,
    '\t},',
    `\t"trainer": { "max_epochs": ${writer.stop('20')}, "batch_size": ${writer.stop('8')} }`,
    '}',
  ];
  return {
    name: t('Task file'),
    prefix: ['ptask', 'task file'],
    description: t('A whole task file: one classification task, its data and the usual settings'),
    body: `${lines.join('\n')}\n$0`,
  };
}

/** Templates that a task file may begin with, the most usual first. */
export function templateSnippets(defaults: TemplateDefaults = {}): NamedSnippet[] {
  const snippet = (name: string, prefix: readonly string[], description: string, form: TemplateForm): NamedSnippet => ({
    name,
    prefix,
    description,
    body: `${templateLines(new SnippetWriter(), form).join('\n')}$0`,
  });
  return [
    snippet(
      t('Template for classification'),
      ['template-classification', 'classification'],
      t('A template whose answer is one of a few labels: prediction scores each of them'),
      classification(defaults),
    ),
    snippet(
      t('Template for free text'),
      ['template-text', 'free text'],
      t('A template whose answer is written freely, token by token'),
      { ...FREE_TEXT, ...oneField(defaults), labels: [] },
    ),
    snippet(
      t('Template with two splits'),
      ['template-two-splits', 'two splits'],
      t('A template with virtual tokens in two places: in front of all, and between two fields'),
      { ...TWO_SPLITS, ...defaults, labels: [] },
    ),
  ];
}

export function rowSnippet(): NamedSnippet {
  const writer = new SnippetWriter();
  const [taskname, field, text, answer, label] = ['sentiment-task', 'sentence', 'What a day!', 'label', 'positive'].map(
    (word) => `"${writer.stop(word)}"`,
  );
  return {
    name: 'Data row',
    prefix: ['row', 'data row'],
    description: 'A row of a data file, or an example',
    body: `{ "taskname": ${taskname}, ${field}: ${text}, ${answer}: ${label} }$0`,
  };
}

/** What a template of a snippet looks like; with a second field it has a second marker in front of it. */
export interface TemplateForm extends TemplateDefaults {
  taskname: string;
  text: string;
  answer: string;
  labels: readonly string[];
  /** What stands in front of the answer. */
  question: string;
  splits: readonly number[];
}

const FREE_TEXT = { taskname: 'summary-task', text: 'text', answer: 'summary', question: 'Summary', splits: [20] };
const TWO_SPLITS = {
  taskname: 'question-task',
  text: 'context',
  second: 'question',
  answer: 'answer',
  question: 'Answer',
  splits: [10, 5],
};

export function classification(defaults: TemplateDefaults): TemplateForm {
  return {
    taskname: 'sentiment-task',
    text: 'sentence',
    answer: 'label',
    labels: ['positive', 'negative'],
    question: 'sentiment',
    splits: [10],
    ...oneField(defaults),
  };
}

function oneField({ second: _, ...defaults }: TemplateDefaults): TemplateDefaults {
  return defaults;
}

/** The lines of a template's object, from { to }. */
export function templateLines(writer: SnippetWriter, form: TemplateForm): string[] {
  const name = writer.stop(jsonInner(form.taskname));
  const text = writer.repeated(jsonInner(form.text));
  const second = form.second === undefined ? '' : ` ${marker(1)} {${writer.stop(jsonInner(form.second))}}`;
  const question = writer.stop(form.question);
  const answer = writer.repeated(jsonInner(form.answer));
  return [
    '{',
    `\t"taskname": "${name}",`,
    `\t"prompt_template": "${marker(0)} {${text.first}}${second} ${question}: {${answer.first}}",`,
    ...tokenLines(writer, form.splits).map((line) => `\t${line}`),
    `\t"truncate_field": "${text.again}",`,
    '\t"answer_only_loss": true,',
    `\t"answer_field": "${answer.again}"${form.labels.length > 0 ? ',' : ''}`,
    ...labelLines(writer, form.labels).map((line) => `\t${line}`),
    '}',
  ];
}

function tokenLines(writer: SnippetWriter, splits: readonly number[]): string[] {
  const sum = splits.reduce((total, split) => total + split, 0);
  const total = writer.repeated(String(sum));
  const each = splits.length === 1 ? [total.again] : splits.map((split) => writer.stop(String(split)));
  return [
    ...(splits.length === 1 ? [] : [`// ${t('The sum of the splits.')}`]),
    `"total_virtual_tokens": ${total.first},`,
    `"virtual_token_splits": [${each.join(', ')}],`,
  ];
}

function labelLines(writer: SnippetWriter, labels: readonly string[]): string[] {
  if (labels.length === 0) return [];
  return [
    `// ${t('The answers, each with the other forms that count as it.')}`,
    `"labels": ${labelsObject(writer, labels)}`,
  ];
}

/** Labels without other forms. */
export function labelsObject(writer: SnippetWriter, labels: readonly string[]): string {
  return `{ ${labels.map((label) => `"${writer.stop(jsonInner(label))}": []`).join(', ')} }`;
}
