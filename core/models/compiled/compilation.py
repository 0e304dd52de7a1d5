"""Compiling: from a graph to a package for every length, by torch's own ahead-of-time compiler.

In a process of its own: it takes a quarter of a minute a package, and imports what nobody else needs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from core.models.compiled import buffers, weights
from core.models.compiled.architecture import LONGEST, Architecture
from core.models.compiled.beam import Beam
from core.models.compiled.control import Control
from core.models.compiled.greedy import Greedy
from core.models.compiled.reading import Reading
from core.models.seq2seq import Seq2Seq

CONFIG = {
    "cpp.threads": 1,  # small models: a second thread costs more than it gives
    "cpp.enable_floating_point_contract_flag": "fast",
    "assert_indirect_indexing": False,
    "size_asserts": False,
    "alignment_asserts": False,
}
# Arguments of a generated function, past which a new one is begun. Between two of them a buffer that was used for the
# last time is used again; within one all are allocated: by default 53 a step, a quarter of its time.
_ARGUMENTS = 8
_SOURCE, _ROWS, _STEPS, _POSITIONS = 5, 7, 9, 11  # of the example that is traced: all different


def build_reading(model: Seq2Seq, kind: Architecture, path: Path) -> None:
    """Compile what reads a source."""
    flat = weights.flat(weights.turned(weights.reading(model)))
    source = torch.zeros(_SOURCE, dtype=torch.int64)
    length = _dim("source")
    given = [flat.values, torch.zeros(_SOURCE, kind.width), source, Control(_SOURCE, 0, 0, 0).tensor()]
    _build(Reading(kind, flat.places), given, [None, {0: length}, {0: length}, None], path)


def build_writing(model: Seq2Seq, kind: Architecture, width: int, path: Path) -> None:
    """Compile the loop of greedy search (width 1), or of beam search."""
    named = weights.writing(model)
    flat = weights.flat(named if width == 1 else weights.turned(named))
    source, row, step, position = (_dim(name) for name in ("source", "row", "step", "position"))
    key = torch.zeros(kind.layers, kind.heads, kind.dim, _SOURCE)
    cells = buffers.cells(kind, _STEPS, width)
    written = buffers.written(kind, _ROWS, _STEPS, _SOURCE, width)
    given: list[Any] = [
        flat.values, torch.zeros(_POSITIONS, kind.width), Control(_SOURCE, 0, 2, 2).tensor(), key,
        key.transpose(2, 3).contiguous(), torch.zeros(*(() if width == 1 else (2,)), kind.tokens), *cells, *written,
    ]  # fmt: skip
    along = (2, 1) if width == 1 else (0, 0)
    last = 2 if width == 1 else 3
    many = [
        [shape] * kind.layers
        for shape in ({along[0]: step}, {along[1]: step}, {0: row, last: step}, {0: row, last: source})
    ]
    shapes: list[Any] = [None, {0: position}, None, {3: source}, {2: source}, None, *many, {0: row}, {0: row + 1}]
    loop: nn.Module = Greedy(kind, flat.places)
    if width > 1:
        given += buffers.beams(_ROWS, _STEPS, width)
        shapes += [{0: row + 1}, {0: row + 1}, {1: step}, None]
        loop = Beam(kind, flat.places, width)
    _build(loop, given, shapes, path)


def _dim(name: str) -> Any:
    return torch.export.Dim(name, min=2, max=LONGEST)


def _build(module: nn.Module, given: Sequence[Any], shapes: Sequence[Any], path: Path) -> None:
    from torch._inductor import aoti_compile_and_package
    from torch._inductor.codegen.cpp import CppScheduling

    CppScheduling.MAX_FUSED_KERNEL_ARGS_NUM = _ARGUMENTS  # no setting; without it the same is computed, slower
    with torch.no_grad():
        program = torch.export.export(module.eval(), tuple(given), strict=False, dynamic_shapes=tuple(shapes))
        aoti_compile_and_package(program, package_path=str(path), inductor_configs=CONFIG)
