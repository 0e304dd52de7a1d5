"""What the quantities of a chain are called, how their formulas read in both orientations, and in which stages they stand.

Markup: ^{…} is raised, _{…} lowered; braces stay. "columns" is the lecture's way to write (vectors are columns), "rows"
the field's. A symbol is the letter of one vector, or of one pair.
"""

from typing import NamedTuple

from core.language import mark, tr
from core.recording.chain import Chain


class Said(NamedTuple):
    """Words for a quantity: its name, the letter of one of its vectors or pairs, its axes, its formula both ways."""

    title: str
    symbol: str
    axes: tuple[str, str]
    columns: str
    rows: str


_PLACE, _KEY, _PAIR, _WEIGHT = ("query", "dim"), ("key", "dim"), ("query", "key"), ("out", "dim")

SAID: dict[str, Said] = {
    "vectors": Said(mark("vectors"), "a", _PLACE, "I", "X"),
    "places": Said(mark("places"), "p", _PLACE, "P", "P"),
    "placed": Said(mark("vectors with their places"), "x", _PLACE, "I + P", "X + P"),
    "w_query": Said(mark("weights"), "W^{q}", _WEIGHT, "W^{q}", "W_{q}"),
    "query": Said(mark("queries"), "q", _PLACE, "Q = W^{q} I", "Q = X W_{q}"),
    "w_key": Said(mark("weights"), "W^{k}", _WEIGHT, "W^{k}", "W_{k}"),
    "key": Said(mark("keys"), "k", _KEY, "K = W^{k} I", "K = X W_{k}"),
    "w_value": Said(mark("weights"), "W^{v}", _WEIGHT, "W^{v}", "W_{v}"),
    "value": Said(mark("values"), "v", _KEY, "V = W^{v} I", "V = X W_{v}"),
    "turned_query": Said(mark("queries, turned by their places"), "q", _PLACE, "turned(Q)", "turned(Q)"),
    "turned_key": Said(mark("keys, turned by their places"), "k", _KEY, "turned(K)", "turned(K)"),
    "w_general": Said(mark("weights of the score"), "W", _WEIGHT, "W", "W"),
    "w_score_query": Said(mark("weights of the score"), "W^{1}", _WEIGHT, "W^{1}", "W_{1}"),
    "asked": Said(mark("queries for the score"), "q̂", _PLACE, "Q̂ = W^{1} Q", "Q̂ = Q W_{1}"),
    "w_score_key": Said(mark("weights of the score"), "W^{2}", _WEIGHT, "W^{2}", "W_{2}"),
    "prepared": Said(mark("keys for the score"), "k̂", _KEY, "K̂ = W K", "K̂ = K W"),
    "v_score": Said(mark("vector of the score"), "w", ("out", "dim"), "w", "w"),
    "scores": Said(mark("scores"), "α", _PAIR, "A = K^{T} Q", "A = Q K^{T}"),
    "scaled": Said(mark("scaled"), "α", _PAIR, "A / √d", "A / √d"),
    "tempered": Said(mark("divided by the temperature"), "α", _PAIR, "A / T", "A / T"),
    "bias": Said(mark("bias of positions"), "β", _PAIR, "β", "β"),
    "biased": Said(mark("content and position"), "α", _PAIR, "A + β", "A + β"),
    "masked": Said(mark("masked"), "α", _PAIR, "masked(A)", "masked(A)"),
    "weights": Said(mark("attention weights"), "α′", _PAIR, "A′", "A′"),
    "added": Said(mark("added by positions"), "r", _PLACE, "R", "R"),
    "context": Said(mark("outputs"), "b", _PLACE, "O = V A′", "O = A′ V"),
    "joined": Said(mark("heads beside each other"), "b", _PLACE, "B", "B"),
    "w_output": Said(mark("weights"), "W^{o}", _WEIGHT, "W^{o}", "W_{o}"),
    "output": Said(mark("outputs of all heads"), "o", _PLACE, "W^{o} B", "B W_{o}"),
}
_ADDITIVE = Said(mark("scores"), "α", _PAIR, "A = w · tanh(q̂ + k̂)", "A = w · tanh(q̂ + k̂)")
_STAGES: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("Vectors", (("vectors",), ("places",), ("placed",))),
    (
        mark("Queries, keys, values"),
        (("w_query", "query"), ("w_key", "key"), ("w_value", "value"), ("turned_query",), ("turned_key",)),
    ),
    (
        mark("Scores"),
        (
            ("w_score_query", "asked"), ("w_score_key", "w_general", "prepared"), ("v_score",), ("scores",), ("scaled",),
            ("tempered",), ("bias",), ("biased",), ("masked",),
        ),
    ),
    (mark("Weights"), (("weights",),)),
    (mark("Outputs"), (("added",), ("context",))),
    (mark("Heads joined"), (("joined",), ("w_output", "output"))),
)  # fmt: skip

# how one weight is written with its score {e} and the number {n} of keys it may look at; over its sum where `sum`
NORMALIZED: dict[str, dict[str, str | bool]] = {
    "softmax": {"cell": "exp({e})", "sum": True},
    "relu": {"cell": "max(0, {e})"},
    "relu_over_n": {"cell": "max(0, {e}) / {n}"},
    "relu_l1": {"cell": "max(0, {e})", "sum": True},
    "sigmoid": {"cell": "σ({e} − log {n})"},
    "softplus_l1": {"cell": "log(1 + exp({e}))", "sum": True},
    "none": {"cell": "{e}"},
    "identity_over_n": {"cell": "{e} / {n}"},
    "sparsemax": {"cell": "max(0, {e} − τ)", "note": mark("with the τ for which all weights of this query sum to 1")},
    "entmax15": {
        "cell": "max(0, {e} / 2 − τ)^{2}",
        "note": mark("with the τ for which all weights of this query sum to 1"),
    },
    "hard": {"cell": mark("1 if {e} is the largest, else 0"), "note": mark("of equal scores the first")},
}


def said(chain: Chain, name: str) -> Said:
    """The words for a quantity of this chain."""
    words = SAID[name]
    if name == "scores" and chain.quantity(name).recipe.kind == "additive":
        return _ADDITIVE
    if name == "prepared" and chain.quantity(name).recipe.of[1] == "w_score_key":
        return words._replace(columns="K̂ = W^{2} K", rows="K̂ = K W_{2}")
    if name == "weights" and chain.normalizer in NORMALIZED:
        formula = f"A′ = {chain.normalizer}(A)"
        return words._replace(columns=formula, rows=formula)
    if name in ("query", "key", "value") and not chain.quantity(name).recipe.of:  # recorded, not made here
        return words._replace(columns=name[0].upper(), rows=name[0].upper())
    return words


def stages(chain: Chain) -> list[dict[str, object]]:
    """The stages that this chain has, each with its cards: quantities that stand beside each other."""
    found = []
    for title, cards in _STAGES:
        there = [[name for name in card if name in chain] for card in cards]
        if any(there):
            found.append({"title": tr(title), "cards": [card for card in there if card]})
    return found
