import { t } from '../../../l10n/src/words.ts';
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
    const { modelType, reason, supported } = model;
    report({
      at: spanOf(node),
      message: supported.includes(modelType)
        ? t('This {0} model cannot be run, though others can: its folder has {1}.', modelType, reason)
        : t(
            'Models of type {0} (model_type in config.json) are not supported. Supported: {1}.',
            JSON.stringify(modelType),
            supported.join(', '),
          ),
    });
  },
};
