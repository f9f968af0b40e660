import { copyFile, mkdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SUPPORTED_MODEL_TYPES } from '../../../model/src/architectures/index.ts';
import { ModelFolderError } from '../../../model/src/folder/read-tokenizer.ts';
import { type ModelFolder, openModelFolder } from '../../../model/src/model-folder.ts';
import { readWhole } from '../../../model/src/read-whole.ts';
import { serializeSafetensors, type TensorData } from '../../../model/src/safetensors.ts';
import { CONTROL, modelBytes, type Piece, UNK } from './sentencepiece-model.ts';
import { TINY, temporaryFolder, tinyConfig, tinyFolder, tinyTensors, tinyTokenizer } from './tiny-folder.ts';

async function openOk(dir: string): Promise<ModelFolder> {
  const result = await openModelFolder(dir);
  if (result.kind !== 'ok') throw new Error(result.problem);
  return result.model;
}

const withTensors = (tensors: Map<string, TensorData>) => ({ 'model.safetensors': serializeSafetensors(tensors) });

describe.skipIf(process.platform === 'win32')('what is no file, and would be read without end', () => {
  test.each(['config.json', 'generation_config.json', 'model.safetensors'])(
    'is refused in place of %s',
    async (name) => {
      const dir = await tinyFolder({ [name]: undefined });
      await symlink('/dev/zero', join(dir, name));
      const result = await openModelFolder(dir);
      expect(result).toMatchObject({ kind: 'broken', problem: `model folder ${dir}: ${name}: it is not a file` });
    },
  );

  test.each(['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'])(
    'is refused in place of %s',
    async (name) => {
      const dir = await tinyFolder({ [name]: undefined });
      await symlink('/dev/zero', join(dir, name));
      await expect((await openOk(dir)).loadTokenizer()).rejects.toThrow('it is not a file');
    },
  );
});

describe('a folder in place of a file', () => {
  test.each(['config.json', 'generation_config.json'])('is told in plain words: %s', async (name) => {
    const dir = await tinyFolder({ [name]: undefined });
    await mkdir(join(dir, name));
    const problem = `model folder ${dir}: ${name}: it is a folder`;
    expect(await openModelFolder(dir)).toMatchObject({ kind: 'broken', problem });
  });

  test('is told in plain words: tokenizer.json', async () => {
    const dir = await tinyFolder({ 'tokenizer.json': undefined });
    await mkdir(join(dir, 'tokenizer.json'));
    const opening = (await openOk(dir)).loadTokenizer();
    await expect(opening).rejects.toThrow(`model folder ${dir}: tokenizer.json: it is a folder`);
  });
});

test.skipIf(process.platform === 'win32')('links in a circle are told in plain words, with the file', async () => {
  const dir = await tinyFolder({ 'config.json': undefined });
  await symlink('config.json', join(dir, 'config.json'));
  const problem = `the model folder ${dir} cannot be read: ${join(dir, 'config.json')}: links lead in a circle`;
  expect(await openModelFolder(dir)).toMatchObject({ kind: 'broken', problem });
});

describe('what is a file, but larger than any of a model', () => {
  /** It takes no room where files have holes. */
  async function writeLarge(file: string, bytes: number): Promise<void> {
    await writeFile(file, '');
    await truncate(file, bytes);
  }

  test.each(['config.json', 'generation_config.json', 'model.safetensors.index.json'])(
    'is refused in place of %s',
    async (name) => {
      const isIndex = name.endsWith('index.json');
      const dir = await tinyFolder({ [name]: undefined, ...(isIndex ? { 'model.safetensors': undefined } : {}) });
      await writeLarge(join(dir, name), 2 ** 26 + 1);
      const result = await openModelFolder(dir);
      const problem = `model folder ${dir}: ${name}: it is larger than 64 MB, as no such file is`;
      expect(result).toMatchObject({ kind: 'broken', problem });
    },
  );

  test.each<[string, number]>([
    ['tokenizer.json', 256],
    ['tokenizer_config.json', 64],
    ['special_tokens_map.json', 64],
    ['chat_template.jinja', 64],
  ])('is refused in place of %s', async (name, most) => {
    const dir = await tinyFolder({ [name]: undefined });
    await writeLarge(join(dir, name), most * 2 ** 20 + 1);
    const problem = `${name}: it is larger than ${most} MB`;
    await expect((await openOk(dir)).loadTokenizer()).rejects.toThrow(problem);
  });

  test.runIf(process.platform === 'linux')('is refused where it says that it is empty', async () => {
    expect((await stat('/proc/self/status')).size).toBe(0);
    await expect(readWhole('/proc/self/status', 100)).rejects.toThrow('it is larger');
    expect((await readWhole('/proc/self/status', 2 ** 20)).length).toBeGreaterThan(100);
  });

  test('is read as a whole up to the most that it may have', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'abc');
    expect((await readWhole(file, 3)).toString()).toBe('abc');
    await expect(readWhole(file, 2)).rejects.toThrow('it is larger');
    await writeFile(file, '');
    expect((await readWhole(file, 3)).length).toBe(0);
  });
});

describe('what a file holds is told in a line, however long or deeply nested it is', () => {
  const long = 'x'.repeat(100_000);
  const head = (entry: object): Uint8Array => {
    const json = new TextEncoder().encode(JSON.stringify({ a: entry }).replace('"@"', JSON.stringify(long)));
    const length = new Uint8Array(8);
    new DataView(length.buffer).setUint32(0, json.length, true);
    return Buffer.concat([length, json]);
  };
  /** JSON cannot be made of such a value. */
  const nested = (key: string) => {
    const text = JSON.stringify({ ...tinyConfig(), [key]: '@' }).replace(
      '"@"',
      '['.repeat(50_000) + ']'.repeat(50_000),
    );
    return new TextEncoder().encode(text);
  };

  test.each<[string, Parameters<typeof tinyFolder>[0], string]>([
    ['a number of the configuration', { 'config.json': tinyConfig({ n_head: [long] }) }, `'n_head' is ["xxx`],
    ['a type of the configuration', { 'config.json': tinyConfig({ model_type: long }) }, `is of type 'xxx`],
    ['a size that is nested', { 'config.json': nested('n_head') }, `'n_head' is [[[`],
    ['our own part that is nested', { 'config.json': nested('ptask') }, `'ptask' is not an object`],
    ['a dtype', { 'model.safetensors': head({ dtype: '@' }) }, `'a' has an unknown dtype "xxx`],
    ['a shape', { 'model.safetensors': head({ dtype: 'F32', shape: ['@'] }) }, `'a' has an invalid shape ["xxx`],
  ])('%s', async (_, files, problem) => {
    const result = await openModelFolder(await tinyFolder(files));
    if (result.kind === 'ok') expect.unreachable();
    expect(result.problem).toContain(problem);
    expect(result.problem.length).toBeLessThan(1_000);
    expect(result.problem).not.toContain('call stack');
  });

  test.each<[string, (tokenizer: { model: object }) => object, string]>([
    ['an id', (json) => ({ ...json, model: { ...json.model, vocab: { a: long } } }), `gives the token 'a' the id "xxx`],
    ['a token', (json) => ({ ...json, model: { ...json.model, vocab: { [long]: -1 } } }), `gives the token 'xxx`],
    ['a merge', (json) => ({ ...json, model: { ...json.model, merges: [[[long]]] } }), `a merge that is none: [["xxx`],
    ['a type', (json) => ({ ...json, model: { ...json.model, type: [long] } }), `a model of type ["xxx`],
    [
      'normal forms that are no list',
      (json) => ({ ...json, normalizer: { type: 'Sequence', normalizers: 1 } }),
      'tokenizer.json cannot be used: a part of it is not of the form that it should have, or is too large',
    ],
    [
      'a decoder of a type that is not known',
      (json) => ({ ...json, decoder: { type: long } }),
      'tokenizer.json cannot be used: Unknown Decoder type: xxx',
    ],
  ])('of a tokeniser: %s', async (_, changed, problem) => {
    const dir = await tinyFolder({ 'tokenizer.json': changed(tinyTokenizer() as { model: object }) });
    const error = await (await openOk(dir)).loadTokenizer().then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(ModelFolderError);
    expect(error?.message).toContain(problem);
    expect(error?.message.length).toBeLessThan(1_000);
  });
});

describe('a folder that is whole', () => {
  test('opens with its configuration and every weight', async () => {
    const dir = await tinyFolder();
    const { config, weights } = await openOk(dir);
    expect(config).toEqual({
      modelType: 'gpt2',
      vocabSize: 300,
      hidden: 4,
      layers: 1,
      heads: 2,
      inner: 6,
      maxPositions: 8,
      activation: 'gelu_new',
      layerNormEpsilon: 1e-5,
      tied: true,
      scaleAttention: true,
      scaleAttentionByLayer: false,
      eosId: 256,
    });
    expect(weights.size).toBe(16);
    const { file, offset, length, dtype, shape } = weights.get('wpe.weight')!;
    expect({ dtype, shape, length }).toEqual({ dtype: 'F32', shape: [8, 4], length: 128 });
    const expected = tinyTensors().get('transformer.wpe.weight')!.data;
    const bytes = (await readFile(file)).subarray(offset, offset + length);
    expect(Buffer.compare(bytes, new Uint8Array(expected.buffer))).toBe(0);
  });

  test.each(['gpt2', 'gpt2-gelu-inner'])('opens as transformers writes it: %s', async (name) => {
    const dir = join(import.meta.dirname, '../../golden/backbones', name);
    const result = await openModelFolder(dir, { tokenizer: 'optional' });
    expect(result).toMatchObject({
      kind: 'ok',
      model: {
        config:
          name === 'gpt2'
            ? { activation: 'gelu_new', inner: 256, bosId: 1, eosId: 2 }
            : { activation: 'gelu', inner: 96 },
      },
    });
  });

  test('has an output projection of its own where the files have one with other numbers', async () => {
    const words = tinyTensors().get('transformer.wte.weight')!;
    const openWith = async (head: TensorData) =>
      openOk(await tinyFolder(withTensors(tinyTensors().set('lm_head.weight', head))));
    const other = Float32Array.from(words.data as Float32Array);
    other[other.length - 1] = 0;

    const model = await openWith({ ...words, data: other });
    expect(model.config.tied).toBe(false);
    const { file, offset, length } = model.weights.get('lm_head.weight')!;
    const bytes = (await readFile(file)).subarray(offset, offset + length);
    expect(Buffer.compare(bytes, new Uint8Array(other.buffer))).toBe(0);

    // Some programs store the same matrix by both names.
    const same = await openWith(words);
    expect(same.config.tied).toBe(true);
    expect(same.weights.has('lm_head.weight')).toBe(false);
    expect(same.fingerprint).toBe((await openOk(await tinyFolder())).fingerprint);
  });

  test('has its word embeddings where the files have them as the output projection alone', async () => {
    const tensors = tinyTensors();
    const words = tensors.get('transformer.wte.weight')!;
    tensors.delete('transformer.wte.weight');
    tensors.set('lm_head.weight', words);
    const { config, weights, fingerprint } = await openOk(await tinyFolder(withTensors(tensors)));
    expect(config.tied).toBe(true);
    expect([...weights.keys()]).not.toContain('lm_head.weight');
    expect(fingerprint).toBe((await openOk(await tinyFolder())).fingerprint);

    const untied = { 'config.json': tinyConfig({ tie_word_embeddings: false }), ...withTensors(tensors) };
    await expect(openOk(await tinyFolder(untied))).rejects.toThrow("has no weight 'wte.weight'");
  });

  test('names its weights alike with and without "transformer."', async () => {
    const bare = await openOk(await tinyFolder(withTensors(tinyTensors(''))));
    const prefixed = await openOk(await tinyFolder());
    expect([...bare.weights.keys()]).toEqual([...prefixed.weights.keys()]);
    expect(bare.fingerprint).toBe(prefixed.fingerprint);
  });

  test.each([
    ['n_inner is four times the width where it is null', { n_inner: null }, { inner: 16 }],
    ['gelu is the exact one', { activation_function: 'gelu' }, { activation: 'gelu' }],
    ['gelu_pytorch_tanh is gelu_new', { activation_function: 'gelu_pytorch_tanh' }, { activation: 'gelu_new' }],
    ['attention may be unscaled', { scale_attn_weights: false }, { scaleAttention: false }],
    ['of several end tokens the first counts', { eos_token_id: [7, 8] }, { eosId: 7 }],
    [
      'a prompt prefix is read',
      { ptask: { prefix: '<|{language}|>', languages: ['sv'] } },
      { prefix: { template: '<|{language}|>', languages: ['sv'] } },
    ],
  ])('%s', async (_, changes, expected) => {
    const tensors = tinyTensors();
    if ('n_inner' in changes) {
      const zeros = (...shape: number[]): TensorData => ({
        dtype: 'F32',
        shape,
        data: new Float32Array(shape.reduce((n, size) => n * size)),
      });
      tensors.set('transformer.h.0.mlp.c_fc.weight', zeros(4, 16));
      tensors.set('transformer.h.0.mlp.c_fc.bias', zeros(16));
      tensors.set('transformer.h.0.mlp.c_proj.weight', zeros(16, 4));
    }
    const dir = await tinyFolder({ 'config.json': tinyConfig(changes), ...withTensors(tensors) });
    expect((await openOk(dir)).config).toMatchObject(expected);
  });

  test('generation_config.json says the end token where config.json does not', async () => {
    const dir = await tinyFolder({
      'config.json': tinyConfig({ eos_token_id: null }),
      'generation_config.json': { eos_token_id: 9, bos_token_id: 3 },
    });
    expect((await openOk(dir)).config).toMatchObject({ eosId: 9, bosId: 3 });
  });

  test('an untied head is a weight of its own; a tied one is not asked for', async () => {
    const head: TensorData = { ...tinyTensors().get('transformer.wte.weight')! };
    const both = withTensors(tinyTensors().set('lm_head.weight', head));
    const untied = tinyConfig({ tie_word_embeddings: false });
    const model = await openOk(await tinyFolder({ 'config.json': untied, ...both }));
    expect(model.config.tied).toBe(false);
    expect(model.weights.has('lm_head.weight')).toBe(true);
    expect((await openOk(await tinyFolder(both))).weights.has('lm_head.weight')).toBe(false);
    expect(await openModelFolder(await tinyFolder({ 'config.json': untied }))).toMatchObject({
      kind: 'broken',
      problem: expect.stringContaining(`no weight 'lm_head.weight'`),
    });
  });

  test.each(['F16', 'BF16'] as const)('weights may be %s', async (dtype) => {
    const tensors = tinyTensors();
    for (const [name, { shape, data }] of tensors)
      tensors.set(name, { dtype, shape, data: new Uint8Array(data.byteLength / 2) });
    const { weights } = await openOk(await tinyFolder(withTensors(tensors)));
    expect(weights.get('wte.weight')).toMatchObject({ dtype, length: TINY.vocab * TINY.hidden * 2 });
  });
});

describe('several weight files', () => {
  const split = () => {
    const all = [...tinyTensors()];
    const shards = { 'a.safetensors': new Map(all.slice(0, 7)), 'b.safetensors': new Map(all.slice(7)) };
    const weight_map: Record<string, string> = {};
    for (const [file, tensors] of Object.entries(shards)) for (const name of tensors.keys()) weight_map[name] = file;
    return {
      'model.safetensors': undefined,
      'a.safetensors': serializeSafetensors(shards['a.safetensors']),
      'b.safetensors': serializeSafetensors(shards['b.safetensors']),
      'model.safetensors.index.json': { metadata: {}, weight_map },
    };
  };

  test('open as one, with the fingerprint of one', async () => {
    const model = await openOk(await tinyFolder(split()));
    expect(basename(model.weights.get('wte.weight')!.file)).toBe('a.safetensors');
    expect(basename(model.weights.get('h.0.mlp.c_proj.bias')!.file)).toBe('b.safetensors');
    expect(model.fingerprint).toBe((await openOk(await tinyFolder())).fingerprint);
  });

  test('a shard that is not there is named', async () => {
    const result = await openModelFolder(await tinyFolder({ ...split(), 'b.safetensors': undefined }));
    expect(result).toMatchObject({ kind: 'not-found', missing: ['b.safetensors'] });
  });

  test.each(['../a.safetensors', '/etc/passwd', '', 'x\\y', 3, '..'])('the index may not point to %j', async (file) => {
    const files = split();
    const index = { weight_map: { ...files['model.safetensors.index.json'].weight_map, 'lm_head.weight': file } };
    const result = await openModelFolder(await tinyFolder({ ...files, 'model.safetensors.index.json': index }));
    expect(result).toMatchObject({ kind: 'broken' });
  });

  test('a tensor that its shard does not hold is named', async () => {
    const files = split();
    const index = { weight_map: { ...files['model.safetensors.index.json'].weight_map, extra: 'a.safetensors' } };
    const result = await openModelFolder(await tinyFolder({ ...files, 'model.safetensors.index.json': index }));
    expect(result).toMatchObject({ kind: 'broken', problem: expect.stringMatching(/'extra' is in a\.safetensors/) });
  });
});

test.skipIf(process.platform === 'win32')('symbolic links, as in the cache of the hub, are resolved', async () => {
  const blobs = await temporaryFolder();
  const source = await tinyFolder();
  await copyFile(join(source, 'model.safetensors'), join(blobs, 'abc123'));
  const dir = await tinyFolder({ 'model.safetensors': undefined });
  await symlink(join(blobs, 'abc123'), join(dir, 'model.safetensors'));
  expect(basename((await openOk(dir)).weights.get('wte.weight')!.file)).toBe('abc123');
});

describe('what is missing is named', () => {
  test('the folder', async () => {
    const dir = join(await temporaryFolder(), 'none');
    expect(await openModelFolder(dir)).toMatchObject({ kind: 'not-found', missing: [dir] });
  });

  test('a file in its place', async () => {
    const dir = join(await temporaryFolder(), 'file');
    await writeFile(dir, '');
    expect(await openModelFolder(dir)).toMatchObject({
      kind: 'not-found',
      problem: expect.stringContaining('not a folder'),
    });
  });

  test('all of its files', async () => {
    expect(await openModelFolder(await temporaryFolder())).toMatchObject({
      kind: 'not-found',
      missing: ['config.json', 'model.safetensors', 'tokenizer.json'],
    });
  });

  test('safetensors where only the older format is there', async () => {
    const dir = await tinyFolder({ 'model.safetensors': undefined, 'pytorch_model.bin': new Uint8Array(3) });
    expect(await openModelFolder(dir)).toMatchObject({
      kind: 'not-found',
      missing: ['model.safetensors'],
      problem: expect.stringContaining('pytorch_model.bin'),
    });
  });

  test('the tokeniser, unless it may be', async () => {
    const dir = await tinyFolder({ 'tokenizer.json': undefined });
    expect(await openModelFolder(dir)).toMatchObject({ kind: 'not-found', missing: ['tokenizer.json'] });
    const result = await openModelFolder(dir, { tokenizer: 'optional' });
    if (result.kind !== 'ok') throw new Error(result.problem);
    await expect(result.model.loadTokenizer()).rejects.toThrow(/lacks tokenizer\.json/);
  });

  test('a weight', async () => {
    const tensors = tinyTensors();
    tensors.delete('transformer.h.0.ln_2.bias');
    expect(await openModelFolder(await tinyFolder(withTensors(tensors)))).toMatchObject({
      kind: 'broken',
      problem: expect.stringContaining(`'h.0.ln_2.bias'`),
    });
  });

  test('the first of more layers than there are', async () => {
    const dir = await tinyFolder({ 'config.json': tinyConfig({ n_layer: 10_000 }) });
    expect(await openModelFolder(dir)).toMatchObject({ problem: expect.stringContaining(`'h.1.ln_1.weight'`) });
  });
});

describe('what is unsupported is named', () => {
  test.each([
    ['another architecture', { model_type: 'mamba' }, /mamba/],
    ['an architecture named like a method', { model_type: 'toString' }, /toString/],
    ['an activation', { activation_function: 'relu' }, /'relu'.*gelu_new/],
    ['cross-attention', { add_cross_attention: true }, /add_cross_attention/],
    ['attention to later tokens', { is_causal: false }, /attention to later tokens \('is_causal'\)/],
    ['settings of single layers', { per_layer_config: { '0': { n_inner: 8 } } }, /'per_layer_config'/],
    ['weights in another file', { transformers_weights: 'other.safetensors' }, /'transformers_weights'/],
    ['settings in another file', { configuration_files: ['config.4.0.0.json'] }, /'configuration_files'/],
    ['a setting of a text model', { text_config: { is_causal: null } }, /'is_causal'/],
    ['quantised weights', { quantization_config: { bits: 4 } }, /quantised/],
  ])('%s', async (_, changes, reason) => {
    const result = await openModelFolder(await tinyFolder({ 'config.json': tinyConfig(changes) }));
    expect(result).toMatchObject({
      kind: 'unsupported',
      supported: [...SUPPORTED_MODEL_TYPES],
      reason: expect.stringMatching(reason),
      problem: expect.stringMatching(reason),
    });
  });

  test('the dtype of a weight', async () => {
    const tensors = tinyTensors();
    const { shape } = tensors.get('transformer.wpe.weight')!;
    tensors.set('transformer.wpe.weight', { dtype: 'I8', shape, data: new Int8Array(32) });
    expect(await openModelFolder(await tinyFolder(withTensors(tensors)))).toMatchObject({
      kind: 'unsupported',
      reason: expect.stringMatching(/I8.*'wpe\.weight'/),
    });
  });
});

describe('what the files have besides, and would be passed over', () => {
  const zeros = (...shape: number[]): TensorData => ({
    dtype: 'F32',
    shape,
    data: new Float32Array(shape.reduce((n, size) => n * size)),
  });

  test.each([
    ['a bias of what should have none', 'lm_head.bias', 'lm_head.bias'],
    ['a norm that the type has not', 'transformer.h.0.attn.q_norm.weight', 'h.0.attn.q_norm.weight'],
    ['an adapter', 'transformer.h.0.attn.c_attn.lora_A.weight', 'h.0.attn.c_attn.lora_A.weight'],
  ])('is refused where it is %s', async (_, name, told) => {
    const head: TensorData = { ...tinyTensors().get('transformer.wte.weight')! };
    const tensors = tinyTensors().set('lm_head.weight', head).set(name, zeros(4));
    const untied = { 'config.json': tinyConfig({ tie_word_embeddings: false }) };
    const reason = `a weight that its config.json does not call for ('${told}')`;
    const result = await openModelFolder(await tinyFolder({ ...untied, ...withTensors(tensors) }));
    expect(result).toMatchObject({ kind: 'unsupported', reason });
  });

  test.each([
    // As GPT-2 itself has them.
    ['a mask', 'h.0.attn.bias'],
    ['frequencies', 'h.0.attn.rotary_emb.inv_freq'],
    ['a layer above those that are run', 'h.1.ln_1.weight'],
    ['for images', 'vision_tower.layers.0.norm.weight'],
  ])('changes nothing where it is %s', async (_, name) => {
    const { fingerprint } = await openOk(await tinyFolder(withTensors(tinyTensors().set(name, zeros(4)))));
    expect(fingerprint).toBe((await openOk(await tinyFolder())).fingerprint);
  });

  test('is refused where it is an adapter with files of its own', async () => {
    const result = await openModelFolder(await tinyFolder({ 'adapter_config.json': { peft_type: 'LORA' } }));
    const reason = "an adapter beside its weights ('adapter_config.json'), which would not be applied";
    expect(result).toMatchObject({ kind: 'unsupported', reason, problem: expect.stringContaining(reason) });
  });
});

describe('what is broken is named', () => {
  test.each([
    ['config.json without JSON', { 'config.json': Buffer.from('{') }, /config\.json is not valid JSON/],
    ['config.json in Latin-1', { 'config.json': Buffer.from('{"a":"å"}', 'latin1') }, /config\.json is not valid JSON/],
    ['config.json with a list', { 'config.json': [] }, /config\.json is not a JSON object/],
    ['no model type', { 'config.json': tinyConfig({ model_type: undefined }) }, /no 'model_type'/],
    ['a width of minus one', { 'config.json': tinyConfig({ n_embd: -1 }) }, /'n_embd' is -1/],
    ['a width in text', { 'config.json': tinyConfig({ n_embd: '4' }) }, /'n_embd' is "4"/],
    ['an epsilon of zero', { 'config.json': tinyConfig({ layer_norm_epsilon: 0 }) }, /'layer_norm_epsilon' is 0/],
    ['heads that do not divide', { 'config.json': tinyConfig({ n_head: 3 }) }, /not a multiple of n_head 3/],
    ['another vocabulary', { 'config.json': tinyConfig({ vocab_size: 301 }) }, /'wte.weight' has shape \[300,4\]/],
    ['cut weights', { 'model.safetensors': new Uint8Array(100).fill(1) }, /model\.safetensors: /],
    [
      'one weight by two names',
      withTensors(new Map([...tinyTensors(), ...tinyTensors('')])),
      /holds the weight 'h\.0\.attn\.c_attn\.bias' twice/,
    ],
    ['a prefix that is a number', { 'config.json': tinyConfig({ ptask: { prefix: 3 } }) }, /ptask\.prefix/],
  ])('%s', async (_, files, problem) => {
    const result = await openModelFolder(await tinyFolder(files));
    expect(result).toMatchObject({ kind: 'broken', problem: expect.stringMatching(problem) });
  });

  test('a folder where a file should be', async () => {
    const dir = await tinyFolder({ 'config.json': undefined });
    await mkdir(join(dir, 'config.json'));
    expect(await openModelFolder(dir)).toMatchObject({ kind: 'broken', problem: expect.stringContaining(dir) });
  });
});

describe('the tokeniser', () => {
  test('is read once', async () => {
    const model = await openOk(await tinyFolder());
    const tokenizer = await model.loadTokenizer();
    expect(tokenizer.eosId).toBe(256);
    expect(await model.loadTokenizer()).toBe(tokenizer);
  });

  test('must fit the model', async () => {
    const tokenizer = { ...tinyTokenizer(), added_tokens: [{ content: 'big', id: 300, special: false }] };
    const model = await openOk(await tinyFolder({ 'tokenizer.json': tokenizer }));
    const error = await model.loadTokenizer().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelFolderError);
    expect((error as Error).message).toMatch(/does not fit.*'big' has id 300.*300 tokens/);
  });

  test('may have special tokens that the model has not, as of Gemma 3 for images', async () => {
    const special = { '<|end|>': 256, '<image>': 300 };
    const model = await openOk(await tinyFolder({ 'tokenizer.json': tinyTokenizer(special) }));
    const tokenizer = await model.loadTokenizer();
    expect(tokenizer.encodeSpecial('<image>')).toEqual(tokenizer.encode('<image>'));
    expect(tokenizer.vocabSize).toBe(259);
  });

  test('is a SentencePiece model where there is no other, as of GPT-SW3', async () => {
    const pieces: Piece[] = [UNK, ['<s>', 0, CONTROL], ['<|endoftext|>', 0, CONTROL], ['å']];
    const dir = await tinyFolder({
      'config.json': tinyConfig({ tokenizer_class: 'GPTSw3Tokenizer', eos_token_id: undefined }),
      'tokenizer.json': undefined,
      'spiece.model': modelBytes({ pieces }),
    });
    const tokenizer = await (await openOk(dir)).loadTokenizer();
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: 2, vocabSize: 4 });
    expect(tokenizer.encode('a\u030a\u200b')).toEqual([3]);
  });

  test('may be a SentencePiece model with tokens in added_tokens.json', async () => {
    const dir = await tinyFolder({
      'tokenizer.json': undefined,
      'tokenizer_config.json': { pad_token: '[PAD]' },
      'added_tokens.json': { '<x>': 2, '[PAD]': 900 },
      'tokenizer.model': modelBytes({ pieces: [UNK, ['a']] }),
    });
    const tokenizer = await (await openOk(dir)).loadTokenizer();
    expect(tokenizer.encode('a<x>')).toEqual([1, 2]);
    expect(tokenizer.vocabSize).toBe(3);
  });

  describe('may be in vocab.json and merges.txt', () => {
    const files = {
      'tokenizer.json': undefined,
      'vocab.json': { '<|endoftext|>': 0, h: 1, e: 2, he: 3 },
      'merges.txt': Buffer.from('#version: 0.2\nh e\n'),
    };

    test('as of a GPT-2', async () => {
      const tokenizer = await (await openOk(await tinyFolder(files))).loadTokenizer();
      expect(tokenizer.encode('hehe')).toEqual([3, 3]);
      expect(tokenizer.encodeSpecial('<|endoftext|>e')).toEqual([0, 2]);
    });

    const flags = { lstrip: true, rstrip: false, single_word: false, normalized: false };
    const inConfig = {
      4: { content: '<he>', special: false, ...flags },
      5: { content: '<h>', special: true, ...flags },
    };

    test.each<[string, Record<string, object>]>([
      ['tokenizer_config.json', { 'tokenizer_config.json': { added_tokens_decoder: inConfig } }],
      ['added_tokens.json', { 'added_tokens.json': { '<he>': 4, '<h>': 5, '<beyond>': 900 } }],
    ])('with tokens that %s adds', async (_, added) => {
      const named = { 'special_tokens_map.json': { pad_token: '<h>', additional_special_tokens: ['<beyond>'] } };
      const tokenizer = await (await openOk(await tinyFolder({ ...files, ...named, ...added }))).loadTokenizer();
      expect(tokenizer.encode('he<he><h>')).toEqual([3, 4, 1]);
      expect(tokenizer.encodeSpecial('he<he><h>')).toEqual([3, 4, 5]);
      expect(tokenizer.decode([3, 4, 5])).toBe('he<he>');
    });

    test('with special tokens, which are all that have a name', async () => {
      const map = { 'special_tokens_map.json': { mask_token: { content: 'e' } } };
      const tokenizer = await (await openOk(await tinyFolder({ ...files, ...map }))).loadTokenizer();
      expect([0, 1, 2, 3].filter((id) => tokenizer.isSpecial(id))).toEqual([0, 2]);
    });

    test('but not as of another class, which may cut text in another way', async () => {
      const config = { 'tokenizer_config.json': { tokenizer_class: 'Qwen2Tokenizer' } };
      const model = await openOk(await tinyFolder({ ...files, ...config }));
      await expect(model.loadTokenizer()).rejects.toThrow(/vocab\.json is of a Qwen2Tokenizer/);
    });

    test('and is lacking without the second', async () => {
      const dir = await tinyFolder({ ...files, 'merges.txt': undefined });
      expect(await openModelFolder(dir)).toMatchObject({ kind: 'not-found', missing: ['tokenizer.json'] });
    });
  });

  test('that is malformed is named', async () => {
    const model = await openOk(await tinyFolder({ 'tokenizer.json': Buffer.from('{') }));
    await expect(model.loadTokenizer()).rejects.toThrow(/tokenizer\.json is not valid JSON/);
  });
});

describe('the fingerprint', () => {
  const of = async (files: Parameters<typeof tinyFolder>[0] = {}) =>
    (await openOk(await tinyFolder(files))).fingerprint;
  const changed = (name: string) => {
    const tensors = tinyTensors();
    const { data } = tensors.get(name)!;
    new Uint8Array(data.buffer)[data.byteLength - 1]! ^= 1;
    return withTensors(tensors);
  };

  test('is the same for the same model, whatever else is in the folder', async () => {
    expect(await of()).toMatch(/^[0-9a-f]{32}$/);
    expect(await of({ 'README.md': Buffer.from('hello') })).toBe(await of());
  });

  test('changes with a weight and with the configuration', async () => {
    const original = await of();
    for (const name of tinyTensors().keys()) expect(await of(changed(name))).not.toBe(original);
    expect(await of({ 'config.json': tinyConfig({ activation_function: 'gelu' }) })).not.toBe(original);
    expect(await of({ 'config.json': tinyConfig({ ptask: { source: 'x' } }) })).not.toBe(original);
  });

  test('leaves out what was computed on this machine', async () => {
    const config = { 'config.json': tinyConfig({ ptask: { source: 'x', computed: ['h.0.attn.c_proj.bias'] } }) };
    const original = await of(config);
    expect(await of({ ...config, ...changed('transformer.h.0.attn.c_proj.bias') })).toBe(original);
    expect(await of({ ...config, ...changed('transformer.h.0.mlp.c_proj.bias') })).not.toBe(original);
  });

  // A prompt is refused where its model's is another one than it was trained with.
  test.each([
    ['apertus', '51b9f6195adcf2ac64b4128f53145ec3'],
    ['bloom', '8d355291cfafaf65fce170ef2bef2d18'],
    ['cohere', 'b591586cb1b97fadbc20f0b24c91dcc5'],
    ['cohere2', '87c24af1f71e4553038540f23bf12e55'],
    ['gemma2', '9b6f5c82ce1857da9ae1b5d5914c19e1'],
    ['gemma3_text', '0bd972a1e0c8623638ddd9016f0eeb45'],
    ['gpt2', '36cd9c59dbbb12409ad053fb8e4838f4'],
    ['gpt_neox', 'ab5b634a58a20d50e023e68e1e3d20ca'],
    ['gptj', '9ff4adfc6f84bfcfe4118fdfa22cd777'],
    ['granite', 'f4b01f9d2f250186f9e6942f83d4ce9e'],
    ['llama', '8ac5403e16c4f87bf4bfd96735eef64c'],
    ['mistral', 'b8cac5aeaea9a769e6608b2109ac1ad4'],
    ['olmo2', '7a07d4b30686a6c5987692668f3c8411'],
    ['opt', '0b9b00354670f7569c3586c51fcbe57c'],
    ['phi3', '4e2e4f402d7df4c02a248fc2148efea0'],
    ['qwen2', 'bfbb36ff0c40157c694f070b2b73d6e0'],
    ['qwen3', '1d74ee2f9a9a654e61b438190b8f9421'],
    ['smollm3', 'ffd2cfe6c6ef0dfa0034c0a47367791e'],
    ['xglm', '3114a75474c2d7285b549af942c549be'],
  ])('of a model of type %s stays from version to version', async (name, fingerprint) => {
    const dir = join(import.meta.dirname, '../../golden/backbones', name);
    const opened = await openModelFolder(dir, { tokenizer: 'optional' });
    expect(opened).toMatchObject({ kind: 'ok', model: { fingerprint } });
  });
});
