import { expect, it } from 'vitest';
import { describeModel } from '../../../model/src/describe-model.ts';
import { openModelFolder } from '../../../model/src/model-folder.ts';
import { TINY, tinyFolder, tinyTensors } from './tiny-folder.ts';

it('a model is described by its configuration and by the weights that it has on disk', async () => {
  const opened = await openModelFolder(await tinyFolder());
  const parameters = [...tinyTensors().values()].reduce((sum, { data }) => sum + data.byteLength / 4, 0);
  expect(opened.kind === 'ok' && describeModel(opened.model)).toEqual({
    architecture: 'gpt2',
    layers: TINY.layers,
    hidden: TINY.hidden,
    parameters,
    bytes: 4 * parameters,
    vocabulary: TINY.vocab,
  });
});
