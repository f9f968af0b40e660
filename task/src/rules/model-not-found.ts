import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const modelNotFound: Rule = {
  code: 'model-not-found',
  severity: 'error',
  explanation: "The model's folder is missing, lacks one of the files a model needs, or one of them is broken.",
  example: { of: 'file', wrong: '"model": "no-such-folder"', right: '"model": "demo"' },
  checkSurroundings(context, { model }, report) {
    const node = context.given('model');
    if (model.kind !== 'not-found' || node === undefined) return;
    const name = JSON.stringify(context.file.model);
    const missing = model.missing.length > 0 ? ` Missing: ${model.missing.join(', ')}.` : '';
    const message = model.reason
      ? `The model ${name} cannot be opened: ${model.reason}.`
      : `The model ${name} was not found.${missing}`;
    report({ at: spanOf(node), message });
  },
};
