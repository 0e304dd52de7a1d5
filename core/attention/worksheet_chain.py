"""A worksheet worked out: the engine's own modules on the numbers of a sheet, every step kept in double precision.

The modules are those that models are made of, and what they pass through their taps is what is kept. Steps that a module
takes in one breath (scores, then their scaling, temperature, positions and mask) are told apart by giving it more and more
of what it takes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from core.attention.additive import Additive
from core.attention.attention import Attention
from core.attention.multihead import MultiHeadAttention, Projected
from core.attention.multiplicative import DotProduct, General, ScaledDotProduct
from core.attention.normalizers import NORMALIZERS
from core.attention.patterns import PATTERNS
from core.attention.positions import POSITIONS
from core.attention.relation import NoRelation
from core.attention.relations import RELATIONS
from core.attention.score import AbstractScore
from core.attention.scores import SCORES
from core.attention.worksheet import MOST, VECTOR_OF_SCORE, VECTORS, Worksheet
from core.errors import InputError, SettingError
from core.language import tr
from core.recording.chain import Chain, Quantity, Recipe
from core.recording.tap import Tap, watching
from core.settings import Settings, setting
from core.shapes import Mask, Places, States

FULL, NO_POSITIONS, ADDED = "full", "none", "sinusoidal"
_OF_MODULE = ("w_query", "w_key", "w_value", "w_output")
_SEED = 0  # of what a relation would learn: drawn, since there is nothing to learn from


@dataclass(frozen=True)
class Worked(Settings):
    """What is done with a worksheet."""

    score: str = setting("dot", choices=tuple(SCORES), help="how well a query and a key fit")
    normalizer: str = setting("softmax", choices=tuple(NORMALIZERS), help="from scores to weights; not all sum to one")
    temperature: float = setting(
        1.0,
        above=0.0,
        high=100.0,
        step=0.1,
        help="scores are divided by it: above 1 weights are flatter, below sharper",
    )
    mask: str = setting("full", choices=tuple(PATTERNS), help="who may look at whom; full: everybody at everybody")
    window: int = setting(
        1,
        low=1,
        high=MOST,
        help="places to each side (local), stride or size of a block; no matter for full and causal",
    )
    positions: str = setting(
        NO_POSITIONS, choices=(NO_POSITIONS, ADDED, *RELATIONS),
        help="how a vector's place enters; what a kind would learn is drawn once, since nothing is trained here",
    )  # fmt: skip
    heads: int = setting(1, low=1, high=6, help="attentions beside each other, joined by W_o; they share the features")
    output: bool = setting(False, help="W_o also after a single head")


def work_out(sheet: Worksheet, how: Worked) -> Chain:
    """Every quantity of a self-attention on a sheet, from the vectors to the outputs.

    Args:
        sheet: the numbers; how: the choices.

    Raises:
        SettingError: choices that do not go together, or that the sheet's width does not allow.
        InputError: the numbers run over on the way.
    """
    module = _module(sheet, how)
    mask = None if how.mask == FULL else PATTERNS[how.mask].mask(sheet.count, how.window)
    places = torch.arange(sheet.count)[None]
    steps = _Steps()
    with torch.no_grad():
        states = _inputs(sheet, how, steps)
        projected = module.project(states, places)
        kept: dict[Tap, Tensor] = {}
        with watching(kept.__setitem__):
            output = module.look(projected.query, projected.own, mask, places, places)
        _projections(module, sheet, states, projected, steps)
        _scores(module, sheet, projected, kept, mask, steps)
        _contexts(module, how, kept, output, places, steps)
    names = tuple(f"{at + 1}" for at in range(sheet.count))
    allowed = torch.full((1, sheet.count), sheet.count) if mask is None else mask[0].sum(dim=-1)
    chain = Chain(tuple(steps.quantities), names, names, how.normalizer, allowed.numpy())
    _check_finite(chain, how)
    return chain


class _Steps:
    """Quantities one after another, each without its batch of one."""

    def __init__(self) -> None:
        self.quantities: list[Quantity] = []

    @property
    def latest(self) -> str:
        return self.quantities[-1].name

    def add(self, name: str, values: Tensor, kind: str = "given", *of: str, number: float | None = None) -> None:
        """Values are [1, head, row, column], or without the heads or the batch where there is one."""
        flat = values.flatten(0, -3) if values.dim() > 2 else values[None]
        self.quantities.append(Quantity(name, flat.clone().numpy(), Recipe(kind, of, number)))


def _module(sheet: Worksheet, how: Worked) -> MultiHeadAttention:
    """The attention that models have, with the weights of the sheet."""
    kind = RELATIONS.get(how.positions)
    if kind is not None and kind.scores and how.score not in kind.scores:
        raise SettingError(
            tr(
                "positions={positions} does not go with score={score}: choose score={scores}",
                positions=how.positions,
                score=how.score,
                scores=tr(" or ").join(kind.scores),
            )
        )
    if sheet.width % how.heads:
        fits = [str(count) for count in range(1, sheet.width + 1) if sheet.width % count == 0]
        raise SettingError(
            tr(
                "{width} features cannot be shared by {heads} heads: choose {list} or {fits} heads",
                width=sheet.width,
                heads=how.heads,
                list=", ".join(fits[:-1]),
                fits=fits[-1],
            )
        )
    dim = sheet.width // how.heads
    with torch.random.fork_rng(devices=[]):  # modules are born with random weights, all of which are written over
        attention = Attention(
            SCORES[how.score](dim), normalize=NORMALIZERS[how.normalizer], temperature=how.temperature
        )
        relation = NoRelation(how.heads, dim) if kind is None else kind(how.heads, dim)
        module = MultiHeadAttention(sheet.width, how.heads, attention=attention, relation=relation).double().eval()
    chance = Generator().manual_seed(_SEED)
    with torch.no_grad():
        for parameter in relation.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=chance).double().round(decimals=1))
        for own, name in zip((module.w_query, module.w_key, module.w_value, module.w_output.weight), _OF_MODULE):
            own.copy_(sheet.tensor(name))
        _fill_score(attention.score, sheet, dim)
    return module


def _fill_score(score: AbstractScore, sheet: Worksheet, dim: int) -> None:
    if isinstance(score, General):
        score.w_key.weight.copy_(sheet.tensor("w_general")[:dim, :dim])
    if isinstance(score, Additive):
        score.w_query.weight.copy_(sheet.tensor("w_score_query")[:dim, :dim])
        score.w_query.bias.zero_()
        score.w_key.weight.copy_(sheet.tensor("w_score_key")[:dim, :dim])
        score.v.copy_(sheet.tensor(VECTOR_OF_SCORE)[0, :dim])


def _inputs(sheet: Worksheet, how: Worked, steps: _Steps) -> States:
    """The vectors, and the positions that are added to them."""
    vectors = sheet.tensor(VECTORS)[None]
    steps.add(VECTORS, vectors)
    if how.positions != ADDED:
        return vectors
    places = POSITIONS[ADDED](sheet.width, sheet.count)(torch.arange(sheet.count)[None]).double()
    steps.add("places", places)
    steps.add("placed", vectors + places, "sum", VECTORS, "places")
    return vectors + places


def _projections(
    module: MultiHeadAttention, sheet: Worksheet, states: States, projected: Projected, steps: _Steps
) -> None:
    """Queries, keys and values of every head; turned, where positions do that; as the score wants them."""
    with torch.random.fork_rng(devices=[]):
        plain = MultiHeadAttention(module.width, module.heads).double()  # its keys are not yet prepared for a score
    plain.load_state_dict(module.state_dict(), strict=False)
    query, (key, value) = plain.project(states)
    source = steps.latest
    for name, vectors in (("query", query), ("key", key), ("value", value)):
        by_head = sheet.tensor(f"w_{name}").unflatten(0, (module.heads, module.dim))  # head dim width
        steps.add(f"w_{name}", by_head)
        steps.add(name, vectors, "rows", source, f"w_{name}")
    looks, looked_at = "query", "key"
    places = torch.arange(sheet.count)[None]
    if not torch.equal(module.relation.turn(torch.ones_like(query), places), torch.ones_like(query)):
        steps.add("turned_query", projected.query, "turned", "query")
        steps.add("turned_key", module.relation.turn(key, places), "turned", "key")
        looks, looked_at = "turned_query", "turned_key"
    score = module.attention.get_submodule("score")
    if isinstance(score, General):
        steps.add("w_general", score.w_key.weight)
        steps.add("prepared", projected.own.key, "rows", looked_at, "w_general")
    if isinstance(score, Additive):
        steps.add("w_score_query", score.w_query.weight)
        steps.add("asked", score.w_query(projected.query), "rows", looks, "w_score_query")
        steps.add("w_score_key", score.w_key.weight)
        steps.add("prepared", projected.own.key, "rows", looked_at, "w_score_key")
        steps.add("v_score", score.v[None])


def _scores(
    module: MultiHeadAttention,
    sheet: Worksheet,
    projected: Projected,
    kept: Mapping[Tap, Tensor],
    mask: Mask | None,
    steps: _Steps,
) -> None:
    """What each query makes of each key: scored, scaled, tempered, with positions, masked, normalized."""
    attention = module.attention
    assert isinstance(attention, Attention)
    made = {one.name for one in steps.quantities}
    looks, looked_at = (
        next(name for name in names if name in made)
        for names in (("asked", "turned_query", "query"), ("prepared", "turned_key", "key"))
    )
    query, (key, value) = projected
    whole = attention.score(query, key)
    if isinstance(attention.score, Additive):
        steps.add("scores", whole, "additive", looks, looked_at, "v_score")
    elif isinstance(attention.score, ScaledDotProduct):
        steps.add("scores", DotProduct()(query, key), "rows", looks, looked_at)
        steps.add("scaled", whole, "quotient", "scores", number=math.sqrt(module.dim))
    else:
        steps.add("scores", whole, "rows", looks, looked_at)
    if attention.temperature != 1.0:
        steps.add(
            "tempered", attention(query, key, value).scores, "quotient", steps.latest, number=attention.temperature
        )
    bias = kept.get(attention.tap_bias)
    if bias is not None:
        content = steps.latest
        steps.add("bias", bias.expand(whole.shape))
        steps.add("biased", attention(query, key, value, bias=bias).scores, "sum", content, "bias")
    if mask is not None:
        steps.add("masked", kept[attention.tap_scores], "blocked", steps.latest)
    steps.add("weights", kept[attention.tap_weights], "normalized", steps.latest)


def _contexts(
    module: MultiHeadAttention, how: Worked, kept: Mapping[Tap, Tensor], output: States, places: Places, steps: _Steps
) -> None:
    """What each query gets: per head, and through W_o."""
    attention = module.attention
    added = module.relation.mix(kept[attention.tap_weights], places, places)
    if added is not None:
        steps.add("added", added)
    steps.add(
        "context", kept[attention.tap_context], "mixed", "weights", "value", *(() if added is None else ("added",))
    )
    if module.heads > 1:
        steps.add("joined", kept[attention.tap_context].transpose(1, 2).flatten(2), "joined", "context")
    if module.heads > 1 or how.output:
        source = steps.latest
        steps.add("w_output", module.w_output.weight)
        steps.add("output", output, "rows", source, "w_output")


def _check_finite(chain: Chain, how: Worked) -> None:
    blocked = chain["masked"] == -math.inf if "masked" in chain else False
    for one in chain.quantities:
        fine = np.isfinite(one.values)
        if not (fine | blocked if one.name == "masked" else fine).all():
            raise InputError(
                tr(
                    "the numbers run over at “{name}”: choose smaller ones, or a temperature nearer to 1 than {temperature:g}",
                    name=one.name,
                    temperature=how.temperature,
                )
            )
