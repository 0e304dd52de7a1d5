"""A chain: every quantity of one attention, from what comes in to what goes out, with how each was made of the others.

A value: numbers and labels, no model, no torch. All are [head, row, column] and batch-free; rows of vectors are places, rows
of pairs are queries. What all heads share has one head. `Recipe` says which cells a cell is made of, so that a page can
light them up and write the formula out; the numbers themselves are those of the engine's modules and are never made anew.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from core.errors import ShapeError
from core.language import tr

KINDS = (
    "given",  # nothing in the chain
    "rows",  # Σ_d left[i, d] · right[j, d]
    "mixed",  # Σ_j left[i, j] · right[j, d], and where there is a third, its [i, d] added
    "additive",  # Σ_d v[0, d] · tanh(left[i, d] + right[j, d])
    "sum",  # left[i, j] + right[i, j]
    "quotient",  # left[i, j] / number
    "turned",  # row i of left, each pair of features turned by an angle that grows with the place
    "blocked",  # left[i, j], or −∞ where the mask forbids to look
    "normalized",  # row i of left, by the normalizer
    "joined",  # the heads of left beside each other
)


@dataclass(frozen=True)
class Recipe:
    """How a quantity is made.

    Attributes:
        kind: of KINDS; of: names of the quantities it is made of, in the kind's order.
        number: what a quotient is divided by.

    Raises:
        ShapeError: an unknown kind.
    """

    kind: str = "given"
    of: tuple[str, ...] = ()
    number: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ShapeError(
                tr(
                    "a quantity is made in one of these ways: {kinds}; not {kind!r}",
                    kinds=", ".join(KINDS),
                    kind=self.kind,
                )
            )


@dataclass(frozen=True, eq=False)
class Quantity:
    """One step of a chain.

    Attributes:
        name: its place in the chain, as "query" or "scores".
        values: [head, row, column]; −∞ where a query may not look.
        recipe: how it is made of others.
    """

    name: str
    values: Float[np.ndarray, "head row column"]
    recipe: Recipe = Recipe()


@dataclass(frozen=True, eq=False)
class Chain:
    """All quantities of one attention on one input, in the order in which they are made.

    Attributes:
        quantities: by name; "weights", "value" and "context" are always there.
        queries, keys: what stands at each place.
        normalizer: its name in NORMALIZERS.
        allowed: how many keys each query may look at, [head, query].

    Raises:
        ShapeError: weights that do not fit the labels, or a quantity made of one that comes later.
    """

    quantities: tuple[Quantity, ...]
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    normalizer: str
    allowed: Int[np.ndarray, "head query"]

    def __post_init__(self) -> None:
        known: set[str] = set()
        for one in self.quantities:
            if missing := set(one.recipe.of) - known:
                raise ShapeError(
                    tr(
                        "{name} is made of {sorted}, which does not come before it",
                        name=one.name,
                        sorted=", ".join(sorted(missing)),
                    )
                )
            known.add(one.name)
        if missing := {"weights", "value", "context"} - known:
            raise ShapeError(tr("a chain needs {sorted} too", sorted=", ".join(sorted(missing))))
        if self["weights"].shape[1:] != (len(self.queries), len(self.keys)):
            raise ShapeError(
                tr(
                    "weights {shape} do not fit {count} query and {count2} key labels; expected [head, query, key]",
                    shape=self["weights"].shape,
                    count=len(self.queries),
                    count2=len(self.keys),
                )
            )

    def __getitem__(self, name: str) -> Float[np.ndarray, "head row column"]:
        """The numbers of a quantity."""
        return self.quantity(name).values

    def __contains__(self, name: object) -> bool:
        return any(one.name == name for one in self.quantities)

    def quantity(self, name: str) -> Quantity:
        """A quantity by its name.

        Raises:
            ShapeError: the chain has none of that name.
        """
        for one in self.quantities:
            if one.name == name:
                return one
        raise ShapeError(
            tr(
                "this chain has no {name!r}; it has: {quantities}",
                name=name,
                quantities=", ".join(one.name for one in self.quantities),
            )
        )

    @property
    def heads(self) -> int:
        """Number of heads."""
        return self["weights"].shape[0]

    @property
    def row_sums(self) -> Float[np.ndarray, "head query"]:
        """What the weights of every query sum to, each as it is."""
        return self["weights"].sum(axis=-1)

    def mixed(self) -> Float[np.ndarray, "head query value"]:
        """b = Σ α v, and what positions add to it, made anew from the recorded weights and values."""
        alone = np.einsum("hij,hjd->hid", self["weights"], self["value"])
        return alone + self["added"] if "added" in self else alone

    @property
    def difference(self) -> float:
        """The largest difference between `mixed` and the recorded context: 0 up to rounding, if the record is whole."""
        return float(np.abs(self.mixed() - self["context"]).max(initial=0.0))

    def head(self, at: int) -> "Chain":
        """One head alone; what all heads share stays.

        Raises:
            ShapeError: no such head.
        """
        if not 0 <= at < self.heads:
            raise ShapeError(
                tr("there is no head {at}: this attention has {heads}, counted from 0", at=at, heads=self.heads)
            )
        return replace(
            self,
            quantities=tuple(
                replace(one, values=one.values if len(one.values) == 1 else one.values[at : at + 1])
                for one in self.quantities
            ),
            allowed=self.allowed if len(self.allowed) == 1 else self.allowed[at : at + 1],
        )
