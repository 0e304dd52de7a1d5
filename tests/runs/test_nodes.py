"""What runs on a cluster and what starts it there, with a Ray that is not there: what a real one does is in tests/faults/test_cluster.py."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace

import psutil
import pytest

from core.errors import RunError
from core.runs import jobs, status, workspace
from core.runs.cluster import connection as line
from core.runs.cluster import following
from core.runs.cluster.connection import Connection
from core.runs.cluster.following import Following
from core.runs.cluster.ray_backend import RayCluster
from core.runs.cluster.storage import Stored
from core.runs.cluster.team import TeamTraining
from core.runs.cluster.training import Training
from core.runs.cluster.writer import put
from core.runs.folder import RunFolder
from core.runs.limits import Limits
from core.runs.members import gathered
from tests.runs.made import a_run
from tests.runs.stored import AT


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


def lost(*_: object) -> None:
    """What Ray's client says in its own words."""
    raise ConnectionError("the client is not connected")


def backend(ray: SimpleNamespace) -> RayCluster:
    """One whose line is up."""
    made = RayCluster.__new__(RayCluster)
    made._line, made._storage = SimpleNamespace(address="ray://head:10001", ray=lambda: ray), None
    return made


def test_a_cluster_that_is_lost_is_one_sentence(ray, monkeypatch):
    run = a_run()
    status.write(run, "running", step=3, steps=9)
    ray.get_actor = lost
    with pytest.raises(
        RunError, match=r"the cluster at ray://head:10001 did not end first \(the client is not connected\)"
    ):
        backend(ray).kill(run)
    assert status.read(run).state == "running"
    ray.util = SimpleNamespace(list_named_actors=lost)
    one = Connection("ray://head")
    monkeypatch.setattr(one, "ray", lambda: ray)
    with pytest.raises(RunError, match="the cluster at ray://head:10001 was lost: the client is not connected"):
        one.look()


@pytest.mark.parametrize("last", ["done", "running"])
def test_a_training_that_ends_while_it_is_killed_keeps_its_last_word(ray, last):
    run = a_run()
    status.write(run, "running", step=3, steps=9)

    def gone(*_: object) -> None:
        status.write(run, last, step=9, steps=9)
        raise ValueError("there is no actor of that name")

    ray.get_actor = gone
    backend(ray).kill(run)
    now = status.read(run)
    assert (now.state, now.step) == ("done" if last == "done" else "stopped", 9)


@pytest.mark.usefixtures("bucket")
def test_other_runs_are_found_where_they_are_also_from_a_folder_of_the_nodes_own(ray, home, monkeypatch):
    run, seen = a_run(), []
    put(Stored(AT), run)
    monkeypatch.setattr(jobs, "work", lambda mine, *_: seen.append((mine.path, workspace.home())))
    training = Training.__new__(Training)
    training._run, training._limits, training._storage = run, None, AT
    training._self, training._again = "self", False
    training._live()
    ((path, found),) = seen
    assert found == home and not path.is_relative_to(home) and not path.exists()


@pytest.mark.usefixtures("bucket")
def test_a_limit_that_ends_a_process_is_heard_of_before_ray_could_begin_anew(ray, monkeypatch):
    run, stored, said = a_run(), Stored(AT), []
    status.write(run, "running", step=3, steps=9)
    put(stored, run)
    ended = threading.Event()

    def exit_now(code: int) -> None:
        said.append((code, stored.index().status))
        ended.set()

    monkeypatch.setattr(os, "_exit", exit_now)
    monkeypatch.setattr(jobs, "adopt", lambda path: None)
    monkeypatch.setattr(status, "_writing", threading.RLock())  # the last word keeps it
    monkeypatch.setattr("core.runs.worker.train", lambda mine: ended.wait(30))
    training = Training.__new__(Training)
    training._run, training._limits, training._storage = run, Limits(memory_mb=1), AT
    training._self, training._again = "self", False
    training._live()
    ((code, told),) = said
    assert code == 3 and told["state"] == "failed" and "MB of memory" in told["reason"]


@pytest.mark.parametrize(("kind", "of"), [(Connection, line.connection), (Following, following.following)])
def test_there_is_one_of_a_process_however_many_ask_at_once(kind, of, monkeypatch):
    made = kind.__init__

    def slowly(self: object, address: str) -> None:
        time.sleep(0.05)
        made(self, address)

    monkeypatch.setattr(kind, "__init__", slowly)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(of, [f"ray://asked-at-once-{kind.__name__}"] * 4))) == 1


def test_a_look_that_fails_does_not_end_who_looks(monkeypatch):
    rounds = iter([OSError("the disk is away"), SystemExit])

    def next_round() -> None:
        raise next(rounds)

    one = Following("memory://bucket")
    monkeypatch.setattr(following, "EVERY", 0.0)
    monkeypatch.setattr(one, "scan", lost)
    monkeypatch.setattr(following, "_SCAN", 10**9)
    monkeypatch.setattr(one, "round", next_round)
    with pytest.raises(SystemExit):
        one._follow()


def test_a_machine_without_loopback_is_told_what_to_set(monkeypatch):
    monkeypatch.delenv("GLOO_SOCKET_IFNAME", raising=False)
    monkeypatch.setattr(psutil, "net_if_addrs", dict)
    with pytest.raises(RunError, match="set GLOO_SOCKET_IFNAME"), gathered(a_run(), 2):
        pass
