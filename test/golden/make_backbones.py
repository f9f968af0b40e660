"""Writes the golden backbones that are listed here: tiny random models and what transformers computes on them.

    python make_backbones.py [OUT [NAME]…]     # needs torch, transformers, safetensors

backbones/<name>/, example/<name>/
                    config.json + model.safetensors of a tiny random model (a Hugging Face folder)
…/golden.json
    ids [B][S]        token ids, right-padded with 0 to S
    lengths [B]       real length of each row of ids
    virtual [T][D]    virtual-token embeddings
    cases: each {splits, at, answer, loss, d_virtual, first_logits, greedy}
      splits          how many virtual tokens go into each slot, in order
      at              slot k stands before token index at[k] of every row (0 = in front of the row)
      answer          number of last real tokens of each row that are the answer (the loss is their mean)
      loss, d_virtual cross-entropy over the answer tokens and its gradient w.r.t. `virtual` [T][D]
      first_logits    logits that predict the first answer token of row 0 (first 32 entries)
      greedy          8 tokens generated greedily after row 0 without its answer, each from the whole row anew
rotary.json         configurations and the rotary frequencies that transformers makes of them

The models are float32 with the plain ("eager") attention, one row at a time, so that nothing is padded or approximated.
"""
import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM, CONFIG_MAPPING
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20261124
torch.set_num_threads(1)

SIZES = dict(vocab_size=96, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=64,
             bos_token_id=1, eos_token_id=2, pad_token_id=0)
GROUPED = dict(SIZES, intermediate_size=48, num_key_value_heads=2)
GEMMA = dict(GROUPED, head_dim=12, query_pre_attn_scalar=10, sliding_window=5, rms_norm_eps=1e-5)

BACKBONES = {
    # OPT: norms in front of a layer's halves, as most sizes have them; behind them with narrow embeddings, as 350m has.
    'opt': ('opt', dict(SIZES, ffn_dim=48)),
    'opt-post-norm': ('opt', dict(SIZES, ffn_dim=48, do_layer_norm_before=False, word_embed_proj_dim=20)),
    'opt-untied': ('opt', dict(SIZES, ffn_dim=48, tie_word_embeddings=False, enable_bias=False,
                               layer_norm_elementwise_affine=False, activation_function='gelu')),
    # Heads that are a power of two, and six, whose slopes are two series.
    'bloom': ('bloom', SIZES),
    'bloom-untied': ('bloom', dict(SIZES, hidden_size=30, num_attention_heads=6, tie_word_embeddings=False,
                                   apply_residual_connection_post_layernorm=True)),
    'xglm': ('xglm', dict(SIZES, ffn_dim=48)),
    # The row of positions that is held for padding is that of the second token.
    'xglm-untied': ('xglm', dict(SIZES, ffn_dim=48, tie_word_embeddings=False, scale_embedding=False, pad_token_id=3,
                                 activation_function='gelu_new')),
    # Layers 0 and 2 see 5 tokens back, layer 1 all. The caps are low, so that they bend what they cap.
    'gemma2': ('gemma2', dict(GEMMA, attn_logit_softcapping=2.0, final_logit_softcapping=3.0)),
    'gemma2-untied': ('gemma2', dict(GEMMA, tie_word_embeddings=False, attn_logit_softcapping=None,
                                     final_logit_softcapping=None, attention_bias=True)),
    'gemma3_text': ('gemma3_text', dict(GEMMA, layer_types=['sliding_attention', 'full_attention', 'sliding_attention'],
                                        rope_parameters={
                                            'full_attention': {'rope_type': 'linear', 'factor': 8.0, 'rope_theta': 1e6},
                                            'sliding_attention': {'rope_type': 'default', 'rope_theta': 1e4}})),
    'gemma3_text-untied': ('gemma3_text', dict(GEMMA, tie_word_embeddings=False, final_logit_softcapping=4.0)),
    'cohere': ('cohere', dict(GROUPED, use_qk_norm=True, logit_scale=0.3, attention_bias=True)),
    'cohere-untied': ('cohere', dict(GROUPED, tie_word_embeddings=False, logit_scale=1.5, head_dim=12)),
    # Layers 0 and 2 turn, and see 5 tokens back; in the other one all turn, as the window is as long as any row.
    'cohere2': ('cohere2', dict(GROUPED, sliding_window=5, sliding_window_pattern=2, attention_bias=True)),
    'cohere2-untied': ('cohere2', dict(GROUPED, tie_word_embeddings=False, sliding_window=64, head_dim=12)),
    'apertus': ('apertus', dict(GROUPED, rope_parameters={'rope_type': 'llama3', 'rope_theta': 500.0, 'factor': 8.0,
                                                          'low_freq_factor': 1.0, 'high_freq_factor': 4.0,
                                                          'original_max_position_embeddings': 32})),
    'apertus-tied': ('apertus', dict(GROUPED, tie_word_embeddings=True, attention_bias=True, head_dim=12)),
    'olmo2': ('olmo2', dict(GROUPED, head_dim=12)),
    'olmo2-tied': ('olmo2', dict(GROUPED, tie_word_embeddings=True, attention_bias=True,
                                 rope_parameters={'rope_type': 'linear', 'factor': 2.0, 'rope_theta': 5e5})),
    # A head is 8 entries, of which 6 or 8 are turned.
    'gptj': ('gptj', dict(vocab_size=96, n_embd=32, n_layer=3, n_head=4, n_positions=64, rotary_dim=6, bos_token_id=1,
                          eos_token_id=2)),
    'gptj-tied': ('gptj', dict(vocab_size=96, n_embd=32, n_layer=3, n_head=4, n_positions=64, rotary_dim=8, n_inner=48,
                               tie_word_embeddings=True, activation_function='gelu', bos_token_id=1, eos_token_id=2)),
    # A head is 8 entries, of which 6 are turned.
    'phi3': ('phi3', dict(GROUPED, partial_rotary_factor=0.75, original_max_position_embeddings=32,
                          rope_parameters={'rope_type': 'longrope', 'rope_theta': 1e4, 'partial_rotary_factor': 0.75,
                                           'short_factor': [1.0, 1.25, 1.5], 'long_factor': [1.5, 3.0, 6.0]})),
    # Rows of more than 16 tokens are long ones: two of the four with their virtual tokens, and the first one when it is decoded.
    'phi3-long': ('phi3', dict(GROUPED, original_max_position_embeddings=16,
                               rope_parameters={'rope_type': 'longrope', 'rope_theta': 1e4,
                                                'short_factor': [1.0, 1.25, 1.5, 2.0],
                                                'long_factor': [1.5, 3.0, 6.0, 12.0]})),
    'phi3-tied-window': ('phi3', dict(GROUPED, tie_word_embeddings=True, sliding_window=6)),
    'mistral-tied-window': ('mistral', dict(GROUPED, tie_word_embeddings=True, sliding_window=4, head_dim=12)),
    'qwen2-window': ('qwen2', dict(GROUPED, use_sliding_window=True, sliding_window=4, max_window_layers=1,
                                   tie_word_embeddings=False)),
    'qwen3-window': ('qwen3', dict(GROUPED, head_dim=12, use_sliding_window=True, sliding_window=5, max_window_layers=2,
                                   tie_word_embeddings=False)),
    # The second layer has no places, and so a window; windows and layers without places as they are listed.
    'smollm3': ('smollm3', dict(GROUPED, no_rope_layer_interval=2, use_sliding_window=True, sliding_window=5,
                                attention_bias=True, mlp_bias=True)),
    'smollm3-untied': ('smollm3', dict(GROUPED, no_rope_layers=[0, 1, 0], tie_word_embeddings=False, head_dim=12,
                                       sliding_window=4,
                                       layer_types=['full_attention', 'sliding_attention', 'sliding_attention'])),
    'granite': ('granite', dict(GROUPED, embedding_multiplier=6.0, residual_multiplier=0.4, attention_multiplier=0.2,
                                logits_scaling=2.0)),
    'granite-tied': ('granite', dict(GROUPED, tie_word_embeddings=True, attention_bias=True, mlp_bias=True, head_dim=12,
                                     embedding_multiplier=2.0, residual_multiplier=0.7)),
    'llama-tied-llama3': ('llama', dict(GROUPED, tie_word_embeddings=True, attention_bias=True, mlp_bias=True,
                                        rope_parameters={'rope_type': 'llama3', 'rope_theta': 500.0, 'factor': 8.0,
                                                         'low_freq_factor': 1.0, 'high_freq_factor': 4.0,
                                                         'original_max_position_embeddings': 32})),
    'qwen2-yarn': ('qwen2', dict(GROUPED, rope_parameters={'rope_type': 'yarn', 'rope_theta': 1e4, 'factor': 4.0,
                                                           'original_max_position_embeddings': 16})),
    'gpt_neox-tied-sequential': ('gpt_neox', dict(SIZES, intermediate_size=48, tie_word_embeddings=True,
                                                  use_parallel_residual=False, attention_bias=False,
                                                  rope_parameters={'rope_type': 'linear', 'factor': 2.0,
                                                                   'rope_theta': 1e4, 'partial_rotary_factor': 0.5})),
    'gpt2-untied': ('gpt2', dict(vocab_size=96, n_embd=32, n_layer=3, n_head=4, n_positions=64, n_inner=48,
                                 tie_word_embeddings=False, scale_attn_weights=False, bos_token_id=1, eos_token_id=2)),
    # As Stanford's models of 2021 have it.
    'gpt2-scaled-by-layer': ('gpt2', dict(vocab_size=96, n_embd=32, n_layer=3, n_head=4, n_positions=64, n_inner=48,
                                          scale_attn_by_inverse_layer_idx=True, reorder_and_upcast_attn=True,
                                          bos_token_id=1, eos_token_id=2)),
}

# The example of docs/add-a-backbone.md, which ptask does not have.
EXAMPLES = {
    'arcee': ('arcee', dict(GROUPED, head_dim=12)),
}


def randomise(model, gen):
    """Biases and norm weights too, so that no term of a gradient hides behind a zero or a one."""
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() == 1:
                p.add_(torch.randn(p.shape, generator=gen) * 0.1)
            else:
                p.copy_(torch.randn(p.shape, generator=gen) * 0.15)


def assemble(embed, virtual, splits, at, row, n):
    """Input embeddings of one row with the virtual tokens spliced in; also where each real token went."""
    parts, where, i, v = [], [], 0, 0
    for count, end in [*zip(splits, at), (0, n)]:
        length = sum(len(p) for p in parts)
        where += range(length, length + end - i)
        parts += [embed(row[i:end]), virtual[v:v + count]]
        i, v = end, v + count
    return torch.cat(parts), where


def backbone_golden(d, name, model_type, settings):
    gen = torch.Generator().manual_seed(SEED + sum(map(ord, name)))
    config = CONFIG_MAPPING[model_type](**settings, **{k: 0.0 for k in (
        'attention_dropout', 'hidden_dropout', 'dropout', 'attn_pdrop', 'embd_pdrop', 'resid_pdrop')})
    model = AutoModelForCausalLM.from_config(config, attn_implementation='eager').eval().float()
    randomise(model, gen)
    model.save_pretrained(d)
    for f in os.listdir(d):
        if f not in ('config.json', 'model.safetensors'):
            os.remove(os.path.join(d, f))
    for p in model.parameters():
        p.requires_grad_(False)
    # The layer itself, not its weight: some models scale what they look up.
    embed = model.get_input_embeddings()
    lengths = [9, 13, 13, 6]
    ids = torch.zeros(len(lengths), max(lengths), dtype=torch.long)
    for b, n in enumerate(lengths):
        ids[b, :n] = torch.randint(3, config.vocab_size, (n,), generator=gen)
    scale = embed(torch.arange(3, 40)).std()
    virtual0 = torch.randn(6, embed.weight.shape[1], generator=gen) * scale
    cases = []
    for splits, at, answer in (([6], [0], 2), ([4, 2], [0, 3], 2), ([3, 3], [2, 4], 1)):
        virtual = virtual0.clone().requires_grad_(True)
        losses, first = [], None
        for b, n in enumerate(lengths):
            x, where = assemble(embed, virtual, splits, at, ids[b], n)
            logits = model(inputs_embeds=x[None], use_cache=False).logits[0]
            for j in range(n - answer, n):
                losses.append(torch.nn.functional.cross_entropy(logits[where[j] - 1][None], ids[b, j][None]))
            if first is None:
                first = logits[where[n - answer] - 1].detach()
        loss = torch.stack(losses).mean()
        loss.backward()
        with torch.no_grad():
            x, _ = assemble(embed, virtual0, splits, at, ids[0], lengths[0] - answer)
            greedy = []
            for _ in range(8):
                greedy.append(int(model(inputs_embeds=x[None], use_cache=False).logits[0, -1].argmax()))
                x = torch.cat([x, embed(torch.tensor(greedy[-1:]))])
        cases.append(dict(splits=splits, at=at, answer=answer, loss=loss.item(), d_virtual=virtual.grad.tolist(),
                          first_logits=first[:32].tolist(), greedy=greedy))
    with open(os.path.join(d, 'golden.json'), 'w') as f:
        json.dump(dict(ids=ids.tolist(), lengths=lengths, virtual=virtual0.tolist(), cases=cases), f)


HEADS = dict(vocab_size=96, hidden_size=64, num_hidden_layers=1, num_attention_heads=4, num_key_value_heads=4,
             intermediate_size=8)
ROTARY = [
    ('llama', {'rope_type': 'default', 'rope_theta': 1e6}, 4096),
    ('llama', {'rope_type': 'linear', 'rope_theta': 1e4, 'factor': 4.0}, 8192),
    ('llama', {'rope_type': 'dynamic', 'rope_theta': 1e4, 'factor': 2.0}, 4096),
    ('llama', {'rope_type': 'llama3', 'rope_theta': 5e5, 'factor': 8.0, 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,
               'original_max_position_embeddings': 8192}, 131072),
    ('llama', {'rope_type': 'llama3', 'rope_theta': 5e5, 'factor': 32.0, 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,
               'original_max_position_embeddings': 8192}, 131072),
    ('qwen2', {'rope_type': 'yarn', 'rope_theta': 1e6, 'factor': 4.0, 'original_max_position_embeddings': 32768}, 32768),
    ('llama', {'rope_type': 'yarn', 'rope_theta': 1e4, 'factor': 40.0, 'original_max_position_embeddings': 4096,
               'beta_fast': 16.0, 'beta_slow': 2.0, 'mscale': 1.0, 'mscale_all_dim': 0.8}, 163840),
    ('llama', {'rope_type': 'yarn', 'rope_theta': 15e4, 'factor': 32.0, 'original_max_position_embeddings': 4096,
               'truncate': False, 'attention_factor': 1.2}, 131072),
    ('phi3', {'rope_type': 'longrope', 'rope_theta': 1e4, 'partial_rotary_factor': 1.0,
              'short_factor': [1.0, 1.02, 1.03, 1.1, 1.3, 1.5, 2.0, 2.75],
              'long_factor': [1.05, 1.1, 1.4, 2.0, 5.0, 12.0, 30.0, 60.0]}, 131072),
    ('phi3', {'rope_type': 'longrope', 'rope_theta': 1e4, 'partial_rotary_factor': 0.75, 'factor': 16.0,
              'short_factor': [1.0, 1.1, 1.2, 1.3, 1.4, 1.5], 'long_factor': [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]}, 131072),
    ('llama', {'rope_type': 'longrope', 'rope_theta': 1e4, 'attention_factor': 1.1,
               'original_max_position_embeddings': 4096,
               'short_factor': [1.0, 1.02, 1.03, 1.1, 1.3, 1.5, 2.0, 2.75],
               'long_factor': [1.05, 1.1, 1.4, 2.0, 5.0, 12.0, 30.0, 60.0]}, 131072),
    ('gpt_neox', {'rope_type': 'linear', 'rope_theta': 1e4, 'partial_rotary_factor': 0.5, 'factor': 4.0}, 8192),
    # A head is 16 entries, of which 5 are turned: in pairs, with the next one.
    ('gpt_neox', {'rope_type': 'default', 'rope_theta': 1e4, 'partial_rotary_factor': 0.35}, 8192),
]


def rotary_golden(out):
    """For rows up to the length that a model was first trained for, and for longer ones where these turn otherwise."""
    cases = []
    for model_type, rope, longest in ROTARY:
        extra = {'original_max_position_embeddings': 4096} if model_type == 'phi3' else {}
        config = CONFIG_MAPPING[model_type](**HEADS, **extra, max_position_embeddings=longest, rope_parameters=dict(rope))
        if rope['rope_type'] in ('default', 'linear', 'dynamic'):
            model = AutoModelForCausalLM.from_config(config)
            rotary = (model.gpt_neox if model_type == 'gpt_neox' else model.model).rotary_emb
            frequencies, factor = rotary.inv_freq, rotary.attention_scaling
        else:
            frequencies, factor = ROPE_INIT_FUNCTIONS[rope['rope_type']](config)
        case = dict(config=config.to_diff_dict() | HEADS | extra, inverseFrequencies=frequencies.tolist(),
                    attentionFactor=float(factor))
        if rope['rope_type'] == 'longrope':
            long, same = ROPE_INIT_FUNCTIONS['longrope'](config, seq_len=4097)
            assert same == factor
            case['longInverseFrequencies'] = long.tolist()
        cases.append(case)
    with open(os.path.join(out, 'rotary.json'), 'w') as f:
        json.dump(cases, f, indent=1)
        f.write('\n')


if __name__ == '__main__':
    out = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else HERE
    names = sys.argv[2:]
    for folder, models in (('backbones', BACKBONES), ('example', EXAMPLES)):
        for name, (model_type, settings) in models.items():
            if not names or name in names:
                backbone_golden(os.path.join(out, folder, name), name, model_type, settings)
    if not names or 'rotary' in names:
        rotary_golden(out)
