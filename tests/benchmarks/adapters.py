"""What it costs to record a model from elsewhere, against the library's own way to give its attention."""

import tempfile
import time
from pathlib import Path
from statistics import median

import torch

from core.decoding.batched import decode
from core.decoding.greedy import GreedySearch
from core.errors import MissingExtra
from core.recording.recorder import Recorder
from tests.benchmarks.row import Measured, Row, middle, times

_SIZES = {
    "encoder_layers": 6, "decoder_layers": 6, "encoder_attention_heads": 8, "decoder_attention_heads": 8, "d_model": 256,
    "encoder_ffn_dim": 512, "decoder_ffn_dim": 512, "max_position_embeddings": 600, "vocab_size": 1000,
}  # fmt: skip
_SOURCE, _STEPS, _ROUNDS = 512, 32, 9


def _pair() -> tuple[object, object]:
    """One BART twice, with the same weights: adapted, and eager as the library has it."""
    try:
        import transformers as hf

        from core.adapters.huggingface.families import FAMILIES
        from core.adapters.huggingface.seq2seq import AdaptedSeq2Seq, Prompt
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "transformers", "hf", "a row on models from elsewhere") from error
    torch.manual_seed(0)
    config = hf.BartConfig(forced_eos_token_id=None, eos_token_id=2, **_SIZES)
    theirs = hf.BartForConditionalGeneration(config).eval()
    with tempfile.TemporaryDirectory() as folder:
        theirs.save_pretrained(folder)
        kind = hf.BartForConditionalGeneration
        ours, theirs = (kind.from_pretrained(Path(folder), attn_implementation="eager").eval() for _ in range(2))
    prompt = Prompt((2,), 2, 1, never=(2,), longest=600, source=600)  # neither ends: both write as many tokens
    return AdaptedSeq2Seq(ours, FAMILIES["bart"], prompt), theirs


def _forward(share: float) -> Measured:
    """One pass over a source and a target of 512 tokens, every attention recorded, against `output_attentions=True`."""
    from core.data.batch import Batch

    torch.set_num_threads(1)
    ours, theirs = _pair()
    tokens = torch.randint(3, 1000, (1, _SOURCE))
    valid = torch.ones_like(tokens, dtype=torch.bool)
    batch = Batch(tokens, valid, tokens, tokens, valid)

    def recorded() -> None:
        with torch.no_grad(), Recorder(ours) as recorder:
            ours(batch)
        assert len(recorder.paths) == 18

    def own() -> None:
        with torch.no_grad():
            theirs(input_ids=tokens, decoder_input_ids=tokens, output_attentions=True, use_cache=True)

    return _in_turns(recorded, own, times(_ROUNDS, share, least=2), "512 × 512, 6 + 6 layers, 8 heads")


def _generating(share: float) -> Measured:
    """Greedy decoding with every step's cross-attention, against `generate` with attentions and scores."""
    from dataclasses import replace

    from core.decoding.frontier import Rules
    from core.recording.recorded import Recorded

    torch.set_num_threads(1)
    ours, theirs = _pair()
    tokens = torch.randint(3, 1000, (1, 64))
    rules = replace(Rules(2, (2,), _STEPS, 64), keep_pruned=0)
    options = {
        "max_new_tokens": _STEPS,
        "min_new_tokens": _STEPS,
        "do_sample": False,
        "num_beams": 1,
        "return_dict_in_generate": True,
    }

    def recorded() -> None:
        (found,) = decode(GreedySearch(), Recorded(ours, "*decoder*"), [tokens[0].tolist()], [rules])
        assert len(found.best.tokens()) == _STEPS

    def own() -> None:
        theirs.generate(tokens, output_attentions=True, output_scores=True, **options)

    return _in_turns(recorded, own, times(_ROUNDS, share, least=2), f"{_STEPS} steps after 64 tokens")


def _in_turns(ours: object, theirs: object, rounds: int, note: str) -> Measured:
    """Seconds of one over those of the other, in turns, who goes first changing."""
    ratios, seconds = [], ([], [])
    for at in range(rounds + 1):
        pair = [(ours, seconds[0]), (theirs, seconds[1])]
        for run, kept in pair if at % 2 else pair[::-1]:
            began = time.perf_counter()
            run()
            kept.append(time.perf_counter() - began)
        if at:  # the first round pays for what is made once
            ratios.append(seconds[0][-1] / seconds[1][-1])
    return middle(ratios, f"{note}; {median(seconds[0][1:]):.2f} s and {median(seconds[1][1:]):.2f} s")


ROWS = [
    Row(
        "foreign-forward",
        "recording a pass of a model from elsewhere, against its own output_attentions",
        "×",
        1.1,
        _forward,
    ),
    Row(
        "foreign-greedy",
        "greedy with every step recorded, against generate with output_attentions",
        "×",
        1.1,
        _generating,
    ),
]
