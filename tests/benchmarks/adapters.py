"""What it costs to record a model from elsewhere, against the library's own way to give its attention; and to look at it."""

import functools
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import torch

from core.decoding.batched import decode
from core.decoding.greedy import GreedySearch
from core.errors import MissingExtra
from core.recording.recorder import Recorder
from tests.benchmarks.pictures import HOVERED
from tests.benchmarks.recording import empty_home
from tests.benchmarks.recordings import resident
from tests.benchmarks.row import Measured, Row, middle, times
from tests.benchmarks.served import ROOT, app, page

_SIZES = {
    "encoder_layers": 6, "decoder_layers": 6, "encoder_attention_heads": 8, "decoder_attention_heads": 8, "d_model": 256,
    "encoder_ffn_dim": 512, "decoder_ffn_dim": 512, "max_position_embeddings": 600, "vocab_size": 1000,
}  # fmt: skip
_SOURCE, _STEPS, _ROUNDS, _VISITS = 512, 32, 9, 5


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


DRAWN = """async (tokens) => {
    const view = () => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
        .map((one) => one.shadowRoot?.attentionLab).find((one) => one?.data?.sites);
    while (!view()?.data.sites.some((one) => one.keys.length === tokens) && performance.now() < 60000)
        await new Promise(requestAnimationFrame);
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    return performance.now();
}"""


@functools.cache
def _looked_at(share: float) -> dict[str, list[float]]:
    """Visits to the page Attention: milliseconds to the drawn heads, the forward pass in them; of a pointer's moves; MiB kept."""
    import transformers as hf

    from core.runs.foreign import KeptModel, keep_model
    from tests.adapters.families import byte_level

    shown, hover = [], []
    with tempfile.TemporaryDirectory() as folder, empty_home() as home:
        tokenizer = byte_level()
        config = hf.BartConfig(forced_eos_token_id=None, eos_token_id=2, **{**_SIZES, "vocab_size": len(tokenizer)})
        hf.BartForConditionalGeneration(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        source = "z" * (_SOURCE - 2)  # a letter that no piece was learned of: each is a token
        assert len(tokenizer(source).input_ids) == _SOURCE
        keep_model(KeptModel("long", folder))
        address = "/attention?" + urlencode({"run": "hf/long", "source": source, "target": "z" * 62})
        with app(ROOT / "dashboard" / "app.py", home) as url, page(url + address) as opened:
            opened.evaluate(DRAWN, _SOURCE)  # the first visit opens the model
            before = resident()
            for _ in range(times(_VISITS, share)):
                opened.goto(url + address)
                shown.append(opened.evaluate(DRAWN, _SOURCE))
            kept = (resident() - before) / 2**20
            host, count = opened.locator(".lab[data-milliseconds]").first, times(30, share)
            hover = [host.evaluate(HOVERED, [at / count, ".spot[data-head='5']"]) for at in range(count)]
    return {"shown": shown, "hover": hover, "kept": [kept]}


def _row(name: str, what: str, unit: str, target: float, kind: str) -> Row:
    def measure(share: float) -> Measured:
        values = _looked_at(share)[kind]
        return middle(
            values, f"{len(values)} times; 6 + 6 layers, 8 heads, a source of {_SOURCE} tokens, a target of 64"
        )

    return Row(name, what, unit, target, measure)


ROWS = [
    _row(
        "foreign-shown",
        "a visit to the page Attention with a long source, its pass included, to the drawn heads",
        "ms",
        3000,
        "shown",
    ),
    _row("foreign-hover", "a pointer's move over its heads to the frame after the read-out", "ms", 250, "hover"),
    _row("foreign-kept", "the server's memory that all visits leave behind", "MiB", 300, "kept"),
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
