import { serializeSafetensors } from '../../../model/src/safetensors.ts';
import { tinyConfig, tinyTensors, tinyTokenizer } from '../model/tiny-model.ts';
import type { ServedModel } from './hub-server.ts';

export const ID = 'owner/tiny';
export const WEIGHTS = Buffer.from(serializeSafetensors(tinyTensors(), { format: 'pt' }));

/** A whole tiny GPT-2, with the files that are not needed that models on the hub have, too. */
export const tinyModel = (changes: Partial<ServedModel> = {}): ServedModel => ({
  files: {
    '.gitattributes': '*.bin filter=lfs',
    'README.md': '# Tiny',
    'config.json': JSON.stringify(tinyConfig()),
    'tokenizer.json': JSON.stringify(tinyTokenizer()),
    'model.safetensors': WEIGHTS,
    'pytorch_model.bin': 'pickled',
    'flax_model.msgpack': 'packed',
    'onnx/model.onnx': 'graph',
  },
  large: ['model.safetensors', 'pytorch_model.bin'],
  ...changes,
});
