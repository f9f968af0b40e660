import type { TaskContext, TemplateView } from '../context.ts';
import { fixOf } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import { spread } from '../parse.ts';
import type { Rule } from '../rule.ts';
import { replaceSplits } from '../task-edits.ts';

export const splitCount: Rule = {
  code: 'split-count',
  severity: 'error',
  explanation: '`virtual_token_splits` has one number for each marker of the template.',
  quickFix: 'Gives each marker a split: the rest of the total to those that have none, or the total spread evenly.',
  example: {
    of: 'template',
    wrong: '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence}:{label}",\n"virtual_token_splits": [6, 4]',
    right:
      '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [6, 4]',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const node = context.givenIn(template, 'virtual_token_splits');
      const malformed = template.parsed.problems.filter(({ code }) => code === 'marker-malformed').length;
      const markers = template.markers.length + malformed;
      const splits = node?.children?.length ?? 0;
      if (node === undefined || markers === 0 || splits === markers) continue;
      if (context.givenIn(template, 'prompt_template') === undefined) continue;
      const malformedToo = malformed > 0 ? [] : template.markers;
      report({
        at: spanOf(node),
        message: `The template has ${counted(markers, 'marker')}, but this has ${counted(splits, 'split')}; write one number for each marker.`,
        related: malformedToo.flatMap((segment, place) => {
          const at = context.inTemplate(template, segment);
          return at === undefined ? [] : [context.related(at, `Marker ${place + 1} of ${markers}.`)];
        }),
        fixes: splitsFor(context, template, markers).flatMap((wanted) =>
          fixOf(`Change the splits to [${wanted.join(', ')}]`, replaceSplits(node, wanted)),
        ),
      });
    }
  },
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Splits that may be meant, the likeliest first: those given with the rest added, or the total spread anew. */
function splitsFor(context: TaskContext, template: TemplateView, markers: number): number[][] {
  const { total_virtual_tokens: total, virtual_token_splits: splits } = template.settings;
  const missing = markers - splits.length;
  const rest = total - splits.reduce((a, b) => a + b, 0);
  const areSound = splits.every((split, index) => {
    return split >= 1 && context.givenIn(template, 'virtual_token_splits', index) !== undefined;
  });
  const kept = areSound && missing > 0 && rest >= missing ? [[...splits, ...spread(rest, missing)]] : [];
  const even = total >= markers ? [spread(total, markers)] : [];
  return kept.some((splits) => splits.join() === even[0]?.join()) ? kept : [...kept, ...even];
}
