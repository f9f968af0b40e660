import { createHash } from 'node:crypto';
import { t } from '../../../l10n/src/words.ts';
import type { PromptState, PromptTraining } from '../../../protocol/src/predicting.ts';
import { parseTaskFile } from '../../../task/src/parse.ts';
import { parseTemplate } from '../../../task/src/template.ts';
import { trainingFacts } from '../../../task/src/training-record.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { canonicalJson, type JsonValue } from '../json-value.ts';
import { chatFrameOf, type Project } from '../project.ts';
import type { TablePrompt } from '../prompt/prompt-table.ts';
import { sum } from '../vectors.ts';

/** A task's trained prompt, with the template that it may be used with. */
export interface UsablePrompt {
  readonly template: TaskTemplate;
  /** [virtual tokens, hidden] */
  readonly embeddings: Float32Array;
}

export interface TaskPrompt {
  readonly state: PromptState;
  /** With the template as it is now where it is current, and as it was where only the template has changed. */
  readonly usable: UsablePrompt | undefined;
}

/** Whether a task's trained prompt fits its template and model as they are now, and what it may be used with. */
export function promptOf(project: Project, template: TaskTemplate): TaskPrompt {
  const name = `'${template.taskname}'`;
  const prompt = project.promptTable.get(template.taskname);
  if (!prompt) {
    const message = t('{0} has not been trained', name);
    return { state: { state: 'untrained', key: answerKey(project, template), message }, usable: undefined };
  }
  const trained = trainingOf(prompt);
  const change = changeSince(project, template, prompt);
  if (!change) {
    const state: PromptState = { state: 'current', key: answerKey(project, template, prompt), trained };
    return { state, usable: { template, embeddings: prompt.embeddings } };
  }
  const before = change === 'template' ? templateOfRecord(prompt) : undefined;
  const usable = before && { template: before, embeddings: prompt.embeddings };
  const key = answerKey(project, template, prompt, before);
  const message = CHANGED[change](name);
  return { state: { state: 'stale', key, changed: change, message, trained }, usable };
}

type Change = Extract<PromptState, { state: 'stale' }>['changed'];

const CHANGED: Readonly<Record<Change, (name: string) => string>> = {
  template: (name) => t('the template has changed since the prompt of {0} was trained: train it again', name),
  model: (name) => t('the model has changed since the prompt of {0} was trained: train it again', name),
  tokenizer: (name) => t("the model's tokeniser has changed since the prompt of {0} was trained: train it again", name),
  'chat-template': (name) =>
    t("the model's chat template has changed since the prompt of {0} was trained: train it again", name),
};

/** What a prompt does not say of itself, as one of another program, counts as unchanged. */
function changeSince(project: Project, template: TaskTemplate, { record, hidden, virtualTokens }: TablePrompt) {
  const { model } = project.backbone;
  if (hidden !== model.config.hidden || (record && record.backbone !== model.fingerprint)) return 'model';
  if (record && record.tokenizer !== project.tokenizer.hash) return 'tokenizer';
  // Whatever its template is now: what the prompt was trained in is gone.
  const stoodIn = record?.chat_template;
  if (stoodIn !== undefined && stoodIn !== chatFrameOf(project)) return 'chat-template';
  if (virtualTokens !== template.total_virtual_tokens) return 'template';
  const before = record?.template as Partial<TaskTemplate> | undefined;
  const splits = before?.virtual_token_splits;
  const same =
    before === undefined ||
    (before.prompt_template === template.prompt_template &&
      (before.chat ?? false) === template.chat &&
      Array.isArray(splits) &&
      splits.length === template.virtual_token_splits.length &&
      splits.every((split, i) => split === template.virtual_token_splits[i]));
  return same ? undefined : 'template';
}

/**
 * The template that a prompt was trained with. A prompt table may come from anywhere, so the record is read as a task
 * file would be.
 */
function templateOfRecord({ record, virtualTokens }: TablePrompt): TaskTemplate | undefined {
  const text = record && textOf(record.template);
  if (text === undefined) return undefined;
  const { file } = parseTaskFile(`{"task_templates":[${text}]}`);
  const template = file.task_templates[0];
  if (!template) return undefined;
  const { virtual_token_splits: splits, prompt_template } = template;
  const { segments, problems } = parseTemplate(prompt_template, splits);
  const markers = segments.filter(({ kind }) => kind === 'virtual').length;
  return problems.length === 0 && markers === splits.length && sum(splits) === virtualTokens ? template : undefined;
}

/** Undefined where it is nested so deeply that nobody reads it. */
function textOf(value: JsonValue): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function trainingOf({ record, virtualTokens }: TablePrompt): PromptTraining | undefined {
  if (!record) return undefined;
  const { date, trainRows, validation } = trainingFacts(record.date, record.metrics);
  return {
    date: date ?? '',
    virtualTokens,
    trainRows,
    validationRows: validation?.rows,
    accuracy: validation?.accuracy,
  };
}

/** A hash of everything that an answer depends on but the row. @param prompt none for the model alone */
export function answerKey(
  project: Project,
  template: TaskTemplate,
  prompt?: TablePrompt,
  before?: TaskTemplate,
): string {
  const { max_seq_length, add_bos, add_eos } = project.file.data;
  const basis = {
    // The untrained model is asked with the template as it is, a stale prompt with the one before.
    templates: before ? [template, before] : [template],
    data: { max_seq_length, add_bos, add_eos },
    prefix: project.promptPrefix,
    model: project.backbone.model.fingerprint,
    tokenizer: project.tokenizer.hash,
    ...(template.chat || before?.chat ? { chat: project.tokenizer.chat?.() } : {}),
  };
  const hash = createHash('sha256').update(canonicalJson(basis as unknown as JsonValue));
  if (prompt)
    hash.update(new Uint8Array(prompt.embeddings.buffer, prompt.embeddings.byteOffset, prompt.embeddings.byteLength));
  return hash.digest('hex').slice(0, 32);
}
