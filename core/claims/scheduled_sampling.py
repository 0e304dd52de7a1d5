"""Fed nothing but right answers a decoder repeats its own errors; fed some of its own tokens while it learns, it recovers.

Two trainings from one seed on the same batches of the task `state`, with the right prefix and with more and more of the
model's own tokens in it, for a GRU with attention and for a small Transformer; both are measured on the same held-out
examples, under the right prefix and running free. The claim is about the GRU. For the Transformer, whose prefix is written
in two parallel passes, the paper claims no gain (Mihaylova & Martins 2019, arXiv:1906.07651), and neither is one claimed
here: its rows are in the table. The task was chosen because the last right answer nearly always is the next one; on a task
without such a trap there is little to gain.

What it costs stands in the table too: seconds of a training step by how the prefix is written, half of its tokens the model's
own: not at all (teacher forcing), in one pass or two before the one that learns, or token after token, which takes from a
Transformer that it learns all places at once. Times are of this machine at this moment and decide nothing.
"""

from collections.abc import Generator, Sequence
from math import isnan, nan
from statistics import median

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.language import mark
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.exposed_pair import FORCED, SAMPLED, ExposedPair, Side, pair_config
from core.training.events import StepDone
from core.training.objectives import TeacherForcing

_MODELS = ("recurrent", "transformer")
_GAIN = 0.1  # of the tokens, running free
_CLOCKED = 15  # steps of each way to write the prefix
_MEASURES = ("right prefix", "running free", "wrong after wrong", "wrong after right", "amplification")
_RIGHT = "not at all"
_HALF = {"objective.schedule": "constant", "objective.floor": 0.5}
_WAYS: dict[str, dict[str, str | int | float]] = {
    _RIGHT: {"objective.name": TeacherForcing.name},
    "in one pass": {**_HALF, "objective.procedure": "parallel", "objective.passes": 1},
    "in two passes": {**_HALF, "objective.procedure": "parallel", "objective.passes": 2},
    "token after token": {**_HALF, "objective.procedure": "sequential", "objective.passes": 1},
}
_TRAINED = {"recurrent": "token after token", "transformer": "in two passes"}


class SampledPrefix(AbstractClaim):
    """A pair of GRUs, and a pair of Transformers beside it."""

    name = "scheduled_sampling"
    lecture = (42, 30)
    statement = (
        "A decoder that has only read right answers repeats its own errors; one that has read some of its own recovers"
    )
    source = "Bengio et al. 2015, arXiv:1506.03099; Lee 2021, Transformer"
    effect_is = "tokens right running free, GRU with scheduled sampling (linear)"
    baseline_is = "the same with teacher forcing, from the same seed"
    unit = "share right"
    rule = mark(
        "shown when with every seed the sampled GRU is right at least {gain:g} more often running free, and loses "
        "at most half as much between right prefix and free; contradicted when with every seed it is right less "
        "often running free",
        gain=_GAIN,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train two pairs."""
        rows: list[Row] = []
        for at, model in enumerate(_MODELS):
            config = pair_config(model, seed)
            last = steps(config.training.steps, budget)
            pair = ExposedPair(config.changed({"training.steps": last, "training.evaluate_every": last}), every=last)
            while not pair.done:
                pair.advance()
                if pair.step % 25 == 0:
                    yield Progress((at + pair.step / last) / len(_MODELS), tuple(rows))
            seconds = yield from _clocked(config, budget, Progress((at + 1) / len(_MODELS), tuple(rows)))
            written = {FORCED: _RIGHT, SAMPLED: _TRAINED[model]}
            rows += [_row(model, name, way, seconds.pop(way), pair.sides[name]) for name, way in written.items()]
            rows += [_row(model, SAMPLED, way, taken) for way, taken in seconds.items()]
        effect, baseline = (_share(rows, name, "running free") for name in (SAMPLED, FORCED))
        return Measured(effect, baseline, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged(
            [one.effect - one.baseline >= _GAIN and 2 * _lost(one.rows, SAMPLED) <= _lost(one.rows, FORCED) for one in found],
            [one.effect < one.baseline for one in found],
        )  # fmt: skip


def _clocked(config: ExperimentConfig, budget: float, now: Progress) -> Generator[Progress, None, dict[str, float]]:
    """The usual seconds of a training step in each way, a step of each in turn: what disturbs the machine disturbs all."""
    examples = Examples.of(config.task)
    runs = {way: trainer_of(config.changed(sets), examples).events() for way, sets in _WAYS.items()}
    taken: dict[str, list[float]] = {way: [] for way in runs}
    for _ in range(steps(_CLOCKED, budget)):
        for way, events in runs.items():
            taken[way].append(next(event.seconds for event in events if isinstance(event, StepDone)))
        yield now
    return {way: median(seconds) for way, seconds in taken.items()}


def _row(model: str, name: str, way: str, seconds: float, side: Side | None = None) -> Row:
    """A training; where it was but clocked nothing else is known."""
    found = None if side is None else side.looks[-1].exposure
    measures = {} if found is None else {
        "right prefix": found.forced, "running free": found.free, "wrong after wrong": found.after_error,
        "wrong after right": found.after_right, "amplification": found.amplification,
    }  # fmt: skip
    return {
        "model": model, "training": name, "own tokens written": way, "seconds a step": seconds,
        **{measure: _known(measures.get(measure, nan)) for measure in _MEASURES},
    }  # fmt: skip


def _known(value: float) -> float | None:
    return None if isnan(value) or value == float("inf") else value


def _share(rows: Sequence[Row], name: str, what: str) -> float:
    return next(float(row[what] or 0) for row in rows if (row["model"], row["training"]) == (_MODELS[0], name))


def _lost(rows: Sequence[Row], name: str) -> float:
    return _share(rows, name, "right prefix") - _share(rows, name, "running free")
