/**
 * A task file with every default filled in. The names are the file's own, which are NeMo's; the table of keys
 * (`keys.ts`) says what each means and is checked by the compiler to hold exactly these.
 */
export interface TaskFile {
  $schema: string | null;
  model: string;
  language: string | null;
  prompt_table: string;
  virtual_prompt_style: 'p-tuning' | 'prompt-tuning';
  existing_tasks: string[];
  new_tasks: string[];
  task_templates: TaskTemplate[];
  data: DataSettings;
  p_tuning: PTuningSettings;
  prompt_tuning: PromptTuningSettings;
  optim: OptimiserSettings;
  trainer: TrainerSettings;
  examples: ExampleRow[];
}

export interface TaskTemplate {
  taskname: string;
  prompt_template: string;
  total_virtual_tokens: number;
  virtual_token_splits: number[];
  truncate_field: string | null;
  answer_only_loss: boolean;
  answer_field: string | null;
  labels: Labels | null;
  chat: boolean;
}

/** Each answer with the other forms that count as it. */
export type Labels = Record<string, string[]>;

export interface DataSettings {
  train_ds: string[];
  validation_ds: string[];
  test_ds: string[];
  /** In tokens, virtual ones included; null is what the backbone can take. */
  max_seq_length: number | null;
  /** Null is what the model's own tokeniser does. */
  add_bos: boolean | null;
  add_eos: boolean;
}

export type EncoderType = 'lstm' | 'mlp' | 'tpmlp' | 'residual' | 'embedding';

export interface PTuningSettings {
  encoder_type: EncoderType;
  num_layers: number;
  encoder_hidden: number | null;
  dropout: number;
}

export interface PromptTuningSettings {
  new_prompt_init_methods: ('text' | 'random')[];
  new_prompt_init_text: (string | null)[];
}

export interface OptimiserSettings {
  lr: number;
  weight_decay: number;
  betas: number[];
  eps: number;
  sched: ScheduleSettings;
}

export interface ScheduleSettings {
  name: 'CosineAnnealing' | 'constant';
  warmup_steps: number;
  min_lr: number;
}

export interface TrainerSettings {
  max_epochs: number;
  batch_size: number;
  gradient_clip_val: number | null;
  seed: number;
  val_metric: 'loss' | 'accuracy' | 'macro_f1' | 'slot_f1' | 'word_f1';
  /** null is by need. */
  recompute: boolean | null;
  precision: 'float32' | 'float16' | 'int8';
  early_stopping: EarlyStoppingSettings | null;
}

export interface EarlyStoppingSettings {
  patience: number;
  min_delta: number;
}

/** A row that is shown with its prediction. Its values are checked by the rules for rows, so they may be anything here. */
export type ExampleRow = Record<string, unknown>;
