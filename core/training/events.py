"""What a training says while it runs: frozen values, yielded one after another.

A loop yields them, a run folder keeps them as lines of JSON, pages and the command line read them. Times are seconds;
losses are nats per target token, and where
attention is guided a penalty without a unit is added to them.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from core.recording.matrix import AttentionMatrix


@dataclass(frozen=True)
class StepDone:
    """One optimizer step.

    Attributes:
        step: counted from 1.
        loss: the sum of `terms`.
        terms: the named parts of the loss, as the objective names them: `likelihood`, in nats per target token, unless it is
            another one; `guidance` and `coverage` where there is any.
        token_accuracy: share of target tokens whose most probable prediction is right, under the prefix that was fed: the
            gold one, unless the objective feeds another.
        reward: mean of the outputs that were drawn; None where the objective has none.
        learning_rate: the rate used in this step.
        gradient_norm: Euclidean norm of all gradients before clipping.
        tokens: target tokens in the batch, <end> counted.
        seconds: time this step took.
    """

    step: int
    loss: float
    terms: dict[str, float]
    token_accuracy: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    seconds: float
    reward: float | None = None
    kind: Literal["step"] = "step"


@dataclass(frozen=True)
class Evaluated:
    """The model decoded held-out examples by itself (greedy), and was scored under the gold prefix too.

    Attributes:
        exact_match, token_accuracy: shares of free-running outputs, in 0…1.
        loss, forced_accuracy: under the gold prefix (teacher forcing).
        n: number of examples.
        measures: what else tells of this kind of text, by name (core/training/measures.py); signatures: of those that are
            sacreBLEU's. None where they were left out: while a training lasts all evaluations but the last have none.
    """

    step: int
    split: str
    exact_match: float
    token_accuracy: float
    loss: float
    forced_accuracy: float
    n: int
    seconds: float
    measures: dict[str, float] | None = None
    signatures: dict[str, str] | None = None
    kind: Literal["evaluated"] = "evaluated"


@dataclass(frozen=True)
class Snapshot:
    """Attention of the probe sentence at a step; its arrays go to a file of their own."""

    step: int
    matrices: tuple[AttentionMatrix, ...] = field(repr=False)
    kind: Literal["snapshot"] = "snapshot"


@dataclass(frozen=True)
class Changed:
    """Something was asked of the running training and done: learning rate, guidance, pause, continue, stop."""

    step: int
    what: str
    value: Any = None
    kind: Literal["changed"] = "changed"


@dataclass(frozen=True)
class Finished:
    """The last event of a training.

    Attributes:
        reason: "done", "stopped" or "failed".
    """

    step: int
    reason: str
    kind: Literal["finished"] = "finished"


TrainEvent = StepDone | Evaluated | Snapshot | Changed | Finished
