import type { JsonValue } from '../json-value.ts';
import { chatFrameOf } from '../project.ts';
import { type NewPrompt, updatePromptTable } from '../prompt/prompt-table.ts';
import { VERSION } from '../version.ts';
import type { TrainingPlan } from './plan.ts';
import type { Progress } from './training-state.ts';
import type { Validation } from './validate.ts';

/** The prompts of a run's tasks, and what is known of them. */
export interface KeptPrompts {
  /** [virtual tokens, hidden] of each task. */
  readonly virtual: ReadonlyMap<string, Float32Array>;
  readonly validation: Validation['tasks'];
  /** From 0, of each task. */
  readonly epochs: Progress['keptEpochs'];
}

/**
 * Puts prompts into a prompt table, each with a record of what it was trained on.
 * @param date of the run, which the records have
 * @throws FileError when the table is broken or cannot be written; it is left as it was
 */
export async function writePrompts(
  path: string,
  plan: TrainingPlan,
  { virtual, validation, epochs }: KeptPrompts,
  date: Date,
): Promise<void> {
  const { file, backbone, tokenizer } = plan.project;
  const { hidden } = plan.encoder;
  const chatFrame = chatFrameOf(plan.project);
  const prompts = new Map<string, NewPrompt>();
  for (const [name, { template }] of plan.tasks) {
    const embeddings = virtual.get(name)!;
    prompts.set(name, {
      virtualTokens: embeddings.length / hidden,
      hidden,
      embeddings,
      record: {
        template: template as unknown as JsonValue,
        encoder: plan.encoder as unknown as JsonValue,
        seed: file.trainer.seed,
        backbone: backbone.model.fingerprint,
        tokenizer: tokenizer.hash,
        ...(template.chat && chatFrame !== undefined ? { chat_template: chatFrame } : {}),
        data: plan.train.hash,
        metrics: {
          epoch: epochs[name]! + 1,
          train_rows: plan.train.size,
          validation: validation[name] ?? null,
        } as unknown as JsonValue,
        version: VERSION,
      },
    });
  }
  await updatePromptTable(path, prompts, date);
}
