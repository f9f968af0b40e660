/**
 * Makes a model folder in the form of Hugging Face with random weights: a GPT-2 of any size (GPT-SW3 is one), in shards,
 * without a tokeniser. For measuring; it answers nonsense.
 *
 *     node bench/make-random-model.mjs --out DIR [--shape gpt-sw3-3.6b] [--dtype bfloat16] [--shard-gb 2]
 *
 * A shape is one of those below, or layers, width, heads, tokens and positions, as `12x768x12x50257x1024`.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** As published: layers, width, heads, tokens, positions. */
const SHAPES = {
  gpt2: [12, 768, 12, 50257, 1024],
  'gpt2-medium': [24, 1024, 16, 50257, 1024],
  'gpt2-large': [36, 1280, 20, 50257, 1024],
  'gpt2-xl': [48, 1600, 25, 50257, 1024],
  'gpt-sw3-126m': [12, 768, 12, 64000, 2048],
  'gpt-sw3-356m': [24, 1024, 16, 64000, 2048],
  'gpt-sw3-1.3b': [24, 2048, 32, 64000, 2048],
  'gpt-sw3-3.6b': [30, 3072, 24, 64000, 2048],
};

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    shape: { type: 'string', default: 'gpt2' },
    dtype: { type: 'string', default: 'float32' },
    'shard-gb': { type: 'string', default: '2' },
  },
});
const shape = SHAPES[values.shape] ?? values.shape.split('x').map(Number);
const bytesEach = { float32: 4, bfloat16: 2, float16: 2 }[values.dtype];
if (!values.out || shape.length !== 5 || !shape.every(Number.isInteger) || !bytesEach)
  throw new Error('see the comment at the top of this file');
const [layers, hidden, heads, vocab, positions] = shape;

const weights = [
  ['wte.weight', [vocab, hidden]],
  ['wpe.weight', [positions, hidden]],
];
for (let layer = 0; layer < layers; layer++) {
  const add = (name, ...size) => weights.push([`h.${layer}.${name}`, size]);
  for (const norm of ['ln_1', 'ln_2']) {
    add(`${norm}.weight`, hidden);
    add(`${norm}.bias`, hidden);
  }
  for (const [name, from, to] of [
    ['attn.c_attn', hidden, 3 * hidden],
    ['attn.c_proj', hidden, hidden],
    ['mlp.c_fc', hidden, 4 * hidden],
    ['mlp.c_proj', 4 * hidden, hidden],
  ]) {
    add(`${name}.weight`, from, to);
    add(`${name}.bias`, to);
  }
}
weights.push(['ln_f.weight', [hidden]], ['ln_f.bias', [hidden]]);

/** Numbers of deviation 0.02, as GPT-2 starts from, drawn once; a prime length, so that no two weights are alike. */
const POOL = 4_194_301;
const state = new Uint32Array([2463534242]);
const uniform = () => {
  state[0] ^= state[0] << 13;
  state[0] ^= state[0] >>> 17;
  state[0] ^= state[0] << 5;
  return (state[0] + 0.5) / 2 ** 32;
};
const drawn = Float32Array.from(
  { length: POOL },
  () => 0.02 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
);

/** The bits of float32 numbers in the type that is asked for; half precision is cut off, not rounded. */
function stored(numbers) {
  if (values.dtype === 'float32') return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const half = values.dtype === 'bfloat16' ? (b) => b >>> 16 : float16Bits;
  return new Uint8Array(Uint16Array.from(bits, half).buffer);
}

function float16Bits(bits) {
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const sign = (bits >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

const pool = stored(drawn);
const count = (size) => size.reduce((product, n) => product * n, 1);
let from = 0;

function writeWeight(file, name, size) {
  const n = count(size);
  if (/ln_(1|2|f)\.weight$/.test(name)) return writeSync(file, stored(new Float32Array(n).fill(1)));
  for (let left = n; left > 0; ) {
    const part = Math.min(left, POOL - from);
    writeSync(file, pool, from * bytesEach, part * bytesEach);
    left -= part;
    from = (from + part) % POOL;
  }
}

const shards = [[]];
let filled = 0;
for (const weight of weights) {
  const bytes = count(weight[1]) * bytesEach;
  if (filled > 0 && filled + bytes > Number(values['shard-gb']) * 1e9) {
    shards.push([]);
    filled = 0;
  }
  shards.at(-1).push(weight);
  filled += bytes;
}

mkdirSync(values.out, { recursive: true });
const weightMap = {};
const dtype = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' }[values.dtype];
shards.forEach((shard, i) => {
  const number = (n) => String(n).padStart(5, '0');
  const name =
    shards.length === 1 ? 'model.safetensors' : `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`;
  let at = 0;
  const header = {};
  for (const [weight, size] of shard) {
    const end = at + count(size) * bytesEach;
    header[weight] = { dtype, shape: size, data_offsets: [at, end] };
    weightMap[weight] = name;
    at = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  start.writeBigUInt64LE(BigInt(start.length - 8));
  json.copy(start, 8);
  const file = openSync(path.join(values.out, name), 'w');
  writeSync(file, start);
  for (const [weight, size] of shard) writeWeight(file, weight, size);
  closeSync(file);
});
if (shards.length > 1) {
  const total = weights.reduce((sum, [, size]) => sum + count(size) * bytesEach, 0);
  const index = { metadata: { total_size: total }, weight_map: weightMap };
  writeFileSync(path.join(values.out, 'model.safetensors.index.json'), JSON.stringify(index));
}
const config = {
  model_type: 'gpt2',
  vocab_size: vocab,
  n_embd: hidden,
  n_layer: layers,
  n_head: heads,
  n_positions: positions,
  bos_token_id: 2,
  eos_token_id: 3,
};
writeFileSync(path.join(values.out, 'config.json'), JSON.stringify(config, null, 2));
const parameters = weights.reduce((sum, [, size]) => sum + count(size), 0);
console.log(`${values.out}: ${(parameters / 1e9).toFixed(2)} billion parameters in ${shards.length} file(s)`);
