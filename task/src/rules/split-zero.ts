import type { RelatedPlace } from '../../../protocol/src/problem.ts';
import type { TaskContext, TemplateView } from '../context.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import { DEFAULT_VIRTUAL_TOKENS } from '../keys.ts';
import { spread } from '../parse.ts';
import type { Rule } from '../rule.ts';
import { replaceNode, replaceSplits } from '../task-edits.ts';

export const splitZero: Rule = {
  code: 'split-zero',
  severity: 'error',
  explanation: 'Each marker stands for at least one virtual token.',
  quickFix:
    'Spreads the total evenly over the markers, takes one token from the largest split, or raises a total that is too small.',
  example: {
    of: 'template',
    wrong:
      '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [10, 0]',
    right:
      '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [7, 3]',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const total = context.givenIn(template, 'total_virtual_tokens');
      const { total_virtual_tokens, virtual_token_splits } = template.settings;
      const isSpread = !context.hasKey('task_templates', template.index, 'virtual_token_splits');
      if (total !== undefined && isSpread && virtual_token_splits.includes(0)) {
        report({
          at: spanOf(total),
          message: `${total_virtual_tokens} virtual tokens are too few for ${template.markers.length} markers, each of which needs one.`,
          related: markersOf(context, template),
          fixes: fixOf(
            `Set the total to ${template.markers.length}`,
            replaceNode(total, String(template.markers.length)),
          ),
        });
      }
      for (const [index, split] of virtual_token_splits.entries()) {
        const node = context.givenIn(template, 'virtual_token_splits', index);
        if (node === undefined || split >= 1) continue;
        report({
          at: spanOf(node),
          message: 'A split must be at least 1; remove the marker if it is to have no virtual tokens.',
          related: markersOf(context, template).slice(index, index + 1),
          fixes: positiveSplits(context, template).flatMap((wanted) =>
            fixOf(
              `Change the splits to [${wanted.join(', ')}]`,
              replaceSplits(context.givenIn(template, 'virtual_token_splits')!, wanted),
            ),
          ),
        });
      }
    }
  },
};

function markersOf(context: TaskContext, template: TemplateView): RelatedPlace[] {
  return template.markers.flatMap((segment, place) => {
    const at = context.inTemplate(template, segment);
    return at === undefined ? [] : [context.related(at, `Marker ${place + 1}.`)];
  });
}

/** The total spread evenly, and the least change: one token each, taken from the largest split. */
function positiveSplits(context: TaskContext, template: TemplateView): number[][] {
  const { virtual_token_splits: splits } = template.settings;
  const sum = splits.reduce((a, b) => a + b, 0);
  const isGiven = context.givenIn(template, 'total_virtual_tokens') !== undefined;
  const total = isGiven ? template.settings.total_virtual_tokens : sum >= splits.length ? sum : DEFAULT_VIRTUAL_TOKENS;
  const markers = template.markers.length || splits.length;
  const even = total >= markers ? [spread(total, markers)] : [];
  const raised = splits.map((split) => Math.max(1, split));
  const tooMuch = raised.reduce((a, b) => a + b, 0) - total;
  const largest = raised.indexOf(Math.max(...raised));
  raised[largest]! -= Math.max(0, tooMuch);
  const isOther = raised.join() !== even[0]?.join() && raised.length === markers && raised[largest]! >= 1;
  return isOther && tooMuch >= 0 ? [...even, raised] : even;
}
