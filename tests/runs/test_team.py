"""One training over several workers, that are processes and talk through gloo."""

import json
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import pytest
import torch

from core.errors import RunError
from core.runs import checkpoint, controls, journal, status
from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from core.runs.folder import RunFolder
from core.runs.team import run_member
from core.runs.trained import load
from core.training.events import Changed, StepDone, TrainEvent
from core.training.team import END, Alone, Meeting, Word, arriving, met
from tests.runs.made import eventually

LIMIT = 1e-5  # of a weight after eight steps; 3e-8 was seen


def made(name: str, workers: int, **training) -> RunFolder:
    config = ExperimentConfig.from_dict({
        "task": {"name": "reverse", "alphabet": 8, "shortest": 2, "longest": 5},
        "model": {"name": "transformer", "width": 16, "layers": 1, "heads": 2, "dropout": 0.2},
        "training": {"steps": 8, "batch_size": 9, "evaluate_every": 4, "evaluate_on": 4, "record_every": 4,
                     "checkpoint_every": 3, "workers": workers, **training},
    })  # fmt: skip
    return create(name, config)


def weights(run: RunFolder) -> dict[str, torch.Tensor]:
    return load(run.address).model.state_dict()


def apart(one: RunFolder, other: RunFolder) -> float:
    """The largest difference of a weight."""
    mine, theirs = weights(one), weights(other)
    return max(float((mine[name] - theirs[name]).abs().max()) for name in mine)


def events(run: RunFolder) -> list[TrainEvent]:
    return journal.rewind(journal.read(run)[0])


@contextmanager
def beside(run: RunFolder, size: int, folder) -> Iterator[tuple[Meeting, list[multiprocessing.Process]]]:
    """All members but the leader, as forks: they need not import everything anew."""
    meeting = Meeting((folder / f"{run.name}-{size}-{len(list(folder.iterdir()))}").as_uri(), size)
    forks = [
        multiprocessing.get_context("fork").Process(target=_member, args=(run, rank, meeting))
        for rank in range(1, size)
    ]
    for fork in forks:
        fork.start()
    try:
        yield meeting, forks
    finally:
        for fork in forks:
            fork.join(20)
            assert not fork.is_alive(), "a member outlived its leader"


def _member(run: RunFolder, rank: int, meeting: Meeting) -> None:
    try:
        run_member(run, rank, meeting)
    except RunError:
        os._exit(1)
    os._exit(0)


def trained(run: RunFolder, size: int, folder, upto: int | None = None) -> RunFolder:
    """Trained by so many, to the end or a step after which the leader stops short, as if it were killed."""
    with beside(run, size, folder) as (meeting, _):
        place = meeting.store(0)
        list(arriving(place, size))
        with met(place, 0, size) as team:
            for event in run_experiment(run, team=team):
                if isinstance(event, StepDone) and event.step == upto:
                    break
    return run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(tmp_path_factory.mktemp("home")))
        yield tmp_path_factory.mktemp("meetings")


@pytest.fixture(scope="module")
def alone(home) -> RunFolder:
    run = made("alone", 1)
    list(run_experiment(run))
    return run


@pytest.fixture(scope="module")
def two(home, alone) -> RunFolder:
    return trained(made("two", 2), 2, home)


def test_a_training_of_two_is_told_as_one_alone(alone, two):
    assert apart(alone, two) < LIMIT
    for mine, other in zip(events(alone), events(two), strict=True):
        assert (mine.kind, mine.step) == (other.kind, other.step), "there is one journal and one writer"
        if isinstance(mine, StepDone):
            assert isinstance(other, StepDone) and other.loss == pytest.approx(mine.loss, abs=1e-4)
            assert (other.tokens, other.learning_rate) == (mine.tokens, mine.learning_rate)
    assert status.read(two).state == "done"
    assert sorted(path.name for path in (two.path / "snapshots").iterdir()) == sorted(
        path.name for path in (alone.path / "snapshots").iterdir()
    )


def test_a_resumed_team_is_one_that_never_stopped_to_the_bit(home, two):
    run = trained(made("parts", 2), 2, home, upto=5)
    trained(run, 2, home)
    assert all(torch.equal(one, weights(run)[name]) for name, one in weights(two).items())


@pytest.mark.parametrize(("first", "then"), [(2, 1), (1, 3), (3, 2)])
def test_it_goes_on_with_another_number_of_workers(home, alone, first, then):
    run = made(f"from-{first}-to-{then}", first)
    for size, upto in ((first, 5), (then, None)):
        if size > 1:
            trained(run, size, home, upto)
        else:
            for event in run_experiment(run, workers=1):
                if isinstance(event, StepDone) and event.step == upto:
                    break
    assert apart(alone, run) < LIMIT


def test_what_a_person_asks_is_obeyed_by_all_at_the_same_step(home):
    runs = [made("asked-alone", 1), made("asked-two", 2)]
    for run in runs:
        for what, value in (("learning_rate", 0.004), ("guidance", 3.0), ("pause", None), ("continue", None)):
            controls.send(run, what, value)
    list(run_experiment(runs[0]))
    trained(runs[1], 2, home)
    assert apart(*runs) < LIMIT
    changes = [[one for one in events(run) if isinstance(one, Changed)] for run in runs]
    assert changes[0] == changes[1] and [one.step for one in changes[0]] == [1] * 4
    stopped = made("stopped", 2)
    controls.send(stopped, "stop")
    trained(stopped, 2, home)
    assert (status.read(stopped).state, status.read(stopped).step) == ("stopped", 1)


@dataclass(frozen=True)
class Heard(Alone):
    """A leader whose others only listen: which checkpoints there were when it said that there are no more steps."""

    run: RunFolder | None = None
    size: int = 2
    at_the_end: list[int] = field(default_factory=list)

    def say(self, word: Word) -> Word:
        if word.what == END:
            self.at_the_end.extend(checkpoint.steps(self.run))
        return word


def test_the_last_checkpoint_is_written_before_the_others_end(home):
    run = made("heard", 2)
    team = Heard(run=run)
    list(run_experiment(run, team=team))
    assert team.at_the_end[-1] == 8


def test_a_killed_leader_takes_the_others_along(home):
    run = made("led", 3, steps=10_000, record_every=0, evaluate_every=10_000)
    with beside(run, 3, home) as (meeting, _):
        leader = multiprocessing.get_context("fork").Process(target=_member, args=(run, 0, meeting))
        leader.start()
        assert eventually(lambda: status.read(run).step > 3)
        leader.kill()
        leader.join()
    assert status.read(run).state == "crashed"


def test_members_that_this_machine_starts_end_together_and_the_run_goes_on(home, alone):
    """Real processes, one of them killed, from the first import on; then resumed by `run_experiment` itself."""
    run, others = made("started", 2), {*psutil.Process().children()}  # what the whole session of tests keeps
    training = run_experiment(run)
    with pytest.raises(RunError, match=r"worker 2 of 2 was killed by signal 9; .* from its last checkpoint"):
        for event in training:
            if isinstance(event, StepDone) and event.step == 4:
                (member,) = {*psutil.Process().children()} - others
                member.send_signal(signal.SIGKILL)
    assert status.read(run).state == "failed" and "worker 2 of 2" in status.read(run).reason
    assert {*psutil.Process().children()} <= others
    list(run_experiment(run))
    assert apart(alone, run) < LIMIT
    assert [one.step for one in events(run) if isinstance(one, Changed)] == [3], "from the checkpoint of step 3"


def test_a_member_that_cannot_begin_says_why(home):
    run = made("wordless", 2)
    examples = run.path / "examples.json"
    assert json.loads(examples.read_text())
    with beside(run, 2, home) as (meeting, forks):
        place = meeting.store(0)
        list(arriving(place, 2))
        examples.write_text("{")
        with met(place, 0, 2) as team, pytest.raises(RunError, match=r"worker 2 of 2 ended: .*examples.json"):
            team.tell(b"begin")
    assert forks[0].exitcode == 1
