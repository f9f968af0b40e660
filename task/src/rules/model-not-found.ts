import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const modelNotFound: Rule = {
  code: 'model-not-found',
  severity: 'error',
  explanation: "The model's folder is missing, or lacks one of the files a model needs.",
  example: { of: 'file', wrong: '"model": "no-such-folder"', right: '"model": "demo"' },
  checkSurroundings(context, { model }, report) {
    const node = context.given('model');
    if (model.kind !== 'not-found' || node === undefined) return;
    report({
      at: spanOf(node),
      message: `The model ${JSON.stringify(context.file.model)} was not found.${model.missing.length > 0 ? ` Missing: ${model.missing.join(', ')}.` : ''}`,
    });
  },
};
