"""How one draw fell, step by step: what was weighed, what the filters took out, and where its noise lay.

Three probabilities of a token are told apart: the model's own; the tempered one (after temperature, limits and
penalties); and the law it was drawn from (what the filters leave of the tempered one, renormalized).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from jaxtyping import Float

from core.decoding.frontier import Force
from core.decoding.hypothesis import Hypothesis
from core.decoding.sampling import SamplingSearch
from core.decoding.view import Frontier
from core.decoding.weighing import FREE, REPEATED, TOO_SHORT
from core.language import tr
from core.runs.drawing import Drawing
from core.runs.stepwise import AbstractStepwise

OFF = {"top_k": 0, "top_p": 1.0, "min_p": 0.0, "typical": 1.0, "epsilon": 0.0}  # in the order the filters work
_NARROW = 0.006  # of what is shown: no wider than the lines around it


@dataclass(frozen=True)
class Weighed:
    """One token at one step of a draw.

    Attributes:
        text: of the token; model, tempered, law: its three probabilities.
        cumulated: mass of the tokens at least as probable, of what top-k left, as top-p counts it; nan where top-k or a
            limit took it out.
        excluded: what took it out and with which setting, "" where nothing did.
        before, after: its interval in [0, 1) of the cumulated law, tokens in the order of their numbers.
        drawn: chance fell on it; right: the reference goes on with it.
    """

    text: str
    model: float
    tempered: float
    law: float
    cumulated: float
    excluded: str
    before: float
    after: float
    drawn: bool
    right: bool


@dataclass(frozen=True)
class Piece:
    """A part of [0, 1): of one token, or of several neighbours too narrow to be told apart.

    Attributes:
        label: the token, or how many; before, after: its ends; drawn: chance fell on it.
    """

    label: str
    before: float
    after: float
    drawn: bool


@dataclass(frozen=True)
class Position:
    """One step of one draw.

    Attributes:
        prefix: texts of the tokens before; tokens: all that have any probability, the most probable first.
        noise: u in [0, 1), whose place in the cumulated law decides; nan where the draw is not by such a number.
        support: tokens left to draw from; mass: their share of the tempered distribution.
        entropy: of the model's distribution, in nats.
        excluded: how many tokens each filter or limit took out, and their mass in the tempered distribution (of those that
            a limit took out, in the model's).
    """

    prefix: tuple[str, ...]
    tokens: tuple[Weighed, ...]
    noise: float
    support: int
    mass: float
    entropy: float
    excluded: dict[str, tuple[int, float]]

    @property
    def drawn(self) -> Weighed:
        """The token that was drawn."""
        return next(one for one in self.tokens if one.drawn)

    @property
    def window(self) -> tuple[float, float]:
        """The part of [0, 1) in which the drawn token's interval can be seen: all of it, unless that is narrow."""
        one = self.drawn
        width = one.after - one.before
        return (0.0, 1.0) if width >= 0.02 else (max(0.0, one.before - 9 * width), min(1.0, one.after + 9 * width))

    def pieces(self) -> tuple[Piece, ...]:
        """What of [0, 1) is whose within the window, from left to right."""
        low, high = self.window
        shown = [one for one in self.tokens if one.law > 0 and one.after > low and one.before < high]
        found: list[Piece] = []
        narrow: list[Weighed] = []
        for one in sorted(shown, key=lambda token: token.before):
            if one.law < _NARROW * (high - low) and not one.drawn:
                narrow.append(one)
                continue
            found += [*_together(narrow), Piece(one.text, one.before, one.after, one.drawn)]
            narrow = []
        return (*found, *_together(narrow))


def positions(
    trained: AbstractStepwise, source: str, search: SamplingSearch, drawing: Drawing, index: int
) -> tuple[Position, ...]:
    """How one draw fell: every step with all that was weighed there. The draw is walked again with its tokens forced.

    Args:
        drawing: what `draw` gave for the same source and search; index: which of its draws.
    """
    numbers, rules = trained.item(source, 0)
    alone, found = replace(search, draws=1).under(rules), []
    frontier = alone.start(trained.stepped, numbers, rules)
    path = drawing.ends[index].path()
    for node in path:
        gold = rules.gold is not None and rules.gold[: node.step - 1] == tuple(
            one.token for one in path[: node.step - 1]
        )
        right = rules.gold[node.step - 1] if gold and rules.gold and node.step <= len(rules.gold) else -1
        found.append(_position(trained.writing(source).tokens, search, frontier, node, right))
        if node is not path[-1]:
            frontier = alone.advance(trained.stepped, frontier, Force(node.token))
    return tuple(found)


def _position(
    texts: Sequence[str], search: SamplingSearch, frontier: Frontier, node: Hypothesis, right: int
) -> Position:
    assert frontier.now is not None
    own = frontier.log_probs[None] + frontier.now.limits.never.numpy()  # item slot vocab, one and one
    weighing = frontier.now.outlook.weighing
    model, law = np.exp(own[0, 0].astype(np.float64)), search.law(own, weighing)
    tempered, drawn = replace(search, **OFF).law(own, weighing).probabilities[0, 0], law.probabilities[0, 0]
    stage = np.zeros(len(model), np.int64) if law.excluded is None else law.excluded[0, 0].astype(np.int64)
    barred = np.zeros(len(model), np.int64) if weighing is None else weighing.barred[0, 0].astype(np.int64)
    why = [_reason(search, *both) for both in zip(stage.tolist(), barred.tolist())]
    after = drawn.cumsum()
    pool = np.where((stage == 1) | (barred != FREE), 0.0, tempered)
    order = np.argsort(-model, kind="stable")
    order = order[model[order] > 0]
    cumulated = _cumulated(pool)
    tokens = tuple(
        Weighed(
            texts[at], float(model[at]), float(tempered[at]), float(drawn[at]), float(cumulated[at]), why[at],
            float(after[at] - drawn[at]), float(after[at]), at == node.token, at == right,
        )
        for at in order.tolist()
    )  # fmt: skip
    noise = node.draw.noise if node.draw is not None else nan
    prefix = tuple(texts[number] for number in node.tokens()[:-1])
    entropy = float(frontier.now.outlook.entropy[0, 0])
    return Position(
        prefix, tokens, noise, int((drawn > 0).sum()), float(law.mass[0, 0]), entropy, _excluded(tokens)
    )  # fmt: skip


def _cumulated(pool: Float[np.ndarray, " vocab"]) -> Float[np.ndarray, " vocab"]:
    """Up to and with every token, the most probable first; nan where a token is not in the pool."""
    order = np.argsort(-pool, kind="stable")
    found = np.empty_like(pool)
    found[order] = pool[order].cumsum() / pool.sum()
    return np.where(pool > 0, found, nan)


def _together(narrow: Sequence[Weighed]) -> list[Piece]:
    if not narrow:
        return []
    label = narrow[0].text if len(narrow) == 1 else f"{len(narrow)} tokens"
    return [Piece(label, narrow[0].before, narrow[-1].after, drawn=False)]


def _reason(search: SamplingSearch, stage: int, barred: int) -> str:
    if barred != FREE:
        limits = {
            TOO_SHORT: tr("min length {min_length}", min_length=search.min_length),
            REPEATED: tr("no repeat {no_repeat_ngram}-gram", no_repeat_ngram=search.no_repeat_ngram),
        }
        return limits.get(barred, f"form {search.form}")
    if stage == 0:
        return ""
    name = list(OFF)[stage - 1]
    return f"{name.replace('_', '-')} {getattr(search, name):g}"


def _excluded(tokens: Sequence[Weighed]) -> dict[str, tuple[int, float]]:
    found: dict[str, tuple[int, float]] = {}
    for one in tokens:
        if one.excluded:
            count, mass = found.get(one.excluded, (0, 0.0))
            found[one.excluded] = count + 1, mass + (one.tempered or one.model)
    return found
