"""What is odd in the weights of a recording: looked for in every attention, said once for all of them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from core.adapters.mending import NEAR_ONE, share_of_ones
from core.adapters.reduction import as_single, countable
from core.language import mark, tr

NUMBERS = AS_WEIGHTS, AS_SCORES, AS_LOGARITHMS = mark("weights"), mark("scores"), mark("logarithms")


def as_weights(
    values: Shaped[np.ndarray, "head target source"], numbers: str
) -> Float[np.ndarray, "head target source"]:
    """Numbers as a person says they are, as weights in float32; weights in float32 are not copied.

    Args:
        numbers: one of NUMBERS. Scores get a softmax over each row, a row of −∞ alone zeros; logarithms get exp.
    """
    single = as_single(values)
    if numbers == AS_WEIGHTS:
        return single
    with np.errstate(over="ignore", invalid="ignore"):
        if numbers == AS_LOGARITHMS:
            return np.exp(single)
        powers = np.exp(single - single.max(axis=-1, keepdims=True))
        return np.nan_to_num(powers / powers.sum(axis=-1, keepdims=True), nan=0.0)


@dataclass
class Oddities:
    """A book of oddities, kept while one attention after the other is looked at."""

    cells: int = 0
    strange: int = 0
    first: str = ""
    below: int = 0
    least: float = 0.0
    rows: int = 0
    empty: int = 0
    off: int = 0
    low: float = np.inf
    high: float = -np.inf
    turned: int = 0

    def looked_at(
        self, weights: Float[np.ndarray, "head target source"], label: str, *, turn: bool
    ) -> Float[np.ndarray, "head _ _"]:
        """The weights as they can be drawn: what is no number is 0, and targets are rows.

        Args:
            label: of the attention, for people.
            turn: whether to turn a map whose columns sum to one while its rows do not.
        """
        good = countable(weights)
        if not good.all():
            head, row, column = np.argwhere(~good)[0]
            self.first = self.first or tr(
                "{label}, head {head}, row {row}, column {column}",
                label=label,
                head=head + 1,
                row=row + 1,
                column=column + 1,
            )
            self.strange += int((~good).sum())
            weights = np.where(good, weights, np.float32(0))
        sums = weights.sum(axis=-1, dtype=np.float64)
        if turn and share_of_ones(sums) < 0.5 and share_of_ones(weights.sum(axis=1, dtype=np.float64)) > 0.95:
            self.turned += 1
            weights = weights.swapaxes(1, 2)
            sums = weights.sum(axis=-1, dtype=np.float64)
        self._count(weights, sums)
        return weights

    def _count(self, weights: np.ndarray, sums: np.ndarray) -> None:
        self.cells += weights.size
        least = float(weights.min(initial=0.0))
        if least < 0:
            self.below += int((weights < 0).sum())
            self.least = min(self.least, least)
        filled = sums[sums != 0]
        self.rows += sums.size
        self.empty += sums.size - filled.size
        far = filled[np.abs(filled - 1) >= NEAR_ONE]
        if far.size:
            self.off += far.size
            self.low, self.high = min(self.low, float(far.min())), max(self.high, float(far.max()))

    @property
    def said(self) -> tuple[str, ...]:
        """A sentence for each kind of oddity."""
        notes = []
        if self.turned:
            notes.append(tr(
                "turned in {turned:,} of the maps, since columns sum to one and rows do not: rows are targets now",
                turned=self.turned))  # fmt: skip
        if self.strange:
            notes.append(tr(
                "{strange:,} of {cells:,} cells are NaN, infinite or beyond a million (first: {first}); counted "
                "as 0", strange=self.strange,
                cells=self.cells, first=self.first))  # fmt: skip
        if self.below:
            notes.append(tr(
                "{below:,} of {cells:,} cells are below 0 (down to {least:.3g}): where these are scores before "
                "a softmax, or logarithms, say so", below=self.below,
                cells=self.cells, least=self.least))  # fmt: skip
        if self.off:
            notes.append(tr(
                "{off:,} of {rows:,} rows do not sum to one (from {low:.3g} to {high:.3g}): drawn as they are",
                off=self.off, rows=self.rows, low=self.low, high=self.high))  # fmt: skip
        if self.empty:
            notes.append(tr("{empty:,} of {rows:,} rows have no weight at all", empty=self.empty, rows=self.rows))
        return tuple(notes)
