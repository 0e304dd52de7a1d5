"""Objectives with a reward, as they are chosen."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from core.attention.alignments import ALIGNMENTS
from core.data.named_file import named_file
from core.errors import SettingError
from core.language import mark, tr
from core.settings import Settings, setting
from core.tasks.task import AbstractTask
from core.training.learned_baseline import Regressor
from core.training.minimum_risk import MinimumRisk
from core.training.objective import Objective
from core.training.objective_settings import Makings, ObjectiveSettings
from core.training.policy_gradient import BASELINES, Baseline, Handover, PolicyGradient, greedy_output
from core.training.reward_file import read_reward
from core.training.rewards import REWARDS, Judge, TaskReward
from core.training.settings import TrainingSettings

_DRAWS = mark("outputs drawn for each source of a batch")
_LEARNED = "learned"
_BASELINE = mark("what a reward is held against: nothing, the other draws, the greedy output, a learned expectation")


@dataclass(frozen=True)
class Rewarded(ObjectiveSettings):
    """What is rewarded."""

    typed: ClassVar[tuple[str, ...]] = ("reward_file", "reward_seconds")

    reward: str = setting(
        "bleu", choices=tuple(REWARDS), help="sentence BLEU or chrF, exact match, or 1 less the edits per token"
    )
    reward_file: str = setting(
        "", help="command line only: a .py file with your own reward(output, reference), in its place"
    )
    reward_seconds: float = setting(
        1.0, above=0.0, high=3600.0, step=1.0, help="reward_file: what one answer may take before training ends"
    )

    def make(self, makings: Makings) -> Objective:
        """Chance from the experiment's seed.

        Raises:
            DataError: the file of the reward cannot be used; SettingError: it may not be run here.
        """
        return self.rewarded(self._judge(makings), makings)

    @abstractmethod
    def rewarded(self, judge: Judge, makings: Makings) -> Objective:
        """The objective with these rewards."""

    def refusal(self, task: AbstractTask, model: Settings, training: TrainingSettings) -> str | None:
        """Hard decisions have no gradient."""
        alignment = getattr(model, "alignment", "content")
        if ALIGNMENTS[alignment].monotonic:
            return tr(
                "objective={name} weighs what the model decodes, and alignment={alignment} decodes by decisions that have "
                "no gradient: choose alignment=content, or objective=likelihood",
                name=self.name,
                alignment=alignment,
            )
        return None

    def _judge(self, makings: Makings) -> Judge:
        words = makings.task.vocabularies[1]
        if not self.reward_file:
            return Judge(TaskReward(REWARDS[self.reward], makings.task), words)
        if not makings.own_code:
            raise SettingError(
                tr(
                    "reward_file={reward_file} is a program, and only the command line runs it: attnlab train, with "
                    "--resume --name RUN for a run that is there; or leave it empty and choose a reward",
                    reward_file=self.reward_file,
                )
            )
        path = named_file(self.reward_file)
        return Judge(read_reward(path, makings.task, self.reward_seconds), words)


@dataclass(frozen=True)
class HeldAgainst(Rewarded):
    """REINFORCE with a baseline that is chosen."""

    draws: int = setting(4, low=1, high=200, help=_DRAWS)
    baseline: str = setting("others", choices=(*BASELINES, _LEARNED), help=_BASELINE)

    def expects(self, makings: Makings) -> Baseline | Regressor:
        """The baseline; a learned one begins at zero."""
        return Regressor(makings.width) if self.baseline == _LEARNED else BASELINES[self.baseline]

    def refusal(self, task: AbstractTask, model: Settings, training: TrainingSettings) -> str | None:
        """One draw has no others."""
        if self.baseline == "others" and self.draws == 1:
            return tr(
                "baseline=others needs other draws of the same source, but draws=1: choose draws=2, or baseline=greedy"
            )
        return super().refusal(task, model, training)


@dataclass(frozen=True)
class Reinforce(HeldAgainst):
    """REINFORCE with a baseline."""

    name: ClassVar[str] = "reinforce"
    summary: ClassVar[str] = "expected reward of outputs drawn from the model, by REINFORCE with a baseline"

    def rewarded(self, judge: Judge, makings: Makings) -> Objective:
        """With the baseline that was chosen."""
        return PolicyGradient(judge, self.expects(makings), self.draws, makings.seeds)


@dataclass(frozen=True)
class SelfCritical(Rewarded):
    """REINFORCE whose baseline is the model's own greedy output."""

    name: ClassVar[str] = "self_critical"
    summary: ClassVar[str] = "expected reward, each draw held against the model's own greedy output (self-critical)"

    draws: int = setting(1, low=1, high=200, help=_DRAWS)

    def rewarded(self, judge: Judge, makings: Makings) -> Objective:
        """REINFORCE with that baseline."""
        return PolicyGradient(judge, greedy_output, self.draws, makings.seeds)


@dataclass(frozen=True)
class Mixer(HeldAgainst):
    """Cross-entropy for the beginning of a target, reward for the end that the model writes itself; more and more of it."""

    name: ClassVar[str] = "mixer"
    summary: ClassVar[str] = "cross-entropy on a target's beginning, reward for the end that the model writes (MIXER)"

    draws: int = setting(1, low=1, high=200, help=_DRAWS)
    baseline: str = setting(_LEARNED, choices=(*BASELINES, _LEARNED), help=_BASELINE)
    first: int = setting(2, low=0, high=1000, help="last tokens of a target, <end> counted, that it writes at first")
    more: int = setting(2, low=0, high=1000, help="how many more after each stretch")
    every: int = setting(50, low=1, high=1_000_000, step=10, help="steps of a stretch")

    def rewarded(self, judge: Judge, makings: Makings) -> Objective:
        """The end is held against the baseline: the others and the greedy output have the same beginning."""
        handover = Handover(self.first, self.more, self.every)
        return PolicyGradient(judge, self.expects(makings), self.draws, makings.seeds, handover)


@dataclass(frozen=True)
class RiskMinimized(Rewarded):
    """Minimum risk training."""

    name: ClassVar[str] = "minimum_risk"
    summary: ClassVar[str] = "expected risk over a sample, weighed by sharpened probabilities (minimum risk training)"

    draws: int = setting(5, low=1, high=200, help=_DRAWS)
    sharpness: float = setting(
        0.005, above=0.0, high=100.0, step=0.01, help="power of the probabilities that weigh the sample; 1: as they are"
    )
    reference: bool = setting(True, help="the target is in the sample too, as published")

    def rewarded(self, judge: Judge, makings: Makings) -> Objective:
        """With this sharpness."""
        return MinimumRisk(judge, self.draws, self.sharpness, self.reference, makings.seeds)
