import { t } from '../../l10n/src/words.ts';
import { isJsonObject, type JsonValue } from '../../model/src/json.ts';
import type { SafetensorsHeader, SafetensorsProblem } from '../../model/src/safetensors.ts';
import type { PromptTableFacts, TrainedTaskFacts } from './environment.ts';
import { trainingFacts } from './training-record.ts';

/*
 * The prompt table: one safetensors file for all tasks of a backbone. Tensor `<taskname>` holds a task's virtual
 * tokens as [virtual tokens, hidden] float32; metadata `task.<taskname>` says in JSON how they came about.
 */

/** How a prompt came about, with the template that it must be used with. */
export interface PromptRecord {
  /** The task's template as it was trained: `prompt_template`, `virtual_token_splits`, `labels` and the rest. */
  readonly template: JsonValue;
  /** The prompt encoder's settings. */
  readonly encoder: JsonValue;
  readonly seed: number;
  /** Fingerprint of the backbone's weights and configuration. */
  readonly backbone: string;
  /** Hash of the tokeniser's file. */
  readonly tokenizer: string;
  /** Hash of what the model's chat template puts around a row (`chatFrameHash`); only of a template that stands in it. */
  readonly chat_template?: string;
  /** Hash of the data that it was trained on. */
  readonly data: string;
  /** What was measured, and on which rows. */
  readonly metrics: JsonValue;
  /** ISO 8601, UTC, whole seconds. */
  readonly date: string;
  /** The version of ptask. */
  readonly version: string;
}

/** The key of a task's record in the file's metadata. */
export function recordKey(taskname: string): string {
  return `task.${taskname}`;
}

/** A task's record. Undefined where there is none or it lacks something; keys that we do not know are no fault. */
export function recordOf(header: SafetensorsHeader, taskname: string): PromptRecord | undefined {
  let value: Partial<PromptRecord> | null;
  try {
    value = JSON.parse(header.metadata[recordKey(taskname)] ?? '') as Partial<PromptRecord> | null;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const complete =
    TEXT_KEYS.every((key) => typeof value[key] === 'string') &&
    typeof value.seed === 'number' &&
    value.template !== undefined &&
    value.encoder !== undefined &&
    value.metrics !== undefined;
  return complete ? (value as PromptRecord) : undefined;
}

const TEXT_KEYS = ['backbone', 'tokenizer', 'data', 'date', 'version'] as const;

/** What is wrong with a file that should be a prompt table; to stand after its name and a colon. */
export function brokenTable({ message }: SafetensorsProblem): string {
  return t('broken prompt table: {0}', message);
}

/** Why a sound safetensors file is no prompt table; to stand after its name and a colon. */
export function notATable(header: SafetensorsHeader): string | undefined {
  for (const [name, { dtype, shape }] of header.tensors)
    if (dtype !== 'F32' || shape.length !== 2 || shape.includes(0))
      return t(
        "not a prompt table: tensor '{0}' is {1} [{2}], not F32 [virtual tokens, hidden]",
        name,
        dtype,
        shape.join(', '),
      );
  return undefined;
}

/** What the rules need to know of a table. A table without tasks is as good as none. */
export function promptTableFacts(header: SafetensorsHeader): PromptTableFacts | undefined {
  const tasks = new Map<string, TrainedTaskFacts>();
  for (const [taskname, { shape }] of header.tensors) {
    const record = recordOf(header, taskname);
    const { prompt_template, virtual_token_splits, chat } = isJsonObject(record?.template) ? record.template : {};
    tasks.set(taskname, {
      ...(typeof prompt_template === 'string' ? { template: prompt_template, chat: chat === true } : {}),
      ...(Array.isArray(virtual_token_splits) ? { splits: virtual_token_splits.filter(Number.isInteger) } : {}),
      virtualTokens: shape[0]!,
      hidden: shape[1]!,
      ...(record ? { backboneFingerprint: record.backbone } : {}),
      ...(typeof record?.chat_template === 'string' ? { chatFrame: record.chat_template } : {}),
      ...trainingFacts(record?.date, record?.metrics),
    });
  }
  return tasks.size > 0 ? { tasks } : undefined;
}
