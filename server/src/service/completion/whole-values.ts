import { jsonInner } from '../../../../task/src/context.ts';
import { SPLITS } from '../../../../task/src/data-facts.ts';
import type { JsonPath } from '../../../../task/src/json-tree.ts';
import type { Key, ValueShape } from '../../../../task/src/key-types.ts';
import { spread } from '../../../../task/src/parse.ts';
import { marker } from '../../../../task/src/template.ts';
import type { Ask } from './ask.ts';
import {
  answerCandidates,
  rowFields,
  tasksWithoutTemplate,
  templateAt,
  truncateCandidates,
  unlabelledAnswers,
} from './names.ts';
import { escapeSnippet, SnippetWriter } from './snippet.ts';
import { MAX_LABELS, templateDefaults } from './template-defaults.ts';
import { classification, labelsObject, templateLines } from './templates.ts';

/** A sensible value of a key as a snippet: taken from the rest of the file where it says one, else from the default. */
export function wholeValue(ask: Ask, path: JsonPath, key: Pick<Key<unknown>, 'shape' | 'absent'>): string {
  return snippetOf(ask, path, key, new SnippetWriter());
}

function snippetOf(
  ask: Ask,
  path: JsonPath,
  { shape, absent }: Pick<Key<unknown>, 'shape' | 'absent'>,
  writer: SnippetWriter,
): string {
  const known = fromFile(ask, path, writer);
  if (known !== undefined) return known;
  const inner = shape.kind === 'nullable' ? shape.of : shape;
  if (inner.kind === 'section') return section(ask, path, inner.keys, writer);
  const value = absent !== 'required' && 'default' in absent ? absent.default : undefined;
  return plainValue(inner, value, writer);
}

/** By the shape and the default alone. */
function plainValue(shape: ValueShape, value: unknown, writer: SnippetWriter): string {
  switch (shape.kind) {
    case 'text':
      if (shape.values === undefined) return `"${writer.stop(typeof value === 'string' ? jsonInner(value) : '')}"`;
      return `"${writer.choice(shape.values)}"`;
    // A key is written to change what holds without it.
    case 'boolean':
      return writer.choice(value === true ? ['false', 'true'] : ['true', 'false']);
    case 'number':
      return writer.stop(String(value ?? shape.least ?? ''));
    case 'list': {
      const values = Array.isArray(value) && value.length > 0 ? value : [undefined];
      return `[${values.map((item) => plainValue(shape.items, item, writer)).join(', ')}]`;
    }
    case 'nullable':
      return value === null ? writer.stop('null') : plainValue(shape.of, value, writer);
    default:
      return `{ ${writer.stop()} }`;
  }
}

/** The keys of a section that a user most likely opens it for. */
const MAIN_KEYS: Readonly<Record<string, readonly string[]>> = {
  data: SPLITS.map(({ key }) => key),
  p_tuning: ['encoder_type'],
  prompt_tuning: ['new_prompt_init_methods', 'new_prompt_init_text'],
  optim: ['lr'],
  'optim.sched': ['name', 'warmup_steps'],
  trainer: ['max_epochs', 'batch_size'],
  'trainer.early_stopping': ['patience'],
};

function section(
  ask: Ask,
  path: JsonPath,
  keys: Readonly<Record<string, Key<unknown>>>,
  writer: SnippetWriter,
): string {
  const members = (MAIN_KEYS[path.join('.')] ?? []).flatMap((name) => {
    const key = keys[name];
    return key === undefined ? [] : [`"${name}": ${snippetOf(ask, [...path, name], key, writer)}`];
  });
  if (members.length === 0) return `{ ${writer.stop()} }`;
  return members.length > 2 ? `{\n\t${members.join(',\n\t')}\n}` : `{ ${members.join(', ')} }`;
}

/** What the file, its data and its model say that the value is; undefined where they say nothing of it. */
function fromFile(ask: Ask, path: JsonPath, writer: SnippetWriter): string | undefined {
  const { context, surroundings } = ask.knowledge;
  const model = surroundings?.model.kind === 'ok' ? surroundings.model : undefined;
  switch (path.join('.')) {
    case 'model':
      return `"${writer.stop('demo')}"`;
    case 'language':
      return model?.languages && `"${writer.choice(model.languages)}"`;
    case 'new_tasks':
      return names([...context.tasknames].filter((name) => !context.file.existing_tasks.includes(name)));
    case 'existing_tasks':
      return names([...context.tasknames].filter((name) => surroundings?.promptTable?.tasks.has(name)));
    case 'task_templates':
      return `[\n${templateLines(writer, classification(templateDefaults(ask)))
        .map((line) => `\t${line}`)
        .join('\n')}\n]`;
    case 'data.max_seq_length':
      return writer.stop(String(Math.min(512, model?.maxPositions ?? 512)));
    case 'p_tuning.encoder_hidden':
      return writer.stop(String(model?.about?.hidden ?? 512));
    case 'prompt_tuning.new_prompt_init_methods':
      return `[${Array.from({ length: Math.max(1, context.file.new_tasks.length) }, () => `"${writer.choice(['text', 'random'])}"`).join(', ')}]`;
    default: {
      const split = SPLITS.find(({ key }) => path[0] === 'data' && path[1] === key);
      if (split !== undefined) return `["${writer.stop(`${split.split}.jsonl`)}"]`;
      return path[0] === 'task_templates' && path.length === 3 ? inTemplate(ask, path, writer) : undefined;
    }
  }
}

function inTemplate(ask: Ask, path: JsonPath, writer: SnippetWriter): string | undefined {
  const template = templateAt(ask, path);
  if (path[2] === 'taskname') return `"${writer.stop(jsonInner(tasksWithoutTemplate(ask)[0] ?? ''))}"`;
  if (template === undefined) return undefined;
  const { total_virtual_tokens, answer_field, virtual_token_splits } = template.settings;
  const choice = (fields: readonly string[]) =>
    fields.length === 0 ? undefined : `"${writer.choice(fields.map(jsonInner))}"`;
  switch (path[2]) {
    case 'prompt_template': {
      const fields = rowFields(ask, template);
      const answer = fields.find((field) => field === answer_field) ?? fields.find((field) => field === 'label');
      const texts = fields.filter((field) => field !== answer);
      return `"${marker(0)} {${writer.stop(jsonInner(texts[0] ?? ''))}}: {${writer.stop(jsonInner(answer ?? texts[1] ?? ''))}}"`;
    }
    case 'total_virtual_tokens': {
      const isGiven = ask.knowledge.context.givenIn(template, 'virtual_token_splits') !== undefined;
      const sum = virtual_token_splits.reduce((total, split) => total + split, 0);
      return writer.stop(String(isGiven && sum > 0 ? sum : total_virtual_tokens));
    }
    case 'virtual_token_splits':
      return `[${spread(total_virtual_tokens, template.markers.length)
        .map((split) => writer.stop(String(split)))
        .join(', ')}]`;
    case 'answer_field':
      return choice(answerCandidates(ask, template));
    case 'truncate_field':
      return choice(truncateCandidates(ask, template));
    case 'labels': {
      const answers = unlabelledAnswers(ask, template).map(({ answer }) => answer);
      const isClassification = answers.length > 0 && answers.length <= MAX_LABELS;
      return labelsObject(writer, isClassification ? answers : ['positive', 'negative']);
    }
    default:
      return undefined;
  }
}

function names(values: readonly string[]): string | undefined {
  return values.length === 0
    ? undefined
    : `[${values.map((value) => escapeSnippet(JSON.stringify(value))).join(', ')}]`;
}
