import type { TensorData } from '../../../model/src/safetensors.ts';

export const TINY = { vocab: 300, hidden: 4, layers: 1, heads: 2, inner: 6, positions: 8 };

export const tinyConfig = (changes: object = {}): object => ({
  model_type: 'gpt2',
  vocab_size: TINY.vocab,
  n_embd: TINY.hidden,
  n_layer: TINY.layers,
  n_head: TINY.heads,
  n_inner: TINY.inner,
  n_positions: TINY.positions,
  eos_token_id: 256,
  ...changes,
});

/** Tensors of a one-layer GPT-2, every element different. */
export function tinyTensors(prefix = 'transformer.'): Map<string, TensorData> {
  const { vocab, hidden, inner, positions } = TINY;
  const shapes: [string, number[]][] = [
    ['wte.weight', [vocab, hidden]],
    ['wpe.weight', [positions, hidden]],
    ['ln_f.weight', [hidden]],
    ['ln_f.bias', [hidden]],
    ['h.0.ln_1.weight', [hidden]],
    ['h.0.ln_1.bias', [hidden]],
    ['h.0.attn.c_attn.weight', [hidden, 3 * hidden]],
    ['h.0.attn.c_attn.bias', [3 * hidden]],
    ['h.0.attn.c_proj.weight', [hidden, hidden]],
    ['h.0.attn.c_proj.bias', [hidden]],
    ['h.0.ln_2.weight', [hidden]],
    ['h.0.ln_2.bias', [hidden]],
    ['h.0.mlp.c_fc.weight', [hidden, inner]],
    ['h.0.mlp.c_fc.bias', [inner]],
    ['h.0.mlp.c_proj.weight', [inner, hidden]],
    ['h.0.mlp.c_proj.bias', [hidden]],
  ];
  let next = 0;
  return new Map(
    shapes.map(([name, shape]) => {
      const data = Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => next++ / 8);
      return [`${prefix}${name}`, { dtype: 'F32', shape, data }] as const;
    }),
  );
}

/** The characters by which byte-level tokenisers spell bytes, as in GPT-2's `bytes_to_unicode`. */
function byteAlphabet(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(printable ? byte : next++);
  });
}

/** A byte-level tokeniser with a token per byte, one merge (`he`, id 258) and the special tokens given. */
export const tinyTokenizer = (special: Record<string, number> = { '<|end|>': 256, '<|start|>': 257 }): object => ({
  version: '1.0',
  added_tokens: Object.entries(special).map(([content, id]) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: '',
    end_of_word_suffix: '',
    fuse_unk: false,
    vocab: { ...Object.fromEntries(byteAlphabet().map((c, byte) => [c, byte])), he: 258 },
    merges: [['h', 'e']],
  },
});
