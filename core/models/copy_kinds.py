"""The table of ways to copy: what a decoder may write beside the tokens of its vocabulary."""

from dataclasses import dataclass

from core.language import mark


@dataclass(frozen=True)
class CopyKind:
    """A way to copy.

    Attributes:
        summary: one line for menus, with the source.
        models: which models it is written for.
        scores: the scores of the recurrent decoder that it goes with; () for all.
    """

    summary: str
    models: tuple[str, ...] = ("recurrent",)
    scores: tuple[str, ...] = ()


ONCE = "once"
POINTINGS = ("again", ONCE)  # whether a pointer network may point at a place that it has pointed at
COPIES: dict[str, CopyKind] = {
    "none": CopyKind(mark("writes tokens of its vocabulary only"), models=("recurrent", "transformer")),
    "pointer_generator": CopyKind(
        mark("a gate, p_gen, shares out probability between the vocabulary and the attended source (See et al. 2017)"),
        models=("recurrent", "transformer"),
    ),
    "copynet": CopyKind(
        mark("generating and copying compete in one softmax; what was copied is read again (Gu et al. 2016)"),
        scores=("additive",),
    ),
    "pointer": CopyKind(
        mark("every output points at a token of the source; nothing is generated (Vinyals et al. 2015)")
    ),
}
