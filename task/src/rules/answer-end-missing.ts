import { t } from '../../../l10n/src/words.ts';
import type { TaskContext, TemplateView } from '../context.ts';
import type { ModelFacts } from '../environment.ts';
import { type Fix, fixOf } from '../fix.ts';
import { type JsonNode, property, spanOf } from '../json-tree.ts';
import { labelTokens } from '../label-tokens.ts';
import type { Rule } from '../rule.ts';
import { replaceNode } from '../task-edits.ts';

/** A chat template mostly has an end of its own for each turn. */
export const answerEndMissing: Rule = {
  code: 'answer-end-missing',
  severity: 'warning',
  explanation:
    'With `"add_eos": false`, or a model whose folder names no end token, nothing says where an answer ends. One that is generated goes on and on; and of two labels one of which begins with the tokens of the other, the shorter one is always the likelier.',
  quickFix: 'Sets `add_eos` to true.',
  example: {
    of: 'file',
    wrong: `"data": { "train_ds": ["train.jsonl"], "add_eos": false },
"task_templates": [{ "taskname": "sentiment-task", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}", "answer_field": "label" }]`,
    right: `"data": { "train_ds": ["train.jsonl"] },
"task_templates": [{ "taskname": "sentiment-task", "prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}", "answer_field": "label" }]`,
  },
  checkFile(context, report) {
    const node = endNode(context);
    const endless = context.templates.filter((template) => !template.settings.chat && isGenerated(template));
    if (node === undefined || endless.length === 0) return;
    report({
      at: spanOf(node),
      message: t(
        'With "add_eos": false nothing teaches the model where an answer ends, so that it writes on and on ({0}); set it to true.',
        namesOf(endless),
      ),
      fixes: addEnd(node),
    });
  },
  checkSurroundings(context, { model }, report) {
    const node = endNode(context);
    const modelNode = context.given('model');
    const lacking = context.templates.filter((template) => lacksEnd(model, template));
    const generated = lacking.filter(isGenerated);
    if (modelNode !== undefined && generated.length > 0) {
      report({
        at: spanOf(modelNode),
        message: t(
          'The folder of this model names no end token, so that nothing teaches the model where an answer ends, and it writes on and on ({0}). Name one in its tokenizer_config.json ("eos_token"), or take another model.',
          namesOf(generated),
        ),
      });
    }
    for (const template of context.templates) {
      const labels = context.givenIn(template, 'labels');
      const isLacking = lacking.includes(template);
      if (labels === undefined || (!isLacking && (node === undefined || template.settings.chat))) continue;
      for (const [longer, shorter] of begunLabels(labelTokens(template, model))) {
        const [at, other] = [longer, shorter].map((name) => property(labels, name)?.key);
        if (at === undefined || other === undefined) continue;
        const names = [JSON.stringify(longer), JSON.stringify(shorter)] as const;
        const related = [context.related(spanOf(other), t('The label that it begins with.'))];
        if (isLacking || node === undefined) {
          report({
            at: spanOf(at),
            message: t(
              'No prediction is {0}: it begins with the tokens of {1}, which are always likelier without the rest, as the folder of this model names no end token. Rename one of the two.',
              ...names,
            ),
            related,
          });
          continue;
        }
        report({
          at: spanOf(at),
          message: t(
            'With "add_eos": false no prediction is {0}: it begins with the tokens of {1}, which are always likelier without the rest. Set "add_eos" to true.',
            ...names,
          ),
          related: [...related, context.related(spanOf(node), t('The end token is left out here.'))],
          fixes: addEnd(node),
        });
      }
    }
  },
};

/** Whether answers are written token by token, not chosen from labels. */
function isGenerated({ settings: { answer_field, labels } }: TemplateView): boolean {
  return answer_field !== null && labels === null;
}

/** Whether the model has no token to end an answer of a template with. */
function lacksEnd(model: ModelFacts, { settings }: TemplateView): boolean {
  if (model.kind !== 'ok') return false;
  if (!settings.chat) return model.hasEnd === false;
  return model.chat !== undefined && !('unusable' in model.chat) && model.chat.endId === undefined;
}

function namesOf(templates: readonly TemplateView[]): string {
  return templates.map(({ settings }) => JSON.stringify(settings.taskname)).join(', ');
}

/** Where the file leaves the end token out. */
function endNode(context: TaskContext): JsonNode | undefined {
  const node = context.given('data', 'add_eos');
  return node?.value === false ? node : undefined;
}

function addEnd(node: JsonNode): Fix[] {
  return fixOf(t('Set "add_eos" to true'), replaceNode(node, 'true'));
}

/** Labels whose tokens begin with all those of another one, each with the shortest such. */
function begunLabels(tokens: ReadonlyMap<string, readonly number[]>): [longer: string, shorter: string][] {
  const byTokens = new Map([...tokens].map(([label, ids]) => [ids.join(), label]));
  // A label may be as long as a book; only as many tokens as another one has are looked up.
  const lengths = [...new Set([...tokens.values()].map((ids) => ids.length))].sort((a, b) => a - b);
  return [...tokens].flatMap(([label, ids]): [string, string][] => {
    for (const length of lengths) {
      if (length >= ids.length) break;
      const shorter = byTokens.get(ids.slice(0, length).join());
      if (shorter !== undefined) return [[label, shorter]];
    }
    return [];
  });
}
