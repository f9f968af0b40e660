import { createHash } from 'node:crypto';
import { t } from '../../../l10n/src/words.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';
import { readWeightRows } from '../backbone/weight-rows.ts';
import { RowStore, type Rows } from '../data/row-store.ts';
import type { RowTokeniser } from '../data/tokenise.ts';
import { InputError } from '../errors.ts';
import { requireAnswer } from '../evaluate/require-answer.ts';
import { canonicalJson, type JsonValue } from '../json-value.ts';
import { chatFrameOf, dataPaths, type Project, rowTokeniser, templateOf } from '../project.ts';
import type { EncoderSpec, EncoderTask } from '../prompt/encoder.ts';
import { Random } from '../random.ts';
import { requireMeasured } from './require-measured.ts';

export interface PlannedTask {
  readonly template: TaskTemplate;
  readonly tokeniser: RowTokeniser;
}

/** Everything that a training run depends on, read and checked before its first step. */
export interface TrainingPlan {
  readonly project: Project;
  readonly tasks: ReadonlyMap<string, PlannedTask>;
  readonly train: Rows;
  readonly validation: Rows;
  readonly encoder: EncoderSpec;
  readonly encoderTasks: readonly EncoderTask[];
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Changes with anything that the result depends on: settings, data, backbone, tokeniser. */
  readonly hash: string;
}

/** NeMo's prompt tuning draws from the commonest words, as Lester et al. (2021) do; byte-pair ids fall with frequency. */
const COMMON_TOKENS = 5000;

/**
 * @param tasknames which of the file's new tasks to train; all of them where empty
 * @throws InputError where there is nothing to train, or too little data
 */
export async function planTraining(project: Project, tasknames: readonly string[]): Promise<TrainingPlan> {
  const { file } = project;
  const names = [...new Set(tasknames.length > 0 ? tasknames : file.new_tasks)];
  if (names.length === 0)
    throw new InputError(t('{0}: "new_tasks" is empty, so there is nothing to train', project.path));
  const kept = names.find((name) => file.existing_tasks.includes(name));
  if (kept) throw new InputError(t('\'{0}\' is one of "existing_tasks", whose prompts are kept as they are', kept));
  const tasks = new Map(
    names.map((name) => {
      const template = templateOf(project, name);
      return [name, { template, tokeniser: rowTokeniser(project, template) }];
    }),
  );
  const { val_metric } = file.trainer;
  // Accuracy and what is like it; of a task with labels the check has seen to it. Without validation data nothing is chosen by it.
  if (val_metric !== 'loss' && file.data.validation_ds.length > 0) {
    for (const { template } of tasks.values()) requireAnswer(template);
  }
  const open = (files: readonly string[]) =>
    RowStore.open(dataPaths(project, files), names, (row, taskname) => tasks.get(taskname)!.tokeniser.row(row));
  const stores: RowStore[] = [];
  try {
    const train = await open(file.data.train_ds);
    stores.push(train);
    const validation = await open(file.data.validation_ds);
    stores.push(validation);
    if (val_metric === 'slot_f1' || val_metric === 'word_f1') {
      const templates = [...tasks.values()].map(({ template }) => template);
      requireMeasured(val_metric, templates, validation);
    }
    const trained = new Set(Array.from({ length: train.size }, (_, row) => train.taskname(row)));
    const without = names.filter((name) => !trained.has(name));
    if (without.length > 0) {
      throw new InputError(t('{0}: no training row of {1} can be used', project.path, without.join(', ')));
    }
    const stepsPerEpoch = Math.ceil(train.size / file.trainer.batch_size);
    const totalSteps = stepsPerEpoch * file.trainer.max_epochs;
    const encoder = encoderSpec(project);
    return {
      project,
      tasks,
      train,
      validation,
      encoder,
      encoderTasks: await Promise.all(names.map((name) => encoderTask(project, tasks.get(name)!.template, encoder))),
      stepsPerEpoch,
      totalSteps,
      hash: planHash(project, names, train, validation),
    };
  } catch (error) {
    for (const store of stores) store.close();
    throw error;
  }
}

/** The same plan over other training rows. */
export function withRows(plan: TrainingPlan, train: Rows): TrainingPlan {
  const { batch_size, max_epochs } = plan.project.file.trainer;
  const stepsPerEpoch = Math.ceil(train.size / batch_size);
  const totalSteps = stepsPerEpoch * max_epochs;
  const hash = planHash(plan.project, [...plan.tasks.keys()], train, plan.validation);
  return { ...plan, train, stepsPerEpoch, totalSteps, hash };
}

function encoderSpec({ file, backbone }: Project): EncoderSpec {
  const { p_tuning } = file;
  const type = file.virtual_prompt_style === 'prompt-tuning' ? 'embedding' : p_tuning.encoder_type;
  return {
    type,
    hidden: backbone.model.config.hidden,
    numLayers: p_tuning.num_layers,
    encoderHidden: p_tuning.encoder_hidden,
    dropout: p_tuning.dropout,
    conditioned: true,
  };
}

async function encoderTask(project: Project, template: TaskTemplate, spec: EncoderSpec): Promise<EncoderTask> {
  const { taskname, total_virtual_tokens: virtualTokens } = template;
  const nameIds = project.tokenizer.encode(taskname);
  const nameEmbeddings = await wordEmbeddings(project, nameIds);
  const ids = initialIds(project, template, spec, nameIds);
  const initial = ids && (await wordEmbeddings(project, ids));
  return { taskname, virtualTokens, nameEmbeddings, ...(initial ? { initial } : {}) };
}

/** The words that a prompt's rows start as; undefined for encoders and methods that start at random. */
function initialIds(
  project: Project,
  template: TaskTemplate,
  spec: EncoderSpec,
  nameIds: readonly number[],
): number[] | undefined {
  const { file, tokenizer, backbone } = project;
  const length = template.total_virtual_tokens;
  if (spec.type === 'residual') {
    const random = Random.fromSeed(file.trainer.seed).fork(`vocabulary ${template.taskname}`);
    const common = Math.min(COMMON_TOKENS, backbone.model.config.vocabSize);
    const drawn = Array.from({ length }, () => random.integer(common));
    return [...nameIds, ...drawn].slice(0, length);
  }
  const place = file.new_tasks.indexOf(template.taskname);
  const { new_prompt_init_methods, new_prompt_init_text } = file.prompt_tuning;
  if (spec.type !== 'embedding' || new_prompt_init_methods[place] !== 'text') return undefined;
  const words = tokenizer.encode(new_prompt_init_text[place] ?? '');
  // Without a text, the task's name says best what the prompt is for.
  const source = words.length > 0 ? words : nameIds;
  return Array.from({ length }, (_, i) => source[i % source.length]!);
}

async function wordEmbeddings({ backbone }: Project, ids: readonly number[]): Promise<Float32Array> {
  const rows = await readWeightRows(backbone.model.weights.get(backbone.wordEmbeddings)!, ids);
  // Virtual tokens stand among word embeddings as the layers see them.
  const scale = backbone.model.config.embeddingScale ?? 1;
  return scale === 1 ? rows : rows.map((value) => value * scale);
}

function planHash(project: Project, names: readonly string[], train: Rows, validation: Rows): string {
  const { model, language, task_templates, data, ...settings } = project.file;
  const { virtual_prompt_style, p_tuning, prompt_tuning, optim } = settings;
  // How memory is saved changes nothing.
  const { recompute: _, ...trainer } = settings.trainer;
  const { max_seq_length, add_bos, add_eos } = data;
  const templates = task_templates.filter((template) => names.includes(template.taskname));
  const basis = {
    names,
    language,
    templates,
    data: { max_seq_length, add_bos, add_eos, train: train.hash, validation: validation.hash },
    settings: { virtual_prompt_style, p_tuning, prompt_tuning, optim, trainer },
    backbone: project.backbone.model.fingerprint,
    tokenizer: project.tokenizer.hash,
    ...(templates.some(({ chat }) => chat) ? { chat: chatFrameOf(project) } : {}),
  };
  return createHash('sha256')
    .update(canonicalJson(basis as unknown as JsonValue))
    .digest('hex');
}
