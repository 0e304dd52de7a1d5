"""Small models of every known family, with tokenizers of their own kind trained on the spot, saved as folders.

Weights are random and larger than a fresh model's, so that attention is not flat and outputs differ; all sizes differ.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers.utils import logging

logging.disable_progress_bar()

SOURCES = ("the cat sat on the mat", "unbelievable dogs", "我 爱 北京", "über die Straße läuft der Hund, schnell", "a")
_TEXT = [*SOURCES, "the dogs run fast on the mat", "天安门 我 北京", "der Hund sat läuft", "cats and dogs believe"] * 20
_ENCODER_DECODER = {
    "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 4, "decoder_attention_heads": 2, "d_model": 32,
    "encoder_ffn_dim": 48, "decoder_ffn_dim": 40, "max_position_embeddings": 80,
}  # fmt: skip

_UNSCALED = 1.5  # T5 does not scale its dot products: with more, its sums of log-probabilities lose digits


def _pieces() -> bytes:
    """A SentencePiece model."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_TEXT), model_writer=model, vocab_size=90, minloglevel=2, hard_vocab_limit=False
    )
    return model.getvalue()


def _unigram(*specials: str) -> list[tuple[str, float]]:
    """Pieces with scores, specials first."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        _TEXT,
        trainers.UnigramTrainer(vocab_size=100, special_tokens=list(specials), unk_token="<unk>", show_progress=False),
    )
    return [tuple(one) for one in json.loads(tokenizer.to_str())["model"]["vocab"]]


def _merged(*specials: str, spaced: bool = False) -> dict[str, Any]:
    """Byte-pair encoding: vocabulary and merges; of bytes, or of characters with ▁ for spaces."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>" if spaced else None))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace() if spaced else pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = [] if spaced else pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        _TEXT,
        trainers.BpeTrainer(vocab_size=120 if spaced else 320, special_tokens=list(specials), initial_alphabet=alphabet, show_progress=False),
    )  # fmt: skip
    model = json.loads(tokenizer.to_str())["model"]
    return {"vocab": model["vocab"], "merges": [tuple(one) for one in model["merges"]]}


def _wordpiece() -> dict[str, int]:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        _TEXT, trainers.WordPieceTrainer(vocab_size=130, special_tokens=specials, show_progress=False)
    )
    return tokenizer.get_vocab()


def _saved(folder: Path, model: Any, tokenizer: Any, spread: float = 4.0, **generation: Any) -> Path:
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() > 1:
                weights.mul_(spread)
    if generation:
        model.generation_config = hf.GenerationConfig(**generation)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _seeded() -> None:
    torch.manual_seed(3)


def _marian(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(_pieces())
    read = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    known = dict.fromkeys(["</s>", "<unk>", *(read.id_to_piece(at) for at in range(3, read.get_piece_size())), "<pad>"])
    numbers = {piece: at for at, piece in enumerate(known)}
    (folder / "vocab.json").write_text(json.dumps(numbers))
    tokenizer = hf.MarianTokenizer(
        *(str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")), source_lang="en", target_lang="de"
    )
    pad = numbers["<pad>"]
    config = hf.MarianConfig(
        vocab_size=len(numbers), pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad, forced_eos_token_id=None,
        scale_embedding=True, static_position_embeddings=True, **_ENCODER_DECODER,
    )  # fmt: skip
    rest = {"bad_words_ids": [[pad]], "pad_token_id": pad, "eos_token_id": 0, "decoder_start_token_id": pad}
    return _saved(folder, hf.MarianMTModel(config), tokenizer, **rest)


def byte_level() -> Any:
    """A tokenizer as BART has it."""
    return hf.BartTokenizer(**_merged("<s>", "<pad>", "</s>", "<unk>", "<mask>"))


def _bart(folder: Path) -> Path:
    tokenizer = byte_level()
    config = hf.BartConfig(vocab_size=len(tokenizer), forced_eos_token_id=None, **_ENCODER_DECODER)
    rest = {
        "decoder_start_token_id": 2,
        "forced_bos_token_id": 0,
        "eos_token_id": 2,
        "pad_token_id": 1,
        "bos_token_id": 0,
    }
    return _saved(folder, hf.BartForConditionalGeneration(config), tokenizer, **rest)


def _mbart(folder: Path) -> Path:
    pieces = _unigram("<s>", "<pad>", "</s>", "<unk>")
    tokenizer = hf.MBartTokenizer(vocab=pieces, src_lang="en_XX", tgt_lang="de_DE")
    config = hf.MBartConfig(vocab_size=len(tokenizer), forced_eos_token_id=None, **_ENCODER_DECODER)
    start = tokenizer.convert_tokens_to_ids("de_DE")
    return _saved(
        folder,
        hf.MBartForConditionalGeneration(config),
        tokenizer,
        decoder_start_token_id=start,
        eos_token_id=2,
        pad_token_id=1,
    )


def _nllb(folder: Path) -> Path:
    tokenizer = hf.NllbTokenizer(
        **_merged("<s>", "<pad>", "</s>", "<unk>", spaced=True), src_lang="eng_Latn", tgt_lang="deu_Latn"
    )
    config = hf.M2M100Config(
        vocab_size=len(tokenizer), forced_eos_token_id=None, scale_embedding=True, **_ENCODER_DECODER
    )
    rest = {
        "decoder_start_token_id": 2,
        "eos_token_id": 2,
        "pad_token_id": 1,
        "forced_bos_token_id": tokenizer.convert_tokens_to_ids("deu_Latn"),
    }
    return _saved(folder, hf.M2M100ForConditionalGeneration(config), tokenizer, **rest)


def _pegasus(folder: Path) -> Path:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<mask_1>", 0.0), ("<mask_2>", 0.0), *_unigram("<unk>")]
    tokenizer = hf.PegasusTokenizer(vocab=pieces, offset=2)
    config = hf.PegasusConfig(vocab_size=len(tokenizer), forced_eos_token_id=None, **_ENCODER_DECODER)
    return _saved(
        folder,
        hf.PegasusForConditionalGeneration(config),
        tokenizer,
        decoder_start_token_id=0,
        eos_token_id=1,
        pad_token_id=0,
    )


def _blenderbot(folder: Path) -> Path:
    tokenizer = hf.BlenderbotTokenizer(**_merged("<s>", "<pad>", "</s>", "<unk>", "<mask>"))
    config = hf.BlenderbotConfig(
        vocab_size=len(tokenizer), pad_token_id=1, forced_eos_token_id=None, **_ENCODER_DECODER
    )
    rest = {"decoder_start_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    return _saved(folder, hf.BlenderbotForConditionalGeneration(config), tokenizer, **rest)


def _t5_tokenizer() -> Any:
    return hf.T5Tokenizer(vocab=_unigram("<pad>", "</s>", "<unk>"), extra_ids=4)


def _t5_sizes(tokenizer: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer) + 5, "d_model": 32, "d_kv": 6, "d_ff": 40, "num_layers": 3, "num_heads": 3,
        "decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0, "relative_attention_num_buckets": 8,
    }  # fmt: skip


def _t5(folder: Path) -> Path:
    tokenizer = _t5_tokenizer()
    return _saved(folder, hf.T5ForConditionalGeneration(hf.T5Config(**_t5_sizes(tokenizer))), tokenizer, _UNSCALED)


def _mt5(folder: Path) -> Path:
    tokenizer = _t5_tokenizer()
    return _saved(folder, hf.MT5ForConditionalGeneration(hf.MT5Config(**_t5_sizes(tokenizer))), tokenizer, _UNSCALED)


def _whisper(folder: Path) -> Path:
    merged = _merged("<|endoftext|>")
    marks = ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")
    tokenizer = hf.WhisperTokenizer(**merged)
    tokenizer.add_special_tokens({"additional_special_tokens": list(marks)})
    start = tokenizer.convert_tokens_to_ids(marks[0])
    config = hf.WhisperConfig(
        vocab_size=len(tokenizer), num_mel_bins=8, max_source_positions=50, max_target_positions=40, pad_token_id=0, eos_token_id=0,
        bos_token_id=0, decoder_start_token_id=start, suppress_tokens=[], begin_suppress_tokens=None,
        **{name: size for name, size in _ENCODER_DECODER.items() if name != "max_position_embeddings"},
    )  # fmt: skip
    hf.WhisperFeatureExtractor(feature_size=8, chunk_length=1).save_pretrained(folder)
    rest = {"decoder_start_token_id": start, "eos_token_id": 0, "pad_token_id": 0, "suppress_tokens": [7, 9]}
    return _saved(folder, hf.WhisperForConditionalGeneration(config), tokenizer, **rest)


def _encoder(sizes: type, model: type, tokenizer: Any, folder: Path, **more: Any) -> Path:
    config = sizes(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=40,
        max_position_embeddings=80, **more,
    )  # fmt: skip
    return _saved(folder, model(config), tokenizer)


def _bert(folder: Path) -> Path:
    return _encoder(hf.BertConfig, hf.BertForMaskedLM, hf.BertTokenizer(vocab=_wordpiece()), folder)


def _electra(folder: Path) -> Path:
    return _encoder(
        hf.ElectraConfig, hf.ElectraForMaskedLM, hf.ElectraTokenizer(vocab=_wordpiece()), folder, embedding_size=16
    )


def _roberta(folder: Path) -> Path:
    tokenizer = hf.RobertaTokenizer(**_merged("<s>", "<pad>", "</s>", "<unk>", "<mask>"))
    return _encoder(hf.RobertaConfig, hf.RobertaForMaskedLM, tokenizer, folder)


def _distilbert(folder: Path) -> Path:
    tokenizer = hf.DistilBertTokenizer(vocab=_wordpiece())
    config = hf.DistilBertConfig(
        vocab_size=len(tokenizer), dim=32, n_layers=3, n_heads=4, hidden_dim=40, max_position_embeddings=80
    )
    return _saved(folder, hf.DistilBertForMaskedLM(config), tokenizer)


def _gpt2(folder: Path) -> Path:
    tokenizer = hf.GPT2Tokenizer(**_merged("<|endoftext|>"))
    config = hf.GPT2Config(
        vocab_size=len(tokenizer), n_positions=80, n_embd=32, n_layer=3, n_head=4, bos_token_id=0, eos_token_id=0
    )
    return _saved(folder, hf.GPT2LMHeadModel(config), tokenizer)


def _opt(folder: Path) -> Path:
    tokenizer = hf.GPT2Tokenizer(
        **_merged("<s>", "<pad>", "</s>", "<unk>"),
        bos_token="</s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
    )
    config = hf.OPTConfig(
        vocab_size=len(tokenizer), hidden_size=32, word_embed_proj_dim=32, num_hidden_layers=3, num_attention_heads=4, ffn_dim=40,
        max_position_embeddings=80,
    )  # fmt: skip
    return _saved(folder, hf.OPTForCausalLM(config), tokenizer)


def _gpt_neox(folder: Path) -> Path:
    tokenizer = hf.GPTNeoXTokenizer(**_merged("<|endoftext|>"))
    config = hf.GPTNeoXConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=40,
        max_position_embeddings=80, bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    return _saved(folder, hf.GPTNeoXForCausalLM(config), tokenizer)


# by the name of the family; m2m_100 as NLLB, whose tokenizer is the harder one
BUILT: dict[str, Callable[[Path], Path]] = {
    "marian": _marian, "bart": _bart, "mbart": _mbart, "m2m_100": _nllb, "pegasus": _pegasus, "blenderbot": _blenderbot, "t5": _t5, "mt5": _mt5,
    "whisper": _whisper, "bert": _bert, "roberta": _roberta, "electra": _electra, "distilbert": _distilbert, "gpt2": _gpt2,
    "opt": _opt, "gpt_neox": _gpt_neox,
}  # fmt: skip


def built(family: str, folder: Path) -> Path:
    """The folder of a small model."""
    _seeded()
    return BUILT[family](folder)
