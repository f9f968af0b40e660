import { t } from '../../../l10n/src/words.ts';
import { MOST_LISTED, someLanguages } from '../../../model/src/prompt-prefix.ts';
import type { TaskContext } from '../context.ts';
import { changeTo, type Fix, fixOf, MOST_CHOICES } from '../fix.ts';
import { type JsonNode, properties, spanOf } from '../json-tree.ts';
import { fixesOf } from '../key-fixes.ts';
import { formKey } from '../labels.ts';
import { nearLanguages } from '../languages.ts';
import { didYouMean } from '../nearest.ts';
import type { Rule } from '../rule.ts';
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

    const { optim, p_tuning, prompt_tuning, virtual_prompt_style, new_tasks, trainer, data } = context.file;
    const { name, min_lr } = optim.sched;
    const minLr = context.given('optim', 'sched', 'min_lr');
    if (minLr !== undefined && name === 'CosineAnnealing' && min_lr > optim.lr) {
      report({
        at: spanOf(minLr),
        message: t('"min_lr" is where the learning rate falls to: it is at most "lr", {0}, not {1}.', optim.lr, min_lr),
      });
    }

    const layers = context.given('p_tuning', 'num_layers');
    const isMlp = virtual_prompt_style === 'p-tuning' && p_tuning.encoder_type === 'mlp';
    if (layers !== undefined && isMlp && p_tuning.num_layers < FEWEST_LAYERS_OF_MLP) {
      const newText = String(FEWEST_LAYERS_OF_MLP);
      report({
        at: spanOf(layers),
        message: t('An "mlp" has {0} layers or more, not {1}.', newText, p_tuning.num_layers),
        fixes: fixOf(t('Change to {0}', newText), [{ ...spanOf(layers), newText }]),
      });
    }

    const metric = context.given('trainer', 'val_metric');
    const isOfGenerated = trainer.val_metric === 'slot_f1' || trainer.val_metric === 'word_f1';
    const areScored = new_tasks.length > 0 && new_tasks.every((name) => context.template(name)?.settings.labels);
    // Without validation data nothing is chosen by it, which another rule says.
    if (metric !== undefined && isOfGenerated && areScored && data.validation_ds.length > 0) {
      report({
        at: spanOf(metric),
        message: t(
          '{0} is measured of generated answers, and each task that is trained has "labels", which are scored.',
          JSON.stringify(trainer.val_metric),
        ),
        fixes: changeTo(metric, ['macro_f1', 'accuracy']),
      });
    }

    if (virtual_prompt_style === 'prompt-tuning') {
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

    for (const template of context.templates) {
      const taskname = context.givenIn(template, 'taskname');
      if (taskname?.value === RESERVED_TASKNAME) {
        const message = t('A task cannot be called "{0}": prompt tables use that name themselves.', RESERVED_TASKNAME);
        report({ at: spanOf(taskname), message });
      }
      const labels = context.givenIn(template, 'labels');
      if (labels?.type === 'object') {
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
    }
  },

  checkSurroundings(context, { model, promptTable }, report) {
    const tableNode = context.given('prompt_table') ?? context.given('model');
    if (promptTable?.broken !== undefined && tableNode !== undefined) {
      const message = t(
        'The prompt table {0} cannot be used: {1}.',
        JSON.stringify(context.file.prompt_table),
        promptTable.broken,
      );
      report({ at: spanOf(tableNode), message });
    }
    const node = context.given('language');
    const { language } = context.file;
    if (model.kind !== 'ok' || model.languages === undefined || model.languages.length === 0) return;
    const modelNode = context.given('model');
    if (language === null && modelNode !== undefined) {
      const message = t('This model marks the language in every prompt: set "language", for example to "en".');
      report({ at: spanOf(node ?? modelNode), message, fixes: setLanguage(context, model.languages) });
    }
    if (node === undefined || language === null || model.languages.includes(language)) return;
    const near = nearLanguages(language, model.languages).slice(0, MOST_CHOICES);
    const [quoted, some] = [JSON.stringify(language), someLanguages(model.languages)];
    const message =
      model.languages.length > MOST_LISTED
        ? t(
            'The model has no language {0}; it has {1}. Completion offers all of them in an editor, and the config.json of the model lists them.',
            quoted,
            some,
          )
        : t('The model has no language {0}; it has {1}.', quoted, some);
    report({
      at: spanOf(node),
      message: `${message}${didYouMean(near[0])}`,
      fixes: changeTo(node, near),
    });
  },
};

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
