"""Two servers on one workspace: of two deeds at the same moment one wins, the other is refused in a sentence."""

import os
import signal
import sys
import time

import pytest

from core.runs import status, store
from tests.runs.made import a_run, python

# A worker that says nothing and waits for its end: the race is about who may start it
WORKER = (sys.executable, "-S", "-c", "import sys, time; sys.stdin.readline(); time.sleep(600)")

SERVER = """
import sys, time
from core.errors import AttentionLabError
from core.runs import archive, jobs, store
worker = tuple(sys.argv[1:])
DEEDS = {
    "train": lambda run, other: jobs.start(run, worker),
    "delete": lambda run, other: store.delete(run),
    "rename": lambda run, other: store.rename(run, other),
    "import": lambda run, other: archive.import_run(archive.export_bytes(store.find_run("kept")), other),
}
print("ready", flush=True)
for line in sys.stdin:
    deed, name, other = line.split()
    run = store.find_run(name)
    print("found", flush=True)
    moment = sys.stdin.readline()
    while time.monotonic() < float(moment):
        pass
    try:
        DEEDS[deed](run, other)
        print("won", flush=True)
    except AttentionLabError as error:
        print(error, flush=True)
    except BaseException as error:
        print("raised", repr(error), flush=True)
"""
REFUSED = ("is being trained", "was renamed or deleted meanwhile", "there is no run", "is taken by another run")


@pytest.fixture
def servers():
    """Two processes that wait for the same moment."""
    both = [python(SERVER, *WORKER) for _ in range(2)]
    assert [one.stdout.readline() for one in both] == ["ready\n"] * 2
    yield both
    for one in both:
        one.communicate()


def at_once(servers, *asked: tuple[str, str, str]) -> list[str]:
    """What each server says to its deed, done at the same moment."""
    for server, words in zip(servers, asked):
        server.stdin.write(" ".join(words) + "\n")
        server.stdin.flush()
        assert server.stdout.readline() == "found\n"
    moment = time.monotonic() + 0.01
    for server in servers:
        server.stdin.write(f"{moment!r}\n")
        server.stdin.flush()
    return [server.stdout.readline().strip() for server in servers]


@pytest.mark.parametrize("deeds", [
    ("train", "train"), ("train", "delete"), ("train", "rename"), ("rename", "rename"), ("rename", "delete"), ("delete", "delete"),
])  # fmt: skip
def test_of_two_deeds_on_one_run_exactly_one_is_done(servers, deeds, as_many):
    for number in range(as_many(12)):
        run = a_run(f"race-{number}")
        said = at_once(servers, *((deed, run.name, f"new-{number}-{deed}-{at}") for at, deed in enumerate(deeds)))
        assert sorted(one == "won" for one in said) == [False, True], said
        assert any(word in one for one in said for word in REFUSED), said
        done = deeds[said.index("won")]
        left = [one.name for one in store.list_runs(include_demo=False)]
        renamed = [f"new-{number}-rename-{said.index('won')}"]
        assert left == {"train": [run.name], "rename": renamed, "delete": []}[done]
        assert [*store.runs_folder().glob(".*")] == [], "nothing is left of it"
        for one in store.list_runs(include_demo=False):
            now = status.read(one)
            assert one.problem is None and now.alive == (done == "train")
            if now.alive:
                os.kill(now.pid, signal.SIGKILL)
                while status.read(one).alive:
                    time.sleep(0.01)
            store.delete(one)


def test_of_two_imports_of_one_name_each_gets_a_run_of_its_own(servers, as_many):
    kept = a_run("kept")
    for number in range(as_many(10)):
        said = at_once(servers, ("import", "kept", "same"), ("import", "kept", "same"))
        for one in said:
            assert one == "won" or "is taken by another run" in one, said
        runs = [one for one in store.list_runs(include_demo=False) if one != kept]
        assert len(runs) == said.count("won") >= 1 and all(one.config() == kept.config() for one in runs), number
        for one in runs:
            store.delete(one)


COMMANDS = """
import os, sys
from core.cli import main
for _ in range(2):
    if os.fork() == 0:
        sys.argv = ["attnlab", *sys.argv[1:]]
        main()
        os._exit(0)
codes = sorted(os.waitstatus_to_exitcode(os.waitpid(-1, 0)[1]) for _ in range(2))
print("codes", *codes, flush=True)
"""


def test_of_two_commands_that_train_the_same_name_one_trains():
    both = python(
        COMMANDS, "train", "--task", "reverse", "--name", "same", "--steps", "3", "--set", "training.evaluate_on=4"
    )
    said = both.communicate()[0]
    assert "codes 0 2" in said and "Traceback" not in said, said
    assert status.read(store.find_run("same")).state == "done"
