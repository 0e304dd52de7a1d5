"""Trees of ten thousand nodes: what it costs to have one beside a search that keeps nothing, to save and to load it.

A beam of 32 over the base model of decoding.py, which never ends by itself, gives ten thousand nodes in 46 steps.
The same search, stepped in the same rounds with nothing recorded and no candidate kept, is what it is compared with.
Words of a tree (reasons, bounds, figures of steps, texts) and its attention are made when they are looked at: the row
`tree-told` looks at all of it.
"""

import time
from collections.abc import Callable
from functools import cache
from statistics import median
from typing import Any

import torch

from core.decoding.beam import BeamSearch
from core.decoding.frontier import Rules
from core.decoding.trees.tree import COLUMNS, DecodingTree, fold
from core.decoding.view import Frontier
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from core.step_model import StepModel
from tests.benchmarks.decoding import SOURCE, base_model
from tests.benchmarks.row import Measured, Row, middle, times

WIDTH, ROUNDS, SAVES = 32, 12, 6
STEPS, MANY = 46, 450  # steps that give ten thousand nodes, and a hundred thousand
SEARCH = BeamSearch(width=WIDTH, stop="never")
TEXTS = [f"w{at}" for at in range(64)]


def limits(model: Seq2Seq, steps: int, keep: int) -> Rules:
    """The longest output decides; nothing ends before."""
    return Rules(model.end, (*model.never_generated, model.end), steps, SOURCE, keep)


def stepped(model: Seq2Seq, fast_model: StepModel, rules: Rules) -> Frontier:
    """To the end, step by step."""
    source = [*range(6, 6 + SOURCE - 1), model.end]
    frontier = SEARCH.start(fast_model, source, rules)
    while not SEARCH.done(frontier):
        frontier = SEARCH.advance(fast_model, frontier)
    return frontier


def building(share: float, *, told: bool) -> Measured:
    """Search and tree, over the search with nothing recorded."""
    torch.set_num_threads(1)
    model = base_model()
    plain, recorded = fast(model, ""), fast(model, "*cross*")
    bare, full, nodes = [], [], 0
    for round_ in range(times(ROUNDS, share, least=2) + 1):
        began = time.thread_time()
        stepped(model, plain, limits(model, STEPS, 0))
        between = time.thread_time()
        tree = fold([stepped(model, recorded, limits(model, STEPS, 5))], TEXTS, {})
        if told:
            _ = [tree.nodes[name] for name in COLUMNS], list(tree.steps), dict(tree.attention)
        ended = time.thread_time()
        nodes = len(tree)
        if round_:
            bare.append(between - began)
            full.append(ended - between)
    ratios = [two / one for one, two in zip(bare, full)]
    note = f"{nodes:,} nodes; {1000 * median(full):.0f} ms against {1000 * median(bare):.0f} ms"
    return Measured(median(full) / median(bare), min(ratios), max(ratios), note)


@cache
def large(steps: int) -> DecodingTree:
    """A tree, everything in it looked at once."""
    torch.set_num_threads(1)
    model = base_model()
    tree = fold([stepped(model, fast(model, "*cross*"), limits(model, steps, 5))], TEXTS, {"strategy": "beam"})
    _ = tree.to_dict()
    return tree


def saving(share: float, steps: int, work: Callable[[DecodingTree, str], Any]) -> Measured:
    """Seconds of saving or of loading."""
    tree = large(steps)
    text, seconds = tree.to_json(), []
    for _ in range(times(SAVES, share, least=2)):
        began = time.thread_time()
        work(tree, text)
        seconds.append(time.thread_time() - began)
    return middle(seconds, f"{len(tree):,} nodes, {len(text) / 1e6:.1f} MB")


def save(tree: DecodingTree, text: str) -> Any:
    """To JSON."""
    return tree.to_json()


def load(tree: DecodingTree, text: str) -> Any:
    """From JSON, checked."""
    return DecodingTree.from_json(text)


ROWS = [
    Row("tree-built", "beam 32 with its tree over beam 32 with nothing recorded", "×", 1.3, lambda share: building(share, told=False)),
    Row("tree-told", "the same, every word and figure of the tree looked at", "×", None, lambda share: building(share, told=True)),
    Row("tree-saved", "a tree of ten thousand nodes to JSON", "s", 1.0, lambda share: saving(share, STEPS, save)),
    Row("tree-loaded", "and back, checked", "s", 1.0, lambda share: saving(share, STEPS, load)),
    Row("tree-saved-large", "a tree of a hundred thousand nodes to JSON", "s", 2.0, lambda share: saving(share, MANY, save)),
    Row("tree-loaded-large", "and back, checked", "s", 2.0, lambda share: saving(share, MANY, load)),
]  # fmt: skip
