import { t } from '../../../l10n/src/words.ts';
import type { TaskContext } from '../context.ts';
import { type Fix, fixOf } from '../fix.ts';
import { type JsonNode, properties, spanOf } from '../json-tree.ts';
import { labelTokens } from '../label-tokens.ts';
import type { Rule } from '../rule.ts';
import { replaceNode } from '../task-edits.ts';

/** A chat template has an end of its own for each turn. */
export const answerEndMissing: Rule = {
  code: 'answer-end-missing',
  severity: 'warning',
  explanation:
    'With `"add_eos": false` nothing says where an answer ends. One that is generated goes on and on; and of two labels one of which begins with the tokens of the other, the shorter one is always the likelier.',
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
    const endless = context.templates.filter(
      ({ settings: { answer_field, labels, chat } }) => answer_field !== null && labels === null && !chat,
    );
    if (node === undefined || endless.length === 0) return;
    report({
      at: spanOf(node),
      message: t(
        'With "add_eos": false nothing teaches the model where an answer ends, so that it writes on and on ({0}); set it to true.',
        endless.map(({ settings }) => JSON.stringify(settings.taskname)).join(', '),
      ),
      fixes: addEnd(node),
    });
  },
  checkSurroundings(context, { model }, report) {
    const node = endNode(context);
    if (node === undefined) return;
    for (const template of context.templates) {
      const labels = context.givenIn(template, 'labels');
      if (labels === undefined || template.settings.chat) continue;
      for (const [longer, shorter] of begunLabels(labelTokens(template, model))) {
        const [at, other] = [longer, shorter].map(
          (name) => properties(labels).find((entry) => entry.name === name)?.key,
        );
        if (at === undefined || other === undefined) continue;
        report({
          at: spanOf(at),
          message: t(
            'With "add_eos": false no prediction is {0}: it begins with the tokens of {1}, which are always likelier without the rest. Set "add_eos" to true.',
            JSON.stringify(longer),
            JSON.stringify(shorter),
          ),
          related: [
            context.related(spanOf(other), t('The label that it begins with.')),
            context.related(spanOf(node), t('The end token is left out here.')),
          ],
          fixes: addEnd(node),
        });
      }
    }
  },
};

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
  return [...tokens].flatMap(([label, ids]): [string, string][] => {
    for (let length = 0; length < ids.length; length++) {
      const shorter = byTokens.get(ids.slice(0, length).join());
      if (shorter !== undefined) return [[label, shorter]];
    }
    return [];
  });
}
