"""Restraints: limits and penalties that hold for every search.

They are settings of every search, since they belong to what is asked for and not to the way it is looked for.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from core.decoding.frontier import Limits, Rules
from core.decoding.tree_form import FORMS, TREE, bar_untreelike, refuse
from core.decoding.weighing import Weighing, weigh
from core.errors import SettingError
from core.language import tr
from core.settings import Settings, setting

S = TypeVar("S", bound="Restraints")


@dataclass(frozen=True, kw_only=True)
class Restraints(Settings):
    """What is asked of every output."""

    min_length: int = setting(0, low=0, high=100_000, help="tokens before <end>; 1 forbids the empty output")
    max_length: int = setting(
        10_000, low=1, high=100_000, help="longest output, <end> counted; the model's own limit holds as well"
    )
    no_repeat_ngram: int = setting(0, low=0, high=100, help="no run of n tokens twice in one output; 0 = any")
    repetition_penalty: float = setting(
        1.0, low=1.0, high=100.0, step=0.1, help="how often the log p of a token written before counts; 1 = once"
    )

    form: str = setting(
        "any",
        choices=FORMS,
        help="tree: whole bracketed trees over the words of the source only, of a run that writes trees",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.form == TREE and self.no_repeat_ngram:
            raise SettingError(
                tr(
                    "no_repeat_ngram={no_repeat_ngram} forbids brackets that a tree needs; with form=tree choose 0",
                    no_repeat_ngram=self.no_repeat_ngram,
                )
            )
        if self.min_length >= self.max_length:
            raise SettingError(
                tr(
                    "min_length={min_length} leaves no room for <end> within max_length={max_length}; "
                    "raise the one or lower the other",
                    min_length=self.min_length,
                    max_length=self.max_length,
                )
            )

    @property
    def restrained(self) -> bool:
        """Whether a limit or penalty looks at what was written."""
        return self.min_length > 0 or self.no_repeat_ngram > 0 or self.repetition_penalty != 1.0 or self.form == TREE

    def under(self: S, rules: Rules) -> S:
        """This search where outputs are sets: then none writes a token twice, whatever its settings."""
        return replace(self, no_repeat_ngram=1) if rules.distinct and self.no_repeat_ngram != 1 else self

    def within(self, rules: Rules) -> Rules:
        """The rules with this search's own limit.

        Raises:
            SettingError: trees are asked for where none can be written, or in fewer tokens than the smallest one needs.
        """
        longest = min(rules.max_new_tokens, self.max_length)
        if self.form == TREE:
            refuse(rules, longest)
        return rules if longest == rules.max_new_tokens else replace(rules, max_new_tokens=longest)

    def weigh(
        self, log_probs: Float[Tensor, "item slot vocab"], limits: Limits, written: Int[np.ndarray, "item slot step"]
    ) -> Weighing:
        """What limits and penalties say of every continuation."""
        barred = (
            None if self.form != TREE or limits.trees is None else bar_untreelike(limits, written, log_probs.shape[-1])
        )
        return weigh(
            log_probs, limits.never, written, limits.end, min_length=self.min_length,
            no_repeat_ngram=self.no_repeat_ngram, repetition_penalty=self.repetition_penalty, barred=barred,
        )  # fmt: skip
