import { expect, it } from 'vitest';
import { predictionLines } from '../../../engine/src/cli/prediction-lines.ts';
import type { TaskTemplate } from '../../../task/src/types.ts';

const template = (labels: string[] | null): TaskTemplate =>
  ({
    taskname: 'a',
    prompt_template: '<|VIRTUAL_PROMPT_0|> {text}: {label}',
    virtual_token_splits: [1],
    answer_field: 'label',
    labels: labels && Object.fromEntries(labels.map((label) => [label, []])),
  }) as unknown as TaskTemplate;

const said = (text: string, probability: number) => ({ text, candidates: [{ text, probability }], cut: false });

it('labels and questions stand below each other in columns, however wide their letters are', () => {
  const labels = template(['积极', 'ลบที่', 'neutral']);
  const line = (label: string, columns?: number) =>
    predictionLines(labels, { text: '电影很好看，我很喜欢', label: '积极' }, said(label, 0.975), columns);
  expect(line('积极')).toEqual(['积极      97.5%  电影很好看，我很喜欢:  (right)']);
  expect(line('ลบที่')).toEqual(['ลบที่       97.5%  电影很好看，我很喜欢:  (the row says 积极)']);
  expect(line('neutral')).toEqual(['neutral   97.5%  电影很好看，我很喜欢:  (the row says 积极)']);
  // 17 columns for the label, 9 for the remark.
  expect(line('积极', 46)).toEqual(['积极      97.5%  电影很好看，我很喜…  (right)']);
});

it('text that was generated stands below its question', () => {
  const generated = { text: ' 很\n好', candidates: undefined, cut: true };
  expect(predictionLines(template(null), { text: '电影很好看，我很喜欢' }, generated, 9)).toEqual([
    '电影很好看，我很喜…',
    '  → 很 好…',
  ]);
});
