import { t } from '../../../l10n/src/words.ts';
import { MOST_LISTED, someLanguages } from '../../../model/src/prompt-prefix.ts';
import type { TaskContext, TemplateView } from '../context.ts';
import { changeTo, type Fix, fixOf, MOST_CHOICES } from '../fix.ts';
import { type JsonNode, properties, spanOf } from '../json-tree.ts';
import { fixesOf } from '../key-fixes.ts';
import { formKey } from '../labels.ts';
import { nearLanguages } from '../languages.ts';
import { didYouMean } from '../nearest.ts';
import type { Report, Rule } from '../rule.ts';
import { removeFromList, setKey } from '../task-edits.ts';

/** The one name that a tensor in a safetensors file cannot have. */
const RESERVED_TASKNAME = '__metadata__';

/** The one that makes the hidden values, and the one that makes virtual embeddings of them. */
const FEWEST_LAYERS_OF_MLP = 2;

/** Wrong types, values and keys come from the reader; what one key says of another is looked at here. */
export const schema: Rule = {
  code: 'schema',
  severity: 'error',
  explanation:
    'A value has the wrong type or is not one of those allowed, or a key that must be there is missing. A key that ptask does not know is a warning, since the file still means something without it.',
  quickFix:
    'Changes a misspelt key or value to the nearest, removes an unknown or repeated key, writes a value in the form that is wanted (a number without quotes, a list of one), or sets the language to one that the model has and `val_metric` to one that is measured.',
  example: { of: 'file', wrong: '"optim": { "lr": "fast" }', right: '"optim": { "lr": 1e-4 }' },

  checkFile(context, report) {
    reportMisread(context, report);
    reportMinLr(context, report);
    reportLayers(context, report);
    reportMetric(context, report);
    reportInitTexts(context, report);
    reportListedTwice(context, report);
    for (const template of context.templates) {
      reportTaskname(context, template, report);
      reportLabels(context, template, report);
    }
  },

  checkSurroundings(context, { model, promptTable }, report) {
    if (promptTable?.broken !== undefined) reportPromptTable(context, promptTable.broken, report);
    if (model.kind === 'ok' && model.languages?.length) reportLanguage(context, model.languages, report);
  },
};

/** What the reader found. */
function reportMisread(context: TaskContext, report: Report): void {
  for (const { code, severity, message, related, mistake, ...at } of context.parsed.problems) {
    if (code !== 'schema') continue;
    report({
      at,
      message,
      severity,
      ...(related === undefined ? {} : { related: [context.related(related, related.message)] }),
      ...(mistake === undefined ? {} : { fixes: fixesOf(context.text, mistake) }),
    });
  }
}

function reportMinLr(context: TaskContext, report: Report): void {
  const { lr, sched } = context.file.optim;
  const node = context.given('optim', 'sched', 'min_lr');
  if (node === undefined || sched.name === 'constant' || sched.min_lr <= lr) return;
  report({
    at: spanOf(node),
    message: t('"min_lr" is where the learning rate falls to: it is at most "lr", {0}, not {1}.', lr, sched.min_lr),
  });
}

function reportLayers(context: TaskContext, report: Report): void {
  const { virtual_prompt_style, p_tuning } = context.file;
  const node = context.given('p_tuning', 'num_layers');
  const isMlp = virtual_prompt_style === 'p-tuning' && p_tuning.encoder_type === 'mlp';
  if (node === undefined || !isMlp || p_tuning.num_layers >= FEWEST_LAYERS_OF_MLP) return;
  const newText = String(FEWEST_LAYERS_OF_MLP);
  report({
    at: spanOf(node),
    message: t('An "mlp" has {0} layers or more, not {1}.', newText, p_tuning.num_layers),
    fixes: fixOf(t('Change to {0}', newText), [{ ...spanOf(node), newText }]),
  });
}

function reportMetric(context: TaskContext, report: Report): void {
  const { new_tasks, trainer, data } = context.file;
  const node = context.given('trainer', 'val_metric');
  const isOfGenerated = trainer.val_metric === 'slot_f1' || trainer.val_metric === 'word_f1';
  const areScored = new_tasks.length > 0 && new_tasks.every((name) => context.template(name)?.settings.labels);
  // Without validation data nothing is chosen by it, which another rule says.
  if (node === undefined || !isOfGenerated || !areScored || data.validation_ds.length === 0) return;
  report({
    at: spanOf(node),
    message: t(
      '{0} is measured of generated answers, and each task that is trained has "labels", which are scored.',
      JSON.stringify(trainer.val_metric),
    ),
    fixes: changeTo(node, ['macro_f1', 'accuracy']),
  });
}

/** Prompts that are to start from a text that is not there. */
function reportInitTexts(context: TaskContext, report: Report): void {
  const { virtual_prompt_style, prompt_tuning, new_tasks } = context.file;
  if (virtual_prompt_style !== 'prompt-tuning') return;
  for (const [index, method] of prompt_tuning.new_prompt_init_methods.entries()) {
    const node = context.given('prompt_tuning', 'new_prompt_init_methods', index);
    if (node === undefined || method !== 'text' || prompt_tuning.new_prompt_init_text[index]) continue;
    const task = new_tasks[index];
    report({
      at: spanOf(node),
      message:
        task === undefined
          ? t('The prompt is to start from a text, but "new_prompt_init_text" has none for it.')
          : t(
              'The prompt of {0} is to start from a text, but "new_prompt_init_text" has none for it.',
              JSON.stringify(task),
            ),
      fixes: changeTo(node, ['random']),
    });
  }
}

function reportListedTwice(context: TaskContext, report: Report): void {
  for (const key of ['existing_tasks', 'new_tasks'] as const) {
    const listed = new Map<string, JsonNode>();
    for (const { node, value } of context.entries(key)) {
      const first = listed.get(value);
      listed.set(value, first ?? node);
      if (first === undefined) continue;
      report({
        at: spanOf(node),
        message: t('{0} is in this list already.', JSON.stringify(value)),
        related: [context.related(spanOf(first), t('It stands here first.'))],
        fixes: fixOf(t('Remove it'), removeFromList(context, node), { safe: true }),
      });
    }
  }
}

function reportTaskname(context: TaskContext, template: TemplateView, report: Report): void {
  const taskname = context.givenIn(template, 'taskname');
  if (taskname?.value !== RESERVED_TASKNAME) return;
  const message = t('A task cannot be called "{0}": prompt tables use that name themselves.', RESERVED_TASKNAME);
  report({ at: spanOf(taskname), message });
}

function reportLabels(context: TaskContext, template: TemplateView, report: Report): void {
  const labels = context.givenIn(template, 'labels');
  if (labels?.type !== 'object') return;
  for (const { name, key } of properties(labels)) {
    if (name.trim() !== '') continue;
    report({ at: spanOf(key), message: t('A label is the answer itself, so it cannot be empty.') });
  }
  for (const { form, owner, message } of sharedForms(labels)) {
    report({
      at: spanOf(form),
      message,
      related: [context.related(spanOf(owner), t('This label has it.'))],
      fixes: fixOf(t('Remove it here'), removeFromList(context, form)),
    });
  }
}

/** Forms that stand for two labels, so that an answer would be ambiguous. */
function sharedForms(labels: JsonNode): { form: JsonNode; owner: JsonNode; message: string }[] {
  const owners = new Map<string, { label: string; key: JsonNode }>();
  for (const { name, key } of properties(labels)) {
    if (!owners.has(formKey(name))) owners.set(formKey(name), { label: name, key });
  }
  return properties(labels).flatMap(({ name: label, key, value }) =>
    // A label is a form of itself.
    [key, ...(value?.type === 'array' ? value.children! : [])].flatMap((form) => {
      if (typeof form.value !== 'string') return [];
      const owner = owners.get(formKey(form.value));
      owners.set(formKey(form.value), owner ?? { label, key });
      if (owner === undefined || owner.label === label) return [];
      const [own, other] = [form.value, owner.label].map((text) => JSON.stringify(text)) as [string, string];
      const message =
        form.value.trim() !== owner.label.trim() && formKey(form.value) === formKey(owner.label)
          ? t('{0} already stands for the label {1}: both are the same text, encoded in two ways.', own, other)
          : t('{0} already stands for the label {1}.', own, other);
      return [{ form, owner: owner.key, message }];
    }),
  );
}

function reportPromptTable(context: TaskContext, reason: string, report: Report): void {
  const node = context.given('prompt_table') ?? context.given('model');
  if (node === undefined) return;
  const name = JSON.stringify(context.file.prompt_table);
  report({ at: spanOf(node), message: t('The prompt table {0} cannot be used: {1}.', name, reason) });
}

/** @param languages those that the model marks in every prompt */
function reportLanguage(context: TaskContext, languages: readonly string[], report: Report): void {
  const { language } = context.file;
  const node = context.given('language');
  if (language === null) {
    const at = node ?? context.given('model');
    if (at === undefined) return;
    const message = t('This model marks the language in every prompt: set "language", for example to "en".');
    report({ at: spanOf(at), message, fixes: setLanguage(context, languages) });
    return;
  }
  if (node === undefined || languages.includes(language)) return;
  const near = nearLanguages(language, languages).slice(0, MOST_CHOICES);
  const names = [JSON.stringify(language), someLanguages(languages)];
  const message =
    languages.length > MOST_LISTED
      ? t(
          'The model has no language {0}; it has {1}. Completion offers all of them in an editor, and the config.json of the model lists them.',
          ...names,
        )
      : t('The model has no language {0}; it has {1}.', ...names);
  report({ at: spanOf(node), message: `${message}${didYouMean(near[0])}`, fixes: changeTo(node, near) });
}

/** A language in the file's name, as in `sv.ptask.json`, is most likely the one; else any of the model's first ones. */
function setLanguage(context: TaskContext, languages: readonly string[]): Fix[] {
  const inName = new Set(context.path.split(/[^A-Za-z]+/).reverse());
  const named = languages.filter((language) => inName.has(language));
  const others = languages.filter((language) => !inName.has(language)).slice(0, MOST_CHOICES - named.length);
  const toFix = (language: string, options: { guess?: true }): Fix[] => {
    const json = JSON.stringify(language);
    return fixOf(t('Set "language" to {0}', json), setKey(context, 'language', json, 'model'), options);
  };
  return [
    ...named.flatMap((language) => toFix(language, named.length > 1 ? { guess: true } : {})),
    ...others.flatMap((language) => toFix(language, { guess: true })),
  ];
}
