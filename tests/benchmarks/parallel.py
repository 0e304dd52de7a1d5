"""Writing all places at once: what a longer output costs, and what a token after the other would."""

from statistics import median

import torch

from core.decoding.all_places import write
from core.decoding.batched import decode
from core.decoding.greedy import GreedySearch
from core.decoding.mask_predict import AtOnce
from core.models.build import MODELS, build
from core.models.fast.table import fast
from core.seeds import Seeds
from core.tasks.phrases import Phrases
from core.training.evaluation import rules_for
from tests.benchmarks.row import Clock, Measured, Row, middle, times

SHORT, LONG = 8, 64
_SIZES = {"layers": 2, "width": 64}


def sources() -> tuple[list[int], tuple]:
    """One source, and the vocabularies."""
    vocabularies = Phrases().vocabularies
    return vocabularies[0].encode_source(["thanks", "hello", "never"]), vocabularies


def at_once(repeats: int) -> Measured:
    """64 places over 8, of the same source, in turns."""
    source, vocabularies = sources()
    model = build(MODELS["parallel"](**_SIZES), *vocabularies, Seeds(1)).eval()
    found: dict[int, list[float]] = {SHORT: [], LONG: []}
    for repeat in range(repeats + 2):
        for length in (SHORT, LONG):
            clock = Clock()
            with clock:
                write(AtOnce(length="oracle"), model, [source], [length])
            if repeat >= 2:  # the first ones warm up
                found[length].append(clock.processor)
    ratios = [long / short for short, long in zip(found[SHORT], found[LONG])]
    note = f"{1000 * median(found[SHORT]):.2f} and {1000 * median(found[LONG]):.2f} ms"
    return middle(ratios, note)


def left_to_right(repeats: int) -> Measured:
    """The same for greedy decoding, a token after the other."""
    source, vocabularies = sources()
    with torch.no_grad():
        model = build(MODELS["transformer"](**_SIZES), *vocabularies, Seeds(1)).eval()
    stepped = fast(model, only="")
    found: dict[int, list[float]] = {SHORT: [], LONG: []}
    for repeat in range(repeats + 2):
        for length in (SHORT, LONG):
            search = GreedySearch(min_length=length - 1, max_length=length)
            rules = rules_for(model, [0] * LONG, keep_pruned=0)
            clock = Clock()
            with clock:
                decode(search, stepped, [source], [rules])
            if repeat >= 2:
                found[length].append(clock.processor)
    ratios = [long / short for short, long in zip(found[SHORT], found[LONG])]
    note = f"{1000 * median(found[SHORT]):.2f} and {1000 * median(found[LONG]):.2f} ms"
    return middle(ratios, note)


ROWS = [
    Row("all-at-once", "non-autoregressive decoding, 64 places against 8, one source", "×", 1.5,
        lambda share: at_once(times(200, share, least=5))),
    Row("left-to-right", "the same with greedy decoding, a token after the other", "×", None,
        lambda share: left_to_right(times(30, share, least=3))),
]  # fmt: skip
