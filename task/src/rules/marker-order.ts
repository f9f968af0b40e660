import { t } from '../../../l10n/src/words.ts';
import { placeOfMarker } from '../context.ts';
import { fixOf } from '../fix.ts';
import type { Rule } from '../rule.ts';
import { marker } from '../template.ts';

export const markerOrder: Rule = {
  code: 'marker-order',
  severity: 'error',
  explanation:
    'Markers are numbered 0, 1, 2 … in the order they stand. NeMo takes any numbers, and then trains with one order and predicts with another.',
  quickFix: 'Numbers the markers in order. Part of "fix all".',
  example: {
    of: 'template',
    wrong:
      '"prompt_template": "<|VIRTUAL_PROMPT_1|> {sentence} <|VIRTUAL_PROMPT_0|>:{label}",\n"virtual_token_splits": [7, 3]',
    right:
      '"prompt_template": "<|VIRTUAL_PROMPT_0|> {sentence} <|VIRTUAL_PROMPT_1|>:{label}",\n"virtual_token_splits": [7, 3]',
  },
  checkFile(context, report) {
    for (const template of context.templates) {
      const wrong = template.markers.flatMap((segment) => {
        const place = placeOfMarker(template, segment);
        const at = segment.index === place ? undefined : context.inTemplate(template, segment);
        return at === undefined ? [] : [{ at, index: segment.index, place }];
      });
      const edits = wrong.map(({ at, place }) => ({ ...at, newText: marker(place) }));
      for (const { at, index, place } of wrong) {
        report({
          at,
          message: t('Marker {0} of this template must be {1}, not {2}.', place + 1, marker(place), marker(index)),
          // The numbers say nothing that the order does not.
          fixes: fixOf(t('Number the markers in order'), edits, { safe: true }),
        });
      }
    }
  },
};
