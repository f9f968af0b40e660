import { t } from '../../../l10n/src/words.ts';
import { fixOf } from '../fix.ts';
import { garbledIn, ungarbled } from '../garbled.ts';
import { labelOf } from '../labels.ts';
import { textOf } from '../row-view.ts';
import type { Rule } from '../rule.ts';

export const rowGarbled: Rule = {
  code: 'row-garbled',
  severity: 'warning',
  explanation:
    'A text has letters that were garbled when it was read in another encoding than it was written in, such as Ã¤ for ä, or � for one that is lost; or with half of an emoji. The prompt would learn from texts that nobody will ask about.',
  quickFix:
    'Puts the letters back where they can be told; also in all such rows of the file. Not in an answer that `labels` has so, too, which is to be corrected there first.',
  example: {
    of: 'rows',
    wrong: '{"taskname": "sentiment-task", "sentence": "Vinsten Ã¶kade", "label": "positiva"}',
    right: '{"taskname": "sentiment-task", "sentence": "Vinsten ökade", "label": "positiva"}',
  },
  looksAt: 'oddities',
  checkRow({ value, template, places }, _context, report) {
    if (template === undefined) return;
    for (const field of template.fields) {
      const text = textOf(value, field);
      const found = text === undefined ? undefined : garbledIn(text);
      if (text === undefined || found === undefined) continue;
      report(() => {
        const { start, end, meant } = found;
        const name = JSON.stringify(field);
        const at = places.inValue(field, found);
        if (meant === undefined) {
          return { at, message: text.isWellFormed() ? lostLetter() : halfLetter() };
        }
        const repaired = ungarbled(text);
        const message = t(
          '{0} is most likely {1}, read in another encoding than it was written in.',
          JSON.stringify(text.slice(start, end)),
          JSON.stringify(meant),
        );
        const forms = field === template.settings.answer_field ? template.forms : undefined;
        // The repaired answer would be none of the labels, whose nearest one is the garbled one.
        if (forms && labelOf(forms, text) !== undefined && labelOf(forms, repaired) === undefined) {
          return { at, message: `${message} ${t('It stands so in "labels", too: correct it there first.')}` };
        }
        return {
          at,
          message,
          fixes: fixOf(t('Repair the letters of {0}', name), places.replace(field, JSON.stringify(repaired)), {
            forAll: t('Repair the letters of every {0}', name),
          }),
        };
      });
    }
  },
};

function lostLetter(): string {
  return t(
    'A letter is lost here, most likely since the text was read in another encoding than it was written in; make the file anew from where it comes from.',
  );
}

function halfLetter(): string {
  return t(
    'Half of a letter stands here, such as of an emoji, most likely since the text was cut within it. The model is given {0} for it; make the file anew from where it comes from.',
    '\ufffd',
  );
}
