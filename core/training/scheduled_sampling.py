"""Scheduled sampling: while it learns, a decoder is fed some of its own tokens in place of the right ones.

Each token of the prefix is the right one with probability ε_i, which falls with the step i, and else drawn from the model.
The loss is that of teacher forcing under this mixed prefix; no gradient flows through what was drawn. So the prefix is
written first, by the model as it decodes (in evaluation: no dropout, nothing gathered), and then learned from: with ε = 1
this is teacher forcing, bit for bit.

Sources: Bengio et al. 2015, arXiv:1506.03099; for decoders that read a whole prefix at once Mihaylova & Martins 2019,
arXiv:1906.07651, and Duckworth et al. 2019, arXiv:1906.04331. A known objection: what is minimized is no likelihood of the
target, and its optimum need not be the true distribution (Huszár 2015, arXiv:1511.05101).
"""

from dataclasses import dataclass
from typing import ClassVar

import torch

from core.data.batch import Batch
from core.language import tr
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.settings import Settings, setting
from core.shapes import Tokens
from core.tasks.task import AbstractTask
from core.training.gold_schedules import GOLD_SCHEDULES, GoldShare
from core.training.likelihood import Likelihood
from core.training.mixing import (
    DRAWS,
    MIXED,
    AllAtOnce,
    Draw,
    Mixing,
    Procedure,
    TokenAfterToken,
    item_noise,
    own_places,
)
from core.training.objective import Objective, Objectives
from core.training.objective_settings import Makings, ObjectiveSettings
from core.training.settings import TrainingSettings
from core.training.soft_mixing import MIXES, SoftlyMixedLikelihood

_CHANCE = "scheduled sampling"


@dataclass(frozen=True)
class MixedLikelihood:
    """Cross-entropy under a prefix in which some tokens are the model's own.

    Attributes:
        likelihood: what weighs the predictions; share: of right tokens; draw: what else is fed; procedure: how the prefix
            is written; seeds: where coins and noise come from.
    """

    likelihood: Likelihood
    share: GoldShare
    draw: Draw
    procedure: Procedure
    seeds: Seeds

    def __call__(self, model: Seq2Seq, batch: Batch, step: int) -> Objectives:
        """Weigh one batch; the accuracy is that under the mixed prefix."""
        weighed = self.likelihood(model, batch._replace(target_in=self.prefix(model, batch, step)), step)
        return Objectives({MIXED: weighed.terms["likelihood"]}, weighed.token_accuracy)

    @torch.no_grad()
    def prefix(self, model: Seq2Seq, batch: Batch, step: int) -> Tokens:
        """What is fed at a step; the model is left as it was."""
        mixing = self.mixing(model, batch, step)
        if mixing.last == 0:
            return batch.target_in
        training = model.training
        model.eval()
        fed = self.procedure(model, batch, mixing)
        model.train(training)
        return fed

    def mixing(self, model: Seq2Seq, batch: Batch, step: int) -> Mixing:
        """The coins and the noise of a step."""
        coins, noise = item_noise(batch, self.seeds, _CHANCE, step)
        return Mixing(own_places(batch, coins, self.share.at(step)), noise, self.draw, model.never_generated)


@dataclass(frozen=True)
class ScheduledSampling(ObjectiveSettings):
    """Some of the model's own tokens in the prefix, more and more of them."""

    name: ClassVar[str] = "scheduled_sampling"
    summary: ClassVar[str] = "cross-entropy under a prefix with more and more of the model's own tokens"
    smooths: ClassVar[bool] = True
    guides: ClassVar[bool] = True

    schedule: str = setting(
        "linear", choices=tuple(GOLD_SCHEDULES), help="how the share of right tokens in the prefix falls"
    )
    half: int = setting(
        250, low=1, high=1_000_000, step=50, help="step at which half the fed tokens are right; not for constant"
    )
    floor: float = setting(
        0.0, low=0.0, high=1.0, step=0.05, help="as low as the share of right tokens goes; constant: the share"
    )
    feed: str = setting(
        "sample",
        choices=(*DRAWS, *MIXES),
        help="the model's own: a token, drawn or most probable; or a mean of embeddings, weighed by its scores",
    )
    procedure: str = setting(
        "sequential", choices=("sequential", "parallel"), help="token after token; parallel is faster for Transformers"
    )
    passes: int = setting(
        1,
        low=1,
        high=64,
        help="of parallel: passes that write the prefix; 1: two-pass training; more: nearer to sequential",
    )
    sharpness: float = setting(
        1.0, above=0.0, high=1000.0, step=0.5, help="of softmax, gumbel, sparsemax: the higher, the nearer to one token"
    )
    attached: bool = setting(
        False, help="of softmax, gumbel, sparsemax: the gradient goes through the pass that predicts, too"
    )

    def make(self, makings: Makings) -> Objective:
        """Smoothed as the training says; chance from the experiment's seed."""
        training = makings.training
        likelihood = Likelihood(training.label_smoothing, training.smoothing_kind)
        if self.feed in MIXES:
            return SoftlyMixedLikelihood(
                likelihood, self.share, MIXES[self.feed], self.sharpness, self.attached, makings.seeds
            )
        procedure = AllAtOnce(self.passes) if self.procedure == "parallel" else TokenAfterToken()
        return MixedLikelihood(likelihood, self.share, DRAWS[self.feed], procedure, makings.seeds)

    def refusal(self, task: AbstractTask, model: Settings, training: TrainingSettings) -> str | None:
        """A mean of embeddings is made in two passes, and a token has no sharpness and no gradient."""
        if self.feed in MIXES and (self.procedure, self.passes) != ("parallel", 1):
            return tr(
                "feed={feed} mixes embeddings by what one pass under the right prefix predicts, which procedure="
                "{procedure} with passes={passes} is not: choose procedure=parallel and passes=1, or feed=sample",
                feed=self.feed,
                procedure=self.procedure,
                passes=self.passes,
            )
        if self.feed in DRAWS and (self.sharpness, self.attached) != (1.0, False):
            return tr(
                "feed={feed} feeds whole tokens, for which sharpness={sharpness:g} and attached={attached} "
                "would do nothing: choose feed={mixes}, or sharpness=1 and attached=false",
                feed=self.feed,
                sharpness=self.sharpness,
                attached=self.attached,
                mixes=", ".join(MIXES),
            )
        return None

    @property
    def share(self) -> GoldShare:
        """How likely a fed token is the right one, by step."""
        return GoldShare(self.schedule, self.half, self.floor)
