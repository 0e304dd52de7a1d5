"""The step model of a compiled Transformer: steps as the plain one does, and can run ahead of a search."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import cached_property, partial

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.attention.absolute import AbstractPositions
from core.data.vocabulary import PAD
from core.models.compiled import weights
from core.models.compiled.architecture import LONGEST, Architecture
from core.models.compiled.control import Control
from core.models.compiled.loops import Loops
from core.models.compiled.package import Run
from core.models.compiled.replay import Replay, Sites
from core.models.compiled.writing import Given, Writing
from core.models.seq2seq import Seq2Seq
from core.step_model import DecoderState, Rows, RunsAhead, Step, StepModel

_POSITIONS = 128  # vectors that are made at first; they double
_MOST_KEPT = 1 << 23  # numbers of whole distributions that may wait until somebody looks: 32 MiB


class Compiled:
    """A plain step model, with loops that run ahead of searches.

    Args:
        model: in evaluation; its weights are copied. kind: what it is compiled as.
        plain: the step model that the loops are held to; only: which attentions it keeps.
        find: called with a width, the loops for it if there are any; asked again until there are.
    """

    def __init__(
        self, model: Seq2Seq, kind: Architecture, plain: StepModel, only: str, find: Callable[[int], Loops | None]
    ) -> None:
        self.begin, self.end, self.never_generated = plain.begin, plain.end, plain.never_generated
        self._model, self._kind, self._plain, self._find = model, kind, plain, find
        self._reading, self._writing = (
            _Vectors(model.encoder.embedding.positions),
            _Vectors(model.decoder.embedding.positions),
        )
        self._found: dict[int, Loops] = {}
        self._never: dict[tuple[bool, int, tuple[int, ...]], Tensor] = {}
        sites = {
            f"decoder.layers.{layer}.{name}_attention.attention": (part, layer)
            for layer in range(kind.layers)
            for name, part in (("self", "own"), ("cross", "across"))
        }
        self._sites: Sites = {path: place for path, place in sites.items() if fnmatchcase(path, only)}
        read = {at: f"encoder.layers.{at}.self_attention.attention" for at in range(kind.layers)}
        self._read = {at: path for at, path in read.items() if fnmatchcase(path, only)}

    def start(self, sources: Sequence[Sequence[int]]) -> DecoderState:
        """As the plain one."""
        return self._plain.start(sources)

    def step(self, tokens: Int[Tensor, "item slot"], state: DecoderState) -> Step:
        """As the plain one."""
        return self._plain.step(tokens, state)

    @torch.no_grad()
    def run(
        self, source: Sequence[int], width: int, longest: int, end: int, never: tuple[int, ...]
    ) -> StepModel | None:
        """As `RunsAhead` says; what nothing was compiled for is left to the plain one."""
        small = width * longest * self._kind.tokens <= _MOST_KEPT
        loops = (self._found.get(width) or self._find(width)) if small else None
        if loops is None or not 0 < longest <= self._writing.longest or not self._readable(source):
            plain = self._plain
            return plain.run(source, width, longest, end, never) if isinstance(plain, RunsAhead) else None
        self._found[width] = loops
        keys, values, kept = self._encode(loops.reading, source)
        given = Given(
            self._kind, loops.writing, self._weights[width > 1], self._writing.upto(longest), keys, values, len(source),
            self._banned(width, end, never), self.begin, end, width, longest,
        )  # fmt: skip
        writing = Writing(given)
        writing.go(longest, bounded=1)
        return Replay(self._plain, source, writing, self._sites, partial(_rows, kept, self._read, len(source)))

    def _readable(self, source: Sequence[int]) -> bool:
        """Compiled code looks nothing up twice: what is out of range must not come near it."""
        known = min(source, default=-1) >= 0 and max(source, default=0) < self._kind.source_tokens
        return known and len(source) <= self._reading.longest

    def _encode(self, reading: Run, source: Sequence[int]) -> tuple[Tensor, ...]:
        padded = torch.tensor([*source, PAD] if len(source) == 1 else source)  # what is compiled for all is not for one
        control = Control(len(source), 0, 0, 0).tensor()
        return tuple(reading([self._flat, self._reading.upto(len(padded))[: len(padded)], padded, control]))

    def _banned(self, width: int, end: int, never: tuple[int, ...]) -> Float[Tensor, "*two vocab"]:
        key = (width > 1, end, never)
        if key not in self._never:
            banned = torch.zeros(2, self._kind.tokens)
            banned[:, list(never)] = -torch.inf
            banned[1, end] = -torch.inf
            self._never[key] = banned[0] if width == 1 else banned
        return self._never[key]

    @cached_property
    def _flat(self) -> Tensor:
        return weights.flat(weights.turned(weights.reading(self._model))).values

    @cached_property
    def _weights(self) -> tuple[Tensor, Tensor]:
        """For one row, and for several."""
        named = weights.writing(self._model)
        return weights.flat(named).values, weights.flat(weights.turned(named)).values


class _Vectors:
    """Vectors of positions, made ahead."""

    def __init__(self, positions: AbstractPositions) -> None:
        self.longest = min(positions.longest, LONGEST)
        self._positions, self._made = positions, torch.empty(0, 0)

    def upto(self, count: int) -> Float[Tensor, "position width"]:
        """Of so many positions at least."""
        if count > len(self._made):
            many = min(self.longest, max(_POSITIONS, 2 * count))
            self._made = self._positions(torch.arange(many)[None])[0].contiguous()
        return self._made


def _rows(kept: Float[Tensor, "layer head query key"], paths: dict[int, str], length: int) -> Rows:
    return {path: kept[None, at, :, :length, :length] for at, path in paths.items()}
