import { t } from '../../../l10n/src/words.ts';
import { changeTo } from '../fix.ts';
import { spanOf } from '../json-tree.ts';
import { allNear, didYouMean } from '../nearest.ts';
import type { Rule } from '../rule.ts';

/** The names of models that are no folders; a test holds them to those that there are. */
export const DEMO_MODELS: readonly string[] = ['demo', 'demo-tiny', 'demo-base', 'demo-small'];

export const modelNotFound: Rule = {
  code: 'model-not-found',
  severity: 'error',
  explanation: "The model's folder is missing, lacks one of the files a model needs, or one of them is broken.",
  quickFix:
    'Changes a misspelt name of a demo model. In VS Code, fetches a model of the Hugging Face hub, or lets another one be chosen.',
  example: { of: 'file', wrong: '"model": "no-such-folder"', right: '"model": "demo"' },
  checkSurroundings(context, { model }, report) {
    const node = context.given('model');
    if (model.kind !== 'not-found' || node === undefined) return;
    const name = JSON.stringify(context.file.model);
    const missing = model.missing.length > 0 ? ` ${t('Missing: {0}.', model.missing.join(', '))}` : '';
    let message = `${t('The model {0} was not found.', name)}${missing}`;
    if (model.absent) message = t('The model {0} was not found: {1}.', name, model.absent);
    if (model.reason) message = t('The model {0} cannot be opened: {1}.', name, model.reason);
    const isDemo = DEMO_MODELS.includes(context.file.model);
    const near = isDemo || model.reason !== undefined ? [] : allNear(context.file.model, DEMO_MODELS);
    report({ at: spanOf(node), message: `${message}${didYouMean(near[0])}`, fixes: changeTo(node, near) });
  },
};
