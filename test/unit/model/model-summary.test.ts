import { expect, it } from 'vitest';
import { openModelFolder } from '../../../model/src/model-folder.ts';
import { modelSummary } from '../../../model/src/model-summary.ts';
import { TINY, tinyFolder, tinyTensors } from './tiny-folder.ts';

it('a model is summed up from its configuration and the weights that it has on disk', async () => {
  const opened = await openModelFolder(await tinyFolder());
  if (opened.kind !== 'ok') throw new Error(opened.problem);
  const parameters = [...tinyTensors().values()].reduce((sum, { data }) => sum + data.byteLength / 4, 0);
  const summary = {
    architecture: 'gpt2',
    layers: TINY.layers,
    hidden: TINY.hidden,
    parameters,
    bytes: 4 * parameters,
    vocabulary: TINY.vocab,
  };
  expect(modelSummary(opened.model)).toEqual(summary);
  expect(modelSummary({ config: opened.model.config })).toEqual({ ...summary, bytes: undefined });
});
