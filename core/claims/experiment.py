"""A claim at work: over several seeds, at one go or in slices, with what is known so far between them."""

from collections.abc import Generator, Sequence
from threading import Lock
from time import perf_counter

from core.claims.claim import AbstractClaim, Finding, Measured, Progress, Row
from core.errors import AttentionLabError, InputError
from core.language import tr

MOST_SEEDS = 20  # more would take an hour, and no verdict here turns on it
MOST_BUDGET = 10


class Experiment:
    """A claim measured with several seeds. Threads may share one: each takes a slice in turn.

    Args:
        claim: what is measured; seeds: one experiment each; budget: see `AbstractClaim.measure`.

    Attributes:
        share: done, in 0…1; rows: of the table so far, each with its seed; finding: None until all seeds are through.
        found: what each seed came to, as far as they are through.
        failed: whether it has raised; problem: what it said then, where the house raised it on purpose.

    Raises:
        InputError: no seed, or too many; a budget that is none.
    """

    def __init__(self, claim: AbstractClaim, seeds: Sequence[int], budget: float = 1.0) -> None:
        if not 1 <= len(seeds) <= MOST_SEEDS:
            raise InputError(
                tr(
                    "{count} seeds cannot be measured; choose from 1 to {most_seeds}",
                    count=len(seeds),
                    most_seeds=MOST_SEEDS,
                )
            )
        if not 0 < budget <= MOST_BUDGET:
            raise InputError(
                tr(
                    "budget={budget:g} cannot be: it must be above 0 and at most {most_budget}",
                    budget=budget,
                    most_budget=MOST_BUDGET,
                )
            )
        self.claim, self.seeds, self.budget = claim, tuple(seeds), budget
        self.share, self.seconds = 0.0, 0.0
        self.rows: tuple[Row, ...] = ()
        self.found: tuple[Measured, ...] = ()
        self.finding: Finding | None = None
        self.failed, self.problem = False, ""
        self._steps, self._lock = self._measure(), Lock()

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.finding is not None or self.failed

    def go_on(self, seconds: float = float("inf")) -> None:
        """Work for about so long: until the step at hand is through.

        Raises:
            Exception: whatever the experiment raised; it is done then.
        """
        end = perf_counter() + seconds
        with self._lock:
            while not self.done and perf_counter() < end:
                self._step()

    def _step(self) -> None:
        began, stands = perf_counter(), False
        try:
            now = next(self._steps)
            self.share, self.rows, stands = now.share, now.rows, True
        except StopIteration:
            self.seconds += perf_counter() - began
            self.finding, self.share, stands = self._finding(), 1.0, True
            self.rows = self.finding.rows
        except AttentionLabError as error:
            self.problem = str(error)
            raise
        finally:
            self.failed = not stands  # what has raised cannot go on
        if self.finding is None:
            self.seconds += perf_counter() - began

    def _measure(self) -> Generator[Progress, None, None]:
        kept: tuple[Row, ...] = ()
        for at, seed in enumerate(self.seeds):
            steps = self.claim.measure(seed, self.budget)
            while True:
                try:
                    now = next(steps)
                except StopIteration as end:
                    self.found = (*self.found, end.value)
                    break
                yield Progress((at + now.share) / len(self.seeds), kept + _with_seed(seed, now.rows))
            kept += _with_seed(seed, self.found[-1].rows)

    def _finding(self) -> Finding:
        claim, found = self.claim, self.found
        effect, baseline = (sum(values) / len(found) for values in zip(*((one.effect, one.baseline) for one in found)))
        rows = tuple(row for seed, one in zip(self.seeds, found) for row in _with_seed(seed, one.rows))
        return Finding(
            claim.name, claim.statement, effect, baseline, claim.unit, len(found), self.seconds, claim.verdict(found), rows
        )  # fmt: skip


def run(claim: AbstractClaim, seeds: Sequence[int], budget: float = 1.0) -> Finding:
    """Measure a claim at one go.

    Raises:
        InputError: no seed, or too many.
    """
    experiment = Experiment(claim, seeds, budget)
    experiment.go_on()
    assert experiment.finding is not None  # what fails, raises
    return experiment.finding


def _with_seed(seed: int, rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple({"seed": seed} | row for row in rows)
