"""attnlab app --cluster: the address is looked at before the app starts, and told to its process; Ray is pretended."""

import os
import subprocess
from types import SimpleNamespace

import pytest

from core.errors import RunError
from core.runs.backend import CLUSTER, chosen
from core.runs.cluster import connection
from core.runs.cluster.ray_backend import RayCluster

HERE = "ray://127.0.0.1:10001"


class Ray:
    """What a client asks of Ray, and how it was asked."""

    def __init__(self) -> None:
        self.answering, self.has = {"ray://head:10001", HERE}, {"CPU": 4.0}
        self.joined: list[str] = []
        self.connected = False
        self.util = SimpleNamespace(list_named_actors=list)

    def is_initialized(self) -> bool:
        return self.connected

    def init(self, address: str, **options: object) -> None:
        self.joined.append(address)
        self.connected = True

    def shutdown(self) -> None:
        self.connected = False

    def cluster_resources(self) -> dict[str, float]:
        return self.has

    def reach(self, address: str) -> None:
        if address not in self.answering:
            raise RunError(f"no cluster answers at {address}")


@pytest.fixture(autouse=True)
def ray(monkeypatch) -> Ray:
    monkeypatch.delenv(CLUSTER, raising=False)
    one = Ray()
    monkeypatch.setattr(connection, "_made", {})
    monkeypatch.setattr(connection, "_module", lambda: one)
    monkeypatch.setattr(connection, "_reach", one.reach)
    return one


@pytest.fixture(autouse=True)
def apps(monkeypatch) -> list[dict[str, str]]:
    """The environments of the apps that would have been started."""
    started: list[dict[str, str]] = []
    monkeypatch.setattr("subprocess.call", lambda command, env: started.append(env) or 0)
    return started


@pytest.fixture
def heads(ray, monkeypatch) -> list[list[str]]:
    """The commands that would have started a head here; it answers from then on."""
    started: list[list[str]] = []

    def start(command, **options):
        started.append(command)
        ray.answering.add(HERE)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("shutil.which", lambda name: f"/somewhere/{name}")
    monkeypatch.setattr("subprocess.run", start)
    return started


@pytest.mark.parametrize(("given", "meant"), [("ray://head", "ray://head:10001"), ("auto", HERE)])
def test_a_cluster_is_looked_at_and_told_to_the_app(command_line, ray, apps, monkeypatch, given, meant):
    assert command_line("app", "--cluster", given)[0] == 0
    assert ray.joined == [meant] and not ray.connected, "the command keeps no client: the app has its own"
    assert [environment[CLUSTER] for environment in apps] == [given] and CLUSTER not in os.environ
    monkeypatch.setenv(CLUSTER, apps[0][CLUSTER])  # as the app's process has it
    backend = chosen()
    assert isinstance(backend, RayCluster) and backend._line.address == meant


def test_without_a_cluster_the_app_is_told_of_none(command_line, ray, apps):
    assert command_line("app")[0] == 0
    assert CLUSTER not in apps[0] and ray.joined == []


@pytest.mark.parametrize(
    ("given", "has", "words"),
    [
        ("head:6379", 4.0, "is no address of a cluster; use ray://HOST:10001"),
        ("ray://elsewhere", 4.0, "no cluster answers at ray://elsewhere:10001"),
        ("ray://head", 0.0, "no node of it has a CPU to give"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_said_and_no_app_starts(command_line, ray, apps, given, has, words):
    ray.has = {"CPU": has}
    code, _, err = command_line("app", "--cluster", given)
    assert code == 2 and words in err and apps == [] and not ray.connected


def test_a_head_is_started_here_unless_one_answers(command_line, ray, apps, heads):
    ray.answering.clear()
    assert command_line("app", "--cluster", "local")[0] == 0
    ((program, *words),) = heads
    assert program.endswith("/ray") and words[:3] == ["start", "--head", "--ray-client-server-port=10001"]
    assert command_line("app", "--cluster", "local")[0] == 0
    assert len(heads) == 1, "it outlives the app"
    assert [environment[CLUSTER] for environment in apps] == ["local", "local"] and ray.joined == [HERE, HERE]


def test_a_head_that_does_not_start_is_said_with_rays_last_word(command_line, ray, apps, heads, monkeypatch):
    ray.answering.clear()
    failed = subprocess.CompletedProcess([], 1, "", "Usage stats\nthe port is taken\n")
    monkeypatch.setattr("subprocess.run", lambda command, **options: failed)
    code, _, err = command_line("app", "--cluster", "local")
    assert code == 2 and "Ray does not start on this computer: the port is taken; try it by hand" in err and apps == []
