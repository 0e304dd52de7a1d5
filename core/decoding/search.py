"""What a search is: its settings, a way to choose, and one way to advance that all searches share.

A search is a frozen dataclass of settings. `choose` is pure: from a frontier to what lives on, what finished and what
was pruned. `advance` chooses, lets the model step, and gives the next frontier; a whole batch advances through the
same lines (`advance_all`), so stepping by hand and decoding at speed are the same code.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import ClassVar

import numpy as np
import torch

from core.decoding.candidates import forced_child, remembered
from core.decoding.frontier import Choice, Force, Frontier, Rules, StepRecord, cut_off, ranked
from core.decoding.hypothesis import Hypothesis, Status, root
from core.decoding.ranking import LengthNorm
from core.settings import Settings
from core.step_model import DecoderState, Step, StepModel


class AbstractSearch(Settings, ABC):
    """A way through the tree of outputs.

    Attributes:
        name: the word in tables, files and on the command line; summary: one line for menus.
    """

    name: ClassVar[str]
    summary: ClassVar[str]

    @abstractmethod
    def choose(self, frontier: Frontier) -> Choice:
        """Decide one step."""

    @property
    @abstractmethod
    def norm(self) -> LengthNorm:
        """How this search compares outputs of different length."""

    @abstractmethod
    def stop_reason(self, live: Sequence[Hypothesis], finished: Sequence[Hypothesis], choice: Choice) -> str:
        """Why the search need not go on, or ""."""

    def start(self, model: StepModel, source: Sequence[int], rules: Rules) -> Frontier:
        """The frontier before the first token of one source (numbers, <end> included)."""
        return start_all(model, [source], [rules])[0][0]

    def advance(self, model: StepModel, frontier: Frontier, force: Force | None = None) -> Frontier:
        """The next frontier; with `force` a person's choice takes the place of the search's.

        Raises:
            InputError: the forced token cannot be generated here.
        """
        assert frontier.state is not None, "a frontier that a batch made is advanced by the batch"
        (after,), state = advance_all(self, model, [frontier], frontier.state, force)
        return replace(after, state=state)

    def done(self, frontier: Frontier) -> bool:
        """Whether there is no next step."""
        return bool(frontier.stop_reason)


def start_all(
    model: StepModel, sources: Sequence[Sequence[int]], rules: Sequence[Rules]
) -> tuple[list[Frontier], DecoderState]:
    """The frontiers before the first token of several sources, and the state they share."""
    step = model.step(torch.full((len(sources),), model.begin), model.start(sources))
    log_probs = step.log_probs.numpy()
    frontiers = [
        Frontier(rule, (root(model.begin),), log_probs[at : at + 1], _rows(step, at, at + 1, rule.source_length))
        for at, rule in enumerate(rules)
    ]
    if len(frontiers) == 1:
        frontiers[0] = replace(frontiers[0], state=step.state)
    return frontiers, step.state


def advance_all(
    search: AbstractSearch,
    model: StepModel,
    frontiers: Sequence[Frontier],
    state: DecoderState,
    force: Force | None = None,
) -> tuple[list[Frontier], DecoderState]:
    """Advance several frontiers whose live hypotheses are the rows of `state`, in order."""
    began = perf_counter()
    decided = [_decide(search, frontier, force) for frontier in frontiers]
    rows, tokens, first = [], [], 0
    for frontier, after in zip(frontiers, decided):
        rows += [first + node.attention for node in after.live]
        tokens += [node.token for node in after.live]
        first += len(frontier.live)
    if rows:
        order = torch.tensor(rows)
        kept = state if len(rows) == first and rows == list(range(first)) else state.select(order)
        step = model.step(torch.tensor(tokens), kept)
        decided, state = _with_step(decided, step), step.state
    milliseconds = 1000 * (perf_counter() - began) / len(frontiers)
    return [_timed(frontier, milliseconds) for frontier in decided], state


def _decide(search: AbstractSearch, frontier: Frontier, force: Force | None) -> Frontier:
    choice = search.choose(frontier) if force is None else _forced(search, frontier, force)
    finished = ranked((*frontier.finished, *choice.finished))
    live, born = choice.live, choice.born
    reason = search.stop_reason(live, finished, choice) if finished and force is None else ""
    if not reason and live and live[0].step >= frontier.rules.max_new_tokens:
        reason, born, ended = "max_len", *_truncate(live, born)
        live, finished = (), ranked((*finished, *ended))
    elif reason and live:
        best = max(node.rank_score for node in finished)
        cut = {node: cut_off(node, reason, best) for node in live}
        live, born = (), tuple(cut.get(node, node) for node in born)
    elif not reason and not live:
        reason = "all_ended"
    record = _figures(frontier, choice, finished)
    nothing = np.zeros((0, frontier.log_probs.shape[1]), dtype=np.float32)
    return Frontier(
        frontier.rules, live, nothing, {}, None, finished, born, record, frontier, reason, frontier.step + 1
    )


def _truncate(
    live: tuple[Hypothesis, ...], born: tuple[Hypothesis, ...]
) -> tuple[tuple[Hypothesis, ...], tuple[Hypothesis, ...]]:
    cut = {node: replace(node, status=Status.TRUNCATED, slot=-1) for node in live}
    return tuple(cut.get(node, node) for node in born), tuple(cut.values())


def _forced(search: AbstractSearch, frontier: Frontier, force: Force) -> Choice:
    node = forced_child(frontier, force, search.norm)
    rest = remembered(frontier, {(force.slot, force.token)}, Status.SUPERSEDED, "another token was forced", search.norm)
    live, finished = ((), (node,)) if node.status is Status.FINISHED else ((node,), ())
    return Choice(live, finished, (node, *rest), node.rank_score)


def _figures(frontier: Frontier, choice: Choice, finished: tuple[Hypothesis, ...]) -> StepRecord:
    probabilities = np.exp(frontier.log_probs.astype(np.float64))
    entropy = -(probabilities * np.where(probabilities > 0, frontier.log_probs, 0.0)).sum(axis=1)
    pool, kept = _mass(frontier.live), _mass((*choice.live, *choice.finished))
    bounds = [node.bound for node in choice.live]
    return StepRecord(
        step=frontier.step + 1, live_in=len(frontier.live), candidates=frontier.log_probs.size, kept=len(choice.live),
        pool_logsumexp=pool, kept_mass=min(1.0, float(np.exp(kept - pool))), entropy=tuple(entropy.tolist()),
        threshold=choice.threshold, best_finished=finished[0].rank_score if finished else float("nan"),
        best_bound=max(bounds) if bounds else float("nan"),
    )  # fmt: skip


def _mass(nodes: Sequence[Hypothesis]) -> float:
    """Logarithm of the probability of these prefixes together; draws that agree so far are one prefix."""
    drawn = any(node.draw is not None for node in nodes)
    logps = (
        list({tuple(node.tokens()): node.logp for node in nodes}.values()) if drawn else [node.logp for node in nodes]
    )
    return float(np.logaddexp.reduce(logps)) if logps else -np.inf


def _with_step(frontiers: list[Frontier], step: Step) -> list[Frontier]:
    log_probs, first, found = step.log_probs.numpy(), 0, []
    for frontier in frontiers:
        last = first + len(frontier.live)
        rows = _rows(step, first, last, frontier.rules.source_length)
        found.append(replace(frontier, log_probs=log_probs[first:last], rows=rows))
        first = last
    return found


def _rows(step: Step, first: int, last: int, source_length: int) -> dict[str, np.ndarray]:
    """The attention of these rows; of cross-attention only the item's own source, never another's padding."""
    cut = {site: source_length if "cross" in site else None for site in step.rows}
    return {site: rows[first:last, :, : cut[site]].numpy() for site, rows in step.rows.items()}


def _timed(frontier: Frontier, milliseconds: float) -> Frontier:
    assert frontier.record is not None
    return replace(frontier, record=replace(frontier.record, milliseconds=milliseconds))
