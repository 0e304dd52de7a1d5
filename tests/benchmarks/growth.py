"""What a step costs late in a long output against early in it: no more than what it has to read grows."""

import time
from statistics import median

import torch

from core.models.fast.table import fast
from core.models.transformer_settings import TransformerSettings
from tests.benchmarks.row import Measured, Row, times
from tests.benchmarks.sizes import SIZES, model_of, sources_of

SHORT, LONG, SOURCE, AROUND = 16, 1024, 16, 8


def measure(share: float) -> Measured:
    """Growth of a step's processor time from T = 16 to T = 1,024 over the growth of the bytes it reads."""
    torch.set_num_threads(1)
    settings, tokens = SIZES["base"]
    model = model_of(settings, tokens)
    stepped, feed = fast(model), torch.tensor([[7]])
    spent: dict[int, list[float]] = {SHORT: [], LONG: []}
    for round_ in range(times(9, share, least=3) + 1):
        state = stepped.start(sources_of(model, [SOURCE]))
        for at in range(LONG + AROUND):
            began = time.thread_time()
            state = stepped.step(feed, state).state
            near = SHORT if abs(at - SHORT) < AROUND else LONG if abs(at - LONG) < AROUND else None
            if round_ and near is not None:
                spent[near].append(time.thread_time() - began)
    grown = median(spent[LONG]) / median(spent[SHORT])
    allowed = read(settings, tokens, LONG) / read(settings, tokens, SHORT)
    note = f"{1e6 * median(spent[SHORT]):.0f} µs at {SHORT}, {1e6 * median(spent[LONG]):.0f} at {LONG}; bytes grow {allowed:.2f}×"
    return Measured(grown / allowed, grown / allowed, grown / allowed, note)


def read(settings: TransformerSettings, tokens: int, steps: int) -> int:
    """Numbers that a step must read: the decoder's weights, and keys and values of both attentions.

    >>> read(TransformerSettings(layers=1, heads=1, width=4, feed_forward=1), 10, 100) > 800
    True
    """
    width = settings.width
    weights = settings.layers * (6 * width**2 + 2 * width * settings.inner) + width * tokens
    return weights + settings.layers * 2 * width * (steps + SOURCE)


ROWS = [
    Row("step-growth", f"a step of greedy at T = {LONG:,} against one at T = {SHORT}, over the growth of what it reads", "×", 1.0,
        measure),
]  # fmt: skip
