"""One attention matrix as a value: numbers and labels, no model, no torch.

Rows are queries, always. `weights` are what the normalizer gave, before dropout; `scores` what it was given, with −inf
where a key was not allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

from core.errors import ShapeError
from core.language import tr


@dataclass(frozen=True)
class Site:
    """Where in a model a matrix was recorded.

    Attributes:
        stack: "encoder" or "decoder".
        layer: counted from 0.
        kind: "self" or "cross".
        name: the path of the tap in the module tree, unique in a model.
    """

    stack: str
    layer: int
    kind: str
    name: str

    @property
    def label(self) -> str:
        """For people: layers counted from 1."""
        what = "cross" if self.kind == "cross" else f"{self.stack} self"
        view = " · own layer's view" if "auxiliary" in self.name else ""  # of two, in a multi-view wiring
        copying = " · copied" if self.name.endswith("cross_copying") else ""
        return f"{what} · layer {self.layer + 1}{view}{copying}"

    @property
    def said(self) -> str:
        """The same in the language of whoever looks; `label` is the same everywhere, for files and addresses."""
        if self.kind == "cross":
            what = tr("cross · layer {n}", n=self.layer + 1)
        elif self.stack == "encoder":
            what = tr("encoder self · layer {n}", n=self.layer + 1)
        else:
            what = tr("decoder self · layer {n}", n=self.layer + 1)
        view = tr(" · own layer's view") if "auxiliary" in self.name else ""
        return what + view + (tr(" · copied") if self.name.endswith("cross_copying") else "")


@dataclass(frozen=True)
class AttentionMatrix:
    """All heads of one site for one sentence, without padding.

    Attributes:
        site: where it was recorded.
        weights: rows are queries, columns keys. Under softmax ≥ 0 and a row sums to 1; other normalizers promise less.
        queries, keys: the token of each row and column.
        scores: before normalizing, −inf kept; bias: what positions added to them, where they did; query, key, value:
            what went in, the keys as the score prepared them; context: each head's mixed values, added: the part of it that
            positions added. None where not asked for, or where there is none.
        masks: the parts of the mask by name, True where a query may look; those of size 1 hold for all.
    """

    site: Site
    weights: Float[np.ndarray, "head query key"]
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    scores: Float[np.ndarray, "head query key"] | None = None
    query: Float[np.ndarray, "head query dim"] | None = None
    key: Float[np.ndarray, "head key prepared"] | None = None
    value: Float[np.ndarray, "head key value"] | None = None
    context: Float[np.ndarray, "head query value"] | None = None
    bias: Float[np.ndarray, "#head query key"] | None = None
    added: Float[np.ndarray, "head query value"] | None = None
    masks: Mapping[str, Bool[np.ndarray, "#query #key"]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.weights.ndim != 3 or self.weights.shape[1:] != (len(self.queries), len(self.keys)):
            raise ShapeError(
                tr(
                    "{name}: weights {shape} do not fit "
                    "{count} query and {count2} key labels; expected [head, query, key]",
                    name=self.site.name,
                    shape=self.weights.shape,
                    count=len(self.queries),
                    count2=len(self.keys),
                )
            )

    @property
    def heads(self) -> int:
        """Number of heads."""
        return self.weights.shape[0]

    @property
    def row_empty(self) -> Bool[np.ndarray, "head query"]:
        """Which rows have weights that are all zero: no key they might look at, or a process that has left the source."""
        return ~self.weights.any(axis=-1)

    @property
    def sums(self) -> Float[np.ndarray, "head query"]:
        """What each row sums to: 1 under softmax, anything under some other normalizers."""
        return self.weights.sum(axis=-1)

    @property
    def sums_to_one(self) -> bool:
        """Whether every row that may look at a key sums to one, within rounding."""
        return bool(np.all((np.abs(self.sums - 1) < 1e-4) | self.row_empty))

    @property
    def signed(self) -> bool:
        """Whether there are weights below 0."""
        return bool((self.weights < 0).any())

    def mean(self) -> Float[np.ndarray, "query key"]:
        """Mean over heads: where rows of all heads sum to one, its rows do."""
        return self.weights.mean(axis=0)

    def max(self) -> Float[np.ndarray, "query key"]:
        """Largest head at each cell: rows no longer sum to one."""
        return self.weights.max(axis=0)
