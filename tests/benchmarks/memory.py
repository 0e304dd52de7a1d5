"""What a search has recorded when it is done, in bytes: every tensor and array that its last frontier leads to."""

import gc
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import torch

from core.decoding.batched import decode
from core.decoding.beam import BeamSearch
from core.decoding.frontier import Rules
from core.models.fast.table import fast
from tests.benchmarks.row import Measured, Row
from tests.benchmarks.sizes import SIZES, model_of, sources_of

LENGTH = 256


def held_by(thing: Any) -> int:
    """Bytes of all tensors and arrays within reach, each storage once; modules, classes and functions are not entered."""
    seen: set[int] = set()
    storages: dict[int, int] = {}
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, ModuleType | FunctionType | type | torch.nn.Module):
            continue
        seen.add(id(one))
        if isinstance(one, torch.Tensor):
            storages[one.untyped_storage().data_ptr()] = one.untyped_storage().nbytes()
        elif isinstance(one, np.ndarray):
            owner = one
            while isinstance(owner.base, np.ndarray):
                owner = owner.base
            storages[owner.__array_interface__["data"][0]] = owner.nbytes
        waiting += gc.get_referents(one)
    return sum(storages.values())


def beam_of_mid() -> int:
    """Bytes that a beam search of width 8 keeps for one source of mid, S = T = 256, everything recorded."""
    model = model_of(*SIZES["mid"])
    sources = sources_of(model, [LENGTH])
    rules = Rules(model.end, model.never_generated, LENGTH, LENGTH)
    (frontier,) = decode(BeamSearch(width=8), fast(model), sources, [rules])
    assert frontier.step == LENGTH
    return held_by(frontier)


def measure(share: float) -> Measured:
    """MiB; it is the same every time."""
    found = beam_of_mid() / 2**20
    return Measured(found, found, found, "attention of every site, candidates, the tree")


ROWS = [Row("memory-beam8-mid", f"recording beam 8 of mid for one source, S = T = {LENGTH}", "MiB", 120.0, measure)]
