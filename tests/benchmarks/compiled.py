"""Decodings compiled ahead of time, against CTranslate2, which also leaves Python once a sentence.

A package is built first, in a process of its own, outside the timed part: it takes a minute. Timed is a call of `decode`:
the encoder, the loop, and all its records (every attention of encoder and decoder, scores, tokens, parents of a beam). The
search keeps its books over them when somebody looks: rows that end in `read` also read the best output and its Σ log p.
"""

import atexit
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch

from core.decoding.view import Frontier
from core.errors import RunError
from core.models.compiled.ahead import Compiled
from core.models.compiled.architecture import architecture
from core.models.compiled.loops import Loops
from core.models.compiled.package import load
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from tests.benchmarks.contest import in_turns
from tests.benchmarks.ctranslate import CTranslate
from tests.benchmarks.engine import assert_agree
from tests.benchmarks.ours import Ours
from tests.benchmarks.peers import SEARCHES
from tests.benchmarks.row import Measured, Row
from tests.benchmarks.sizes import SIZES, model_of, sources_of

ROOT = Path(__file__).resolve().parents[2]
BUILD = """
import sys
from pathlib import Path
from core.models.compiled.architecture import architecture
from core.models.compiled.compilation import build_reading, build_writing
from tests.benchmarks.sizes import SIZES, model_of
size, width, reading, writing = sys.argv[1:]
model = model_of(*SIZES[size])
kind = architecture(model)
if not Path(reading).exists():
    build_reading(model, kind, Path(reading))
build_writing(model, kind, int(width), Path(writing))
"""


class CompiledOurs(Ours):
    """Our engine with everything recorded, run ahead by compiled loops.

    Args:
        size: in SIZES; width: of the search; model: of that size.
    """

    def __init__(self, size: str, width: int, model: Seq2Seq) -> None:
        super().__init__(model, "*")
        kind, loops = architecture(model), built(size, width)
        assert kind is not None
        self.stepped = Compiled(model, kind, fast(model, "*"), "*", lambda asked: loops if asked == width else None)


@cache
def built(size: str, width: int) -> Loops:
    """The loops of a size, built once.

    Raises:
        RunError: they cannot be built here.
    """
    reading, writing = _folder() / f"{size}-reading.pt2", _folder() / f"{size}-{width}.pt2"
    done = subprocess.run(
        [sys.executable, "-c", BUILD, size, str(width), str(reading), str(writing)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RunError(
            f"nothing can be compiled here: {done.stderr.strip().splitlines()[-1]}; a C++ compiler is needed"
        )
    return Loops(load(reading), load(writing))


@cache
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="attnlab-bench-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def measure(name: str, length: int, look: Callable[[Frontier], object], share: float) -> Measured:
    """Our processor time over CTranslate2's, one source of the base size."""
    torch.set_num_threads(1)
    (settings, tokens), search = SIZES["base"], SEARCHES[name]
    model = model_of(settings, tokens)
    sources = sources_of(model, [length])
    assert search.follows is not None
    pair = CompiledOurs("base", search.follows, model), CTranslate(model, settings)
    assert_agree(*pair, search, sources, length)
    ours, theirs = (engine.work(search, sources, length) for engine in pair)
    return in_turns(lambda: look(ours()[0]), theirs, share, length)


def read(frontier: Frontier) -> object:
    """The best output, and its Σ log p."""
    return frontier.best.tokens(), frontier.best.logp


ROWS = [
    Row(f"{name}-base-1x{length}-ct2-compiled{kind}", f"{name} of base, batch 1, S = T = {length}, recorded, compiled{what}, "
        "against CTranslate2", "×", target if not kind else None,
        lambda share, name=name, length=length, look=look: measure(name, length, look, share))
    for name, target in (("greedy", 1.0), ("beam8", 1.5))
    for length in (16, 64)
    for kind, what, look in (("", "", lambda frontier: frontier), ("-read", ", best output read", read))
]  # fmt: skip
