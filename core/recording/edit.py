"""Edit: replace what flows through an attention, and let the model go on with it.

Two things can be changed. A head is switched off: its context is zero, so that W_O (or the recurrent decoder that reads
it) hears nothing of it; the other heads are left as they are, and nothing is scaled up in its place. Its weights are still
computed and recorded: it looks, but nobody listens. Source: Michel et al. 2019, arXiv:1905.10650 (ξ_h = 0). Or a row of one
head's cross-attention is set: its weights over the source, at one decoding step or at all; scores stay as they were.

Edits hold in the thread that opened them and as long as it says, like watchers; the model itself is never touched, and
somebody else who steps it at the same time sees nothing of them. They act on taps, so they hold where the modules step
(`Edited`), not in copies of the weights that are made for speed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import fsum
from typing import Any

from jaxtyping import Int
from torch import Tensor, nn

from core.errors import InputError
from core.language import tr, tr_count
from core.recording.recorded import Recorded
from core.recording.recorder import attention_paths, site_of
from core.recording.tap import Tap, editing, leads_in
from core.step_model import DecoderState, Step

NEAR_ONE = 1e-5  # how far a row's sum may lie from 1: float32 weights of a long source come to that
LARGEST = 10**6  # no model has so many heads, no output so many steps


@dataclass(frozen=True)
class Edit:
    """One change.

    Attributes:
        site: the path of the attention, as in `Site.name`.
        head: counted from 0.
        row: weights over the tokens of the source, <end> included, ≥ 0 with sum 1; None switches the head off.
        step: the decoding step whose row is set, counted from 1: the one that chooses that token; None for all.

    Raises:
        InputError: not a distribution, not cross-attention, or a number that counts nothing.

    >>> Edit("decoder.layers.0.cross_attention.attention", 1, row=(0.5, 0.6))
    Traceback (most recent call last):
    ...
    core.errors.InputError: cross · layer 1, head 2: the weights of a row must sum to 1, these sum to 1.1; divide them by it
    """

    site: str
    head: int
    row: tuple[float, ...] | None = None
    step: int | None = None

    def __post_init__(self) -> None:
        for name, value, low in (("head", self.head, 0), ("step", self.step, 1)):
            if value is not None and value < low:
                raise InputError(
                    tr(
                        "an edit's {name} must be a whole number, at least {low}, not {value}",
                        name=name,
                        low=low,
                        value=value,
                    )
                )
        if self.row is not None:
            self._check_row(self.row)
        elif self.step is not None:
            raise InputError(
                tr(
                    "{where}: a head is switched off for all steps; leave step={step} out",
                    where=self.where,
                    step=self.step,
                )
            )

    @property
    def where(self) -> str:
        """The head, for people: layers and heads counted from 1."""
        return tr("{label}, head {head}", label=site_of(self.site).said, head=self.head + 1)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; what is None is left out."""
        row = None if self.row is None else list(self.row)
        parts = {"site": self.site, "head": self.head, "step": self.step, "row": row}
        return {name: value for name, value in parts.items() if value is not None}

    @classmethod
    def from_dict(cls, values: Any) -> "Edit":
        """Read back what `to_dict` gave.

        Raises:
            InputError: not an edit.
        """
        known = {"site", "head", "step", "row"}
        if not isinstance(values, Mapping) or not {"site", "head"} <= set(values) <= known:
            raise InputError(
                tr(
                    "not an edit: {values}; it has a site and a head, and may have a row and a step",
                    values=str(values)[:60],
                )
            )
        site, head, step, row = (values.get(name) for name in ("site", "head", "step", "row"))
        if not isinstance(site, str):
            raise InputError(tr("an edit says its attention by its path, not by {site}", site=str(site)[:40]))
        for name, number in (("head", head), ("step", step)):
            fits = type(number) is int and abs(number) < LARGEST  # True is an int, and no number here
            if not fits and (name == "head" or number is not None):
                raise InputError(
                    tr("an edit's {name} must be a whole number, not {number}", name=name, number=str(number)[:40])
                )
        if row is not None and not (isinstance(row, list) and all(type(weight) in (int, float) for weight in row)):
            raise InputError(tr("an edit's row must be a list of weights, not {row}", row=str(row)[:40]))
        return cls(site, head, None if row is None else tuple(row), step)

    def _check_row(self, row: tuple[float, ...]) -> None:
        if "attention" not in self.site:
            raise InputError(tr("there is no attention {site!r} in any model of this house", site=self.site[:80]))
        if site_of(self.site).kind != "cross":
            raise InputError(
                tr("{where}: a row can be set in cross-attention only; switch this head off instead", where=self.where)
            )
        if not row or not all(0 <= weight <= 1 + NEAR_ONE for weight in row):
            raise InputError(
                tr("{where}: a row must be weights between 0 and 1, one per source token", where=self.where)
            )
        if abs((total := fsum(row)) - 1) > NEAR_ONE:
            raise InputError(
                tr(
                    "{where}: the weights of a row must sum to 1, these sum to {total:.6g}; divide them by it",
                    where=self.where,
                    total=total,
                )
            )


class Edits:
    """Edits of one model, ready to hold; of two that say different things, the later one holds.

    Args:
        model: any module with taps inside.
        edits: none, one or many.

    Raises:
        InputError: a site that this model does not have.
    """

    def __init__(self, model: nn.Module, edits: Sequence[Edit]) -> None:
        self.edits = tuple(edits)
        self._at: dict[Tap, list[Edit]] = {}
        paths = attention_paths(model)
        for edit in self.edits:
            if edit.site not in paths:
                raise InputError(
                    tr(
                        "there is no attention {site!r} in this model; it has: {paths}",
                        site=edit.site[:80],
                        paths=", ".join(paths),
                    )
                )
            tap = model.get_submodule(f"{edit.site}.{'tap_context' if edit.row is None else 'tap_weights'}")
            assert isinstance(tap, Tap)
            self._at.setdefault(tap, []).append(edit)

    @contextmanager
    def hold(self, first: int = 1) -> Iterator[None]:
        """Let the edits hold in this thread until the block ends, however it ends.

        Args:
            first: the decoding step of the first query that passes; those after it are counted on. So a whole target in
                one pass and a single step are edited alike. What leads in to the first step is none of them: there only
                heads are off.

        Raises:
            InputError: inside the block, a head that its attention does not have, or a row longer than the source.
        """
        passed: dict[Tap, int] = {}

        def change(tap: Tap, value: Tensor) -> Tensor:
            if tap not in self._at:
                return value
            begin = first + passed.get(tap, 0)
            edits = [one for one in self._at[tap] if one.row is None] if leads_in() else self._at[tap]
            passed[tap] = passed.get(tap, 0) + (0 if leads_in() else value.shape[2])
            value = value.clone()
            for edit in edits:
                _apply(edit, value, begin)
            return value

        with editing(change):
            yield


def _apply(edit: Edit, value: Tensor, begin: int) -> None:
    """Write one edit into a copy of what passed: weights [batch head query key], or contexts [batch head query value]."""
    heads, queries, keys = value.shape[1:]
    if edit.head >= heads:
        has = tr_count(heads, "one head", "{n} heads")
        raise InputError(
            tr(
                "{where}: there is no such head, {label} has {has}",
                where=edit.where,
                label=site_of(edit.site).said,
                has=has,
            )
        )
    if edit.row is None:
        value[:, edit.head] = 0.0
        return
    if len(edit.row) > keys:
        raise InputError(_misfit(edit, keys))
    steps = slice(None) if edit.step is None else slice(edit.step - begin, edit.step - begin + 1)
    if edit.step is None or 0 <= edit.step - begin < queries:
        row = value.new_zeros(keys)  # what lies past the row is padding
        row[: len(edit.row)] = value.new_tensor(edit.row)
        value[:, edit.head, steps] = row


def _misfit(edit: Edit, tokens: int) -> str:
    return tr(
        "{where}: a row of {count} weights was set, but the source has {tokens} tokens, <end> counted",
        where=edit.where,
        count=len(edit.row or ()),
        tokens=tokens,
    )


@dataclass(frozen=True)
class EditedState:
    """A model's state, and how many steps led to it: an edited row belongs to one of them.

    Attributes:
        inner: the model's own; step: tokens fed so far.
    """

    inner: DecoderState
    step: int

    def select(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None = None) -> "EditedState":
        """As the model's own state does; the step stays."""
        return EditedState(self.inner.select(parents, items), self.step)


class Edited:
    """A step model whose attention is edited while it steps, and recorded as it was edited.

    A head of the encoder is off while sources are encoded; those of the decoder at every step; a row of step t is set on
    whatever prefixes the search is on when it chooses its t-th token.

    Args:
        model: a step model that is also a module with taps.
        edits: what to change; none leaves every number as it is.
        only: which attentions to record at every step, as in Recorder.

    Raises:
        InputError: a site that this model does not have.
    """

    def __init__(self, model: nn.Module, edits: Sequence[Edit], only: str = "*cross*") -> None:
        self._edits = Edits(model, edits)
        self._model = Recorded(model, only)
        self.begin, self.end, self.never_generated = (
            self._model.begin, self._model.end, self._model.never_generated
        )  # fmt: skip

    def start(self, sources: Sequence[Sequence[int]]) -> EditedState:
        """As the model does, with what is off in its encoder off.

        Raises:
            InputError: a row that was set for a source of another length, or a head that is not there.
        """
        for edit in self._edits.edits:
            for source in sources:
                if edit.row is not None and len(edit.row) != len(source):
                    raise InputError(_misfit(edit, len(source)))
        with self._edits.hold():
            return EditedState(self._model.start(sources), 0)

    def step(self, tokens: Int[Tensor, "item slot"], state: EditedState) -> Step:
        """As the model does, with the edits of this step.

        Raises:
            InputError: a head that is not there.
        """
        with self._edits.hold(state.step + 1):
            step = self._model.step(tokens, state.inner)
        return step._replace(state=EditedState(step.state, state.step + 1))
