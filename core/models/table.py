"""A table of probabilities as a model: small enough to be written, and changed, by hand.

Every row is a prefix with the probabilities of what comes next. A prefix that has no row ends with probability one. The
source is not looked at. Written as JSON, a row's name is its prefix with a space between tokens:
{"": {"A": 0.6, "B": 0.4}, "A": {"A": 0.4, "<end>": 0.6}}.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.errors import DataError
from core.language import tr
from core.models.table_rows import (
    BEGIN,
    END,
    TOLERANCE,
    Prefix,
    Row,
    check_shape,
    named,
    pack,
    read_rows,
    row_sum,
    write_rows,
)
from core.step_model import Step


@dataclass(frozen=True)
class TableState:
    """The prefix of every slot, as token numbers."""

    prefixes: tuple[tuple[tuple[int, ...], ...], ...]

    def select(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None = None) -> "TableState":
        """Slots that continue these slots; see `DecoderState`."""
        kept = range(len(self.prefixes)) if items is None else items.tolist()
        return TableState(
            tuple(tuple(self.prefixes[item][slot] for slot in row) for item, row in zip(kept, parents.tolist()))
        )

    def fed(self, tokens: Int[Tensor, "item slot"]) -> "TableState":
        """After one more token in every slot."""
        rows = zip(self.prefixes, tokens.tolist())
        return TableState(tuple(tuple((*prefix, token) for prefix, token in zip(*both)) for both in rows))


@dataclass(frozen=True)
class Complete:
    """A whole output.

    Attributes:
        tokens: with <end>; logp: Σ log p.
    """

    tokens: Prefix
    logp: float


@dataclass(frozen=True)
class TableModel:
    """Probabilities of the next token after every prefix; a `StepModel`.

    Attributes:
        rows: by prefix; tokens in the order in which they were written.

    Raises:
        DataError: a row that does not sum to one, is too deep or wide, or follows a token that cannot be written there.

    >>> model = TableModel({(): {"A": 0.6, "B": 0.4}})
    >>> [(one.tokens, round(one.logp, 3)) for one in model.outputs()]
    [(('A', '<end>'), -0.511), (('B', '<end>'), -0.916)]
    """

    rows: Mapping[Prefix, Row]
    end: ClassVar[int] = 0
    begin: ClassVar[int] = 1
    never_generated: ClassVar[tuple[int, ...]] = (1,)

    def __post_init__(self) -> None:
        check_shape(self.rows)
        for prefix, row in self.rows.items():
            if abs(row_sum(row) - 1.0) > TOLERANCE:
                raise DataError(
                    tr(
                        "the row {named} sums to {row_sum:.6g}, not to 1; change it, or scale it to one",
                        named=named(prefix),
                        row_sum=row_sum(row),
                    )
                )

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Token texts by number: <end>, <begin>, then as they come in the table."""
        return tuple(dict.fromkeys((END, BEGIN, *(token for row in self.rows.values() for token in row))))

    @property
    def longest(self) -> int:
        """Tokens of the longest output, <end> counted."""
        return 2 + max(len(prefix) for prefix in self.rows)

    def start(self, sources: Sequence[Sequence[int]]) -> TableState:
        """The state before the first token, one slot per source."""
        return TableState(tuple(((),) for _ in sources))

    def step(self, tokens: Int[Tensor, "item slot"], state: TableState) -> Step:
        """Feed one token per slot."""
        after = state.fed(tokens)
        return Step(torch.stack([torch.stack([self._law(one) for one in row]) for row in after.prefixes]), after)

    def row(self, prefix: Prefix) -> Row:
        """What comes after a prefix, summing to one to the last digit; after a prefix without a row the end."""
        row = self.rows.get(prefix, {END: 1.0})
        return {token: probability / row_sum(row) for token, probability in row.items()}

    def outputs(self) -> list[Complete]:
        """Every output of any probability, the most probable first; equal ones in the order of the table."""
        return sorted(self._below((), 0.0), key=lambda one: -one.logp)

    def to_json(self) -> str:
        """As in the module's docstring; `from_json` gives the same table."""
        return write_rows(self.rows)

    @classmethod
    def from_json(cls, text: str) -> "TableModel":
        """Read a table.

        Raises:
            DataError: not JSON, not of this form, or a table that cannot be.
        """
        return cls(read_rows(text))

    def packed(self) -> str:
        """A short text for an address: letters, digits, - and _."""
        return pack(self.rows)

    def _below(self, prefix: Prefix, logp: float) -> Iterator[Complete]:
        for token, probability in self.row(prefix).items():
            if probability > 0:
                sum_ = logp + log(probability)
                if token == END:
                    yield Complete((*prefix, END), sum_)
                else:
                    yield from self._below((*prefix, token), sum_)

    def _law(self, numbers: tuple[int, ...]) -> Float[Tensor, " vocab"]:
        law = torch.zeros(len(self.tokens), dtype=torch.float64)
        for token, probability in self.row(tuple(self.tokens[number] for number in numbers[1:])).items():
            law[self.tokens.index(token)] = probability
        return law.log()
