"""What runs on a cluster and what starts it there, with a Ray that is not there: what a real one does is in tests/faults/test_cluster.py."""

import sys
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from core.runs import status
from core.runs.cluster.team import TeamTraining
from core.runs.folder import RunFolder
from tests.runs.made import a_run


@pytest.fixture(autouse=True)
def ray(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A Ray of which only `kill` is there."""
    killed: list[object] = []
    one = SimpleNamespace(killed=killed, kill=lambda actor, no_restart: killed.append(actor))
    monkeypatch.setitem(sys.modules, "ray", one)
    monkeypatch.setenv(status.NODE, "node")
    return one


@dataclass
class Team:
    """A team that ends again and again, each time in this state.

    Attributes:
        end: whether a member was lost, and whether the leader was.
    """

    run: RunFolder
    state: status.Written
    end: tuple[bool, bool]
    times: int = 0

    def train(self) -> tuple[bool, bool]:
        self.times += 1
        status.write(self.run, self.state, step=3, steps=9, reason="as it ended")
        return self.end


@pytest.mark.parametrize(
    ("state", "end", "times"),
    [
        ("done", (False, False), 1),
        ("failed", (False, False), 1),
        ("done", (True, False), 1),
        ("stopped", (True, False), 1),
        ("failed", (True, True), 1),  # a limit: the leader said so and ended its process
        ("failed", (True, False), 4),  # it said that another member was lost
        ("running", (True, True), 4),
    ],
)
def test_a_team_that_was_ended_stays_ended_and_one_that_lost_a_member_does_not(ray, state, end, times):
    run = a_run()
    team = Team(run, state, end)
    training = TeamTraining.__new__(TeamTraining)
    training._run, training._self, training._again = run, "self", False
    training._lost = team.train
    training._live()
    assert team.times == times and ray.killed == ["self"]
    now = status.read(run)
    assert (now.state, now.reason) == (
        (state, "as it ended")
        if times == 1
        else ("failed", "its team lost a member 4 times; resume it when the cluster is at rest")
    )
