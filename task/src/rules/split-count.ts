import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const splitCount: Rule = {
  code: 'split-count',
  severity: 'error',
  explanation: '`virtual_token_splits` has one number for each marker of the template.',
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
      report({
        at: spanOf(node),
        message: `The template has ${counted(markers, 'marker')}, but this has ${counted(splits, 'split')}; write one number for each marker.`,
      });
    }
  },
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
