"""What the events of a training say about it as a whole: curves, speed, time left. Values only; nothing is drawn here."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from core.training.events import Changed, Evaluated, StepDone, TrainEvent

_RECENT = 50  # steps over which speed is averaged
_DRAWN = 600  # points of a curve; a screen has no more columns


@dataclass(frozen=True)
class Series:
    """Points of one curve."""

    steps: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class History:
    """A training so far.

    Attributes:
        loss, accuracy: of the training batches, under the gold prefix (nats per token; share).
        held_out_loss: of the validation split; exact: share of outputs wholly right, running free.
        forced_accuracy, free_accuracy: token accuracy under the gold prefix and running free, validation.
        measures: what evaluations measure besides, by name.
        tokens_per_second: target tokens of recent steps; seconds_left: of training steps, evaluations not counted.
        last: the last step; rate: its learning rate; changes: what people asked of it.
    """

    loss: Series
    accuracy: Series
    held_out_loss: Series
    exact: Series
    forced_accuracy: Series
    free_accuracy: Series
    measures: dict[str, Series]
    tokens_per_second: float
    seconds_left: float
    last: StepDone | None
    last_evaluation: Evaluated | None
    changes: tuple[Changed, ...]


def history(events: Sequence[TrainEvent], steps: int) -> History:
    """Summarize.

    Args:
        events: in order; steps: how many the training shall have.
    """
    done = [event for event in events if isinstance(event, StepDone)]
    judged = [event for event in events if isinstance(event, Evaluated)]
    recent = done[-_RECENT:]
    seconds = sum(event.seconds for event in recent)
    drawn = _thinned(done)
    at = tuple(event.step for event in judged)
    last = done[-1] if done else None
    return History(
        loss=Series(tuple(e.step for e in drawn), tuple(e.loss for e in drawn)),
        accuracy=Series(tuple(e.step for e in drawn), tuple(e.token_accuracy for e in drawn)),
        held_out_loss=Series(at, tuple(e.loss for e in judged)),
        exact=Series(at, tuple(e.exact_match for e in judged)),
        forced_accuracy=Series(at, tuple(e.forced_accuracy for e in judged)),
        free_accuracy=Series(at, tuple(e.token_accuracy for e in judged)),
        measures=_measures(judged),
        tokens_per_second=sum(event.tokens for event in recent) / seconds if seconds else 0.0,
        seconds_left=mean(e.seconds for e in recent) * max(0, steps - recent[-1].step) if recent else float("nan"),
        last=last,
        last_evaluation=judged[-1] if judged else None,
        changes=tuple(event for event in events if isinstance(event, Changed)),
    )


def _measures(judged: list[Evaluated]) -> dict[str, Series]:
    names = dict.fromkeys(name for event in judged for name in event.measures or {})
    having = {name: [event for event in judged if name in (event.measures or {})] for name in names}
    return {
        name: Series(tuple(e.step for e in events), tuple((e.measures or {})[name] for e in events))
        for name, events in having.items()
    }


def _thinned(done: list[StepDone]) -> list[StepDone]:
    every = max(1, len(done) // _DRAWN)
    kept = done[::every]
    return kept if not done or kept[-1] is done[-1] else [*kept, done[-1]]
