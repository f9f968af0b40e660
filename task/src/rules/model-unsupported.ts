import { spanOf } from '../json-tree.ts';
import type { Rule } from '../rule.ts';

export const modelUnsupported: Rule = {
  code: 'model-unsupported',
  severity: 'error',
  explanation: 'The engine has no graph for this architecture, or for one of its options.',
  example: { of: 'file', wrong: '"model": "bert-folder"', right: '"model": "demo"' },
  checkSurroundings(context, { model }, report) {
    const node = context.given('model');
    if (model.kind !== 'unsupported' || node === undefined) return;
    report({
      at: spanOf(node),
      message: `The model type ${JSON.stringify(model.modelType)} is not supported: ${model.reason} Supported: ${model.supported.join(', ')}.`,
    });
  },
};
