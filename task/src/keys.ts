import {
  boolean,
  defaultsOf,
  integer,
  type Key,
  type KeyTable,
  list,
  map,
  nullable,
  number,
  oneOf,
  row,
  type Shape,
  section,
  text,
} from './key-types.ts';
import type {
  DataSettings,
  EarlyStoppingSettings,
  OptimiserSettings,
  PromptTuningSettings,
  PTuningSettings,
  ScheduleSettings,
  TaskFile,
  TaskTemplate,
  TrainerSettings,
} from './types.ts';

function key<T>(shape: Shape<T>, absent: Key<T>['absent'], doc: string, nemo: string | null): Key<T> {
  return { shape, absent, doc, nemo };
}

/** A section that may be left out as a whole, since each of its keys may. */
function settings<T>(keys: KeyTable<T>, doc: string, nemo: string | null): Key<T> {
  const shape = section(keys);
  return { shape, absent: { default: defaultsOf(keys as Record<string, Key<unknown>>) as T }, doc, nemo };
}

const LARGEST_SEED = 0xffff_ffff;

const templateKeys: KeyTable<TaskTemplate> = {
  taskname: key(
    text({ nonEmpty: true }),
    'required',
    'The name of the task. Rows name it in their own `taskname`, and the prompt table keeps the trained prompt under it.',
    'task_templates.taskname',
  ),
  prompt_template: key(
    text(),
    'required',
    'How a row becomes text: `{field}` stands for a field of the row, `<|VIRTUAL_PROMPT_0|>` for virtual tokens.',
    'task_templates.prompt_template',
  ),
  total_virtual_tokens: key(
    integer({ least: 1 }),
    { derived: 'The sum of `virtual_token_splits`; 10 when that is left out too.' },
    'How many virtual tokens the task has, over all markers.',
    'task_templates.total_virtual_tokens',
  ),
  virtual_token_splits: key(
    list(integer()),
    { derived: '`total_virtual_tokens`, spread evenly over the markers.' },
    'How many virtual tokens each marker stands for, in the order of the markers.',
    'task_templates.virtual_token_splits',
  ),
  truncate_field: key(
    nullable(text()),
    { default: null },
    'The field whose end is cut off when a row has more than `max_seq_length` tokens. Without one such rows are skipped.',
    'task_templates.truncate_field',
  ),
  answer_only_loss: key(
    boolean(),
    { default: false },
    'Whether only the answer counts in the loss. Otherwise all text of the row does.',
    'task_templates.answer_only_loss',
  ),
  answer_field: key(
    nullable(text()),
    { default: null },
    'The field that the model is to write. Prediction fills the template up to it.',
    'task_templates.answer_field',
  ),
  labels: key(
    nullable(map(list(text()), { least: 1 })),
    { default: null },
    'The answers a classification task can give, each with the other forms that count as it, such as `{ "positiva": ["positiv", "positivt"] }`. With labels, training teaches these whatever form a row has, and prediction scores each of them and gives probabilities; without, it generates.',
    null,
  ),
  chat: key(
    boolean(),
    { default: false },
    "Whether the template, up to the answer, is what a user says in the model's own chat template, virtual tokens included, and the answer is what the assistant says. `add_bos` and `add_eos` do not count then: the chat template says how a conversation begins, and the answer ends with the token that ends a turn.",
    null,
  ),
};

const paths = list(text({ nonEmpty: true }), { orSingle: true });

const dataKeys: KeyTable<DataSettings> = {
  train_ds: key(
    paths,
    { default: [] },
    'JSONL files to train on: one JSON object with text fields and a `taskname` a line. Paths are relative to the task file.',
    'model.data.train_ds',
  ),
  validation_ds: key(
    paths,
    { default: [] },
    'JSONL files that choose the best epoch and stop training early.',
    'model.data.validation_ds',
  ),
  test_ds: key(paths, { default: [] }, 'JSONL files that the trained prompt is evaluated on.', 'model.data.test_ds'),
  max_seq_length: key(
    nullable(integer({ least: 1 })),
    { default: null },
    'The most tokens a row may have, virtual tokens included. null is as many as the backbone can take.',
    'model.data.max_seq_length',
  ),
  add_bos: key(
    nullable(boolean()),
    { default: null },
    "Whether the backbone's first token is put in front of every row. null is what the backbone's own tokeniser does, as Llama's and Gemma's do.",
    'model.data.add_bos',
  ),
  add_eos: key(
    boolean(),
    { default: true },
    "Whether the backbone's end token is put after every row in training, so that the model learns to stop.",
    'model.data.add_eos',
  ),
};

const pTuningKeys: KeyTable<PTuningSettings> = {
  encoder_type: key(
    oneOf({
      lstm: 'a bidirectional LSTM, as in NeMo 1.10',
      mlp: 'fully connected layers',
      tpmlp: 'two wide layers, as in NeMo 1.12',
      residual: 'residual prompt tuning, with which small backbones learn best',
      embedding: 'none: the virtual embeddings are learned directly',
    }),
    { default: 'lstm' },
    'The prompt encoder, which makes the virtual embeddings while training.',
    'model.p_tuning.encoder_type',
  ),
  num_layers: key(
    integer({ least: 1, most: 64 }),
    { default: 2 },
    'How many layers an `lstm` or `mlp` has, an `mlp` at least 2. Those of the other prompt encoders are fixed.',
    'model.p_tuning.num_layers',
  ),
  encoder_hidden: key(
    nullable(integer({ least: 1, most: 65_536 })),
    { default: null },
    "The width inside the prompt encoder. null is the usual one of its type: half of the backbone's for each direction of an `lstm`, the backbone's for `mlp`, 2048 for `tpmlp`, 128 for `residual`.",
    'model.p_tuning.encoder_hidden',
  ),
  dropout: key(
    number({ least: 0, below: 1 }),
    { default: 0 },
    'The share of values that is set to zero between the layers of an `lstm` while training. Other prompt encoders drop none.',
    'model.p_tuning.dropout',
  ),
};

const promptTuningKeys: KeyTable<PromptTuningSettings> = {
  new_prompt_init_methods: key(
    list(oneOf({ text: 'from the embeddings of a text', random: 'from random numbers' })),
    { default: [] },
    'How the prompt of each new task starts, in the order of `new_tasks`. A task without an entry starts at random.',
    'model.prompt_tuning.new_prompt_init_methods',
  ),
  new_prompt_init_text: key(
    list(nullable(text())),
    { default: [] },
    'The text that each new task starts from, in the order of `new_tasks`; null where the method is `random`.',
    'model.prompt_tuning.new_prompt_init_text',
  ),
};

const scheduleKeys: KeyTable<ScheduleSettings> = {
  name: key(
    oneOf({ CosineAnnealing: 'it falls along a cosine to `min_lr`', constant: 'it stays' }),
    { default: 'CosineAnnealing' },
    'How the learning rate goes on after the warm-up.',
    'model.optim.sched.name',
  ),
  warmup_steps: key(
    integer({ least: 0 }),
    { default: 50 },
    'Steps over which the learning rate rises to `lr`. A run of no more steps than these never reaches it.',
    'model.optim.sched.warmup_steps',
  ),
  min_lr: key(
    number({ least: 0 }),
    { default: 0 },
    'The learning rate at the end of `CosineAnnealing`; at most `lr`.',
    'model.optim.sched.min_lr',
  ),
};

const optimiserKeys: KeyTable<OptimiserSettings> = {
  lr: key(number({ above: 0 }), { default: 1e-4 }, 'The highest learning rate.', 'model.optim.lr'),
  weight_decay: key(
    number({ least: 0 }),
    { default: 0.01 },
    'The weight decay of AdamW, on all parameters of the prompt encoder.',
    'model.optim.weight_decay',
  ),
  betas: key(
    list(number({ least: 0, below: 1 }), { length: 2 }),
    { default: [0.9, 0.98] },
    "AdamW's decay rates of the first and second moment.",
    'model.optim.betas',
  ),
  eps: key(
    number({ above: 0 }),
    { default: 1e-8 },
    'What AdamW adds to the root of the second moment.',
    'model.optim.eps',
  ),
  sched: settings(scheduleKeys, 'The schedule of the learning rate.', 'model.optim.sched'),
};

const earlyStoppingKeys: KeyTable<EarlyStoppingSettings> = {
  patience: key(
    integer({ least: 1 }),
    { default: 5 },
    'Epochs without a better validation value after which training stops.',
    'EarlyStopping.patience',
  ),
  min_delta: key(
    number({ least: 0 }),
    { default: 0 },
    'By how much a validation value must be better to count.',
    'EarlyStopping.min_delta',
  ),
};

const trainerKeys: KeyTable<TrainerSettings> = {
  max_epochs: key(
    integer({ least: 1 }),
    { default: 20 },
    'How often training goes through the data at most.',
    'trainer.max_epochs',
  ),
  batch_size: key(integer({ least: 1 }), { default: 8 }, 'Rows a step.', 'model.global_batch_size'),
  gradient_clip_val: key(
    nullable(number({ above: 0 })),
    { default: 1 },
    'The largest norm the gradient of all parameters together may have; a longer one is shortened. null leaves it.',
    'trainer.gradient_clip_val',
  ),
  seed: key(
    integer({ least: 0, most: LARGEST_SEED }),
    { default: 1234 },
    'Where random numbers start. The same seed gives the same prompt on the same device.',
    'model.seed',
  ),
  val_metric: key(
    oneOf({
      loss: 'the mean loss of the tokens that count (`answer_only_loss`); the lowest is best',
      accuracy: 'the share of right answers; without `labels`, of those that are exactly right',
      macro_f1:
        'the mean of the F1 of each label that rows have, so that rare labels count as much as common ones; without `labels`, the accuracy',
      slot_f1:
        'the F1 of the slots of generated answers that are intents and slots; for other tasks of the run, the accuracy',
      word_f1: 'the F1 of the words of other generated answers; for other tasks of the run, the accuracy',
    }),
    { default: 'loss' },
    'The validation value that chooses the best epoch and stops training early. Without validation data the last epoch is kept.',
    'exp_manager.checkpoint_callback_params.monitor',
  ),
  recompute: key(
    nullable(boolean()),
    { default: null },
    "Whether a layer's activations are computed again for the backward pass, not kept: about a quarter of the memory for them, a third more time, the same results. null is where memory is short.",
    'model.activations_checkpoint_method',
  ),
  precision: key(
    oneOf({
      float32: 'single precision',
      float16:
        'matrix products in half precision, on a GPU that has it: about half the time and a gradient that is a few thousandths off',
      int8: 'products with frozen matrices are those of 8-bit integers, on the CPU: about half the time, a gradient that is about an eighth off',
    }),
    { default: 'float32' },
    'What training steps compute in. Validation and prediction are in single precision always.',
    'trainer.precision',
  ),
  early_stopping: key(
    nullable(section(earlyStoppingKeys)),
    { default: { patience: 5, min_delta: 0 } },
    'When training stops before `max_epochs`; null never does. It needs validation data.',
    'EarlyStopping',
  ),
};

/** Every key of a task file: its type, its default, what it means and NeMo's name for it. */
export const taskFileKeys: KeyTable<TaskFile> = {
  $schema: key(nullable(text()), { default: null }, 'The JSON schema of this file, for other editors.', null),
  model: key(
    text({ nonEmpty: true }),
    'required',
    'The frozen backbone: `demo` (or `demo-tiny`, `demo-base`, `demo-small`), a folder in the form of Hugging Face, relative to this file, or the Hugging Face id of a model in its cache.',
    'model.language_model_path',
  ),
  language: key(
    nullable(text({ nonEmpty: true })),
    { default: null },
    'The language of the text, such as `sv`, for backbones that mark it in the prompt, as the demo one does.',
    null,
  ),
  prompt_table: key(
    text({ nonEmpty: true }),
    { derived: 'The name of this file with `.prompts.safetensors` for `.ptask.json`.' },
    'The file that keeps the trained prompt of every task, relative to this file.',
    'model.nemo_path',
  ),
  virtual_prompt_style: key(
    oneOf({
      'p-tuning': 'a prompt encoder makes them, which is left out once it has been trained',
      'prompt-tuning': 'they are learned directly',
    }),
    { default: 'p-tuning' },
    'Where the virtual embeddings come from.',
    'model.virtual_prompt_style',
  ),
  existing_tasks: key(
    list(text({ nonEmpty: true })),
    { default: [] },
    'Tasks in the prompt table that are used and stay as they are.',
    'model.existing_tasks',
  ),
  new_tasks: key(
    list(text({ nonEmpty: true })),
    { derived: 'Every task with a template that is not in `existing_tasks`.' },
    'Tasks to train.',
    'model.new_tasks',
  ),
  task_templates: key(
    list(section(templateKeys), { least: 1 }),
    'required',
    'A template for each task: how its rows become text, and which part of that is the answer.',
    'model.task_templates',
  ),
  data: settings(dataKeys, 'The rows to train, validate and test on.', 'model.data'),
  p_tuning: settings(pTuningKeys, 'The prompt encoder, for `p-tuning`.', 'model.p_tuning'),
  prompt_tuning: settings(promptTuningKeys, 'How prompts start, for `prompt-tuning`.', 'model.prompt_tuning'),
  optim: settings(optimiserKeys, 'The optimiser, AdamW.', 'model.optim'),
  trainer: settings(trainerKeys, 'How long and in what steps training goes.', 'trainer'),
  examples: key(
    list(row()),
    { default: [] },
    'Rows that are shown with their predictions, by `ptask predict` and in the editor.',
    null,
  ),
};

/** The task file as one shape. */
export const taskFileShape: Shape<TaskFile> = section(taskFileKeys);

/** How many virtual tokens a template has that names neither a total nor splits, as in NeMo's examples. */
export const DEFAULT_VIRTUAL_TOKENS = 10;
