"""Whatever is killed when, a run stays readable and nothing that was recorded is lost."""

import json
import os
import random
import signal
import time

import pytest
import torch

from core.errors import RunError
from core.runs import checkpoint, controls, journal, snapshots, status, store
from core.runs.journal import Journal
from core.training.events import StepDone
from tests.runs.made import CONFIG, a_run, python, step_done

ROUNDS = 15

# A trainer that goes on where the disk says, as fast as it can; every tensor of a step holds the step.
# The process that imported torch is forked for every round: importing takes longer than all that is tested here.
WRITER = """
import os, sys, numpy as np, torch
from core.recording.matrix import AttentionMatrix, Site
from core.runs import checkpoint, journal, snapshots, status, store
from core.training.events import Changed, StepDone
def train(run):
    with run.lock(), journal.Journal(run) as writer:
        found = checkpoint.load(run)
        step = found.step if found else 0
        writer.append(Changed(step, journal.RESUMED))
        while True:
            step += 1
            writer.append(StepDone(step, 1.0, {"likelihood": 1.0}, 0.5, 0.1, 1.0, 3, 0.1))
            status.write(run, "running", step=step, steps=10**6)
            weights = np.full((2, 3, 4), step, dtype=np.float32)
            matrix = AttentionMatrix(Site("d", 0, "cross", "x"), weights, tuple("abc"), tuple("wxyz"))
            snapshots.write(run, step, (matrix,))
            same = {"w": torch.full((400, 100), float(step)), "b": torch.full((5,), float(step))}
            checkpoint.save(run, step, same, same, {"is": step}, keep=2)
torch.set_num_threads(1)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        train(store.open_run(sys.argv[1]))
    print(pid, flush=True)
    os.waitpid(pid, 0)
    print("dead", flush=True)
"""


def check(run) -> tuple[int, int]:
    """Read everything, as a page would, and return the last event's and the checkpoint's step."""
    status.read(run)
    found = checkpoint.load(run)  # before the events: the writer goes on meanwhile, and these come first
    events, _ = journal.read(run)
    steps = [event.step for event in journal.rewind(events) if isinstance(event, StepDone)]
    assert steps == list(range(1, len(steps) + 1)), "no step is missing or twice"
    for step in snapshots.steps(run)[-3:]:
        assert (snapshots.read(run, step)[0].weights == step).all()
    if found is None:
        return len(steps), 0
    assert found.warnings == () and found.state == {"is": found.step}
    for tensor in (*found.model.values(), *found.optimizer.values()):
        assert bool(torch.all(tensor == found.step))
    assert len(steps) >= found.step
    return len(steps), found.step


def test_a_writer_may_be_killed_at_any_moment_and_watched_at_every():
    run, chance, last = a_run(), random.Random(5), 0
    nursery = python(WRITER, str(run.path))
    for _ in range(ROUNDS):
        nursery.stdin.write("\n")
        nursery.stdin.flush()
        writer = int(nursery.stdout.readline())
        end = time.monotonic() + chance.uniform(0.01, 0.4)
        while time.monotonic() < end:
            check(run)
        os.kill(writer, signal.SIGKILL)
        assert nursery.stdout.readline() == "dead\n"
        _, step = check(run)
        assert step >= last, "a later checkpoint never gives way to an earlier one"
        last = step
        assert status.read(run).state in ("new", "crashed") and not run.locked
    nursery.communicate()
    assert last > ROUNDS
    with run.lock(), Journal(run):
        left = [*run.path.rglob(".*.tmp")]
    assert [path for path in left if path.parent != run.path] == [], "leftovers are swept by the next writer"
    store.delete(run)
    assert not run.path.exists()


def test_a_line_torn_at_any_byte_costs_that_line_only():
    run = a_run()
    whole, torn = journal.encode(step_done(1)), journal.encode(step_done(2))
    for cut in range(len(torn)):
        (run.path / "events.jsonl").write_bytes(whole + torn[:cut])
        assert journal.read(run) == ([step_done(1)], len(whole))
    with Journal(run) as writer:
        writer.append(step_done(3))
    assert journal.read(run)[0] == [step_done(1), step_done(3)]


CREATOR = """
import json, sys
from core.errors import RunError
from core.runs import store
print("ready", flush=True)
for line in sys.stdin:
    try:
        store.create(line.strip(), json.loads(sys.argv[1]) | {"by": sys.argv[2]}); print("won", flush=True)
    except RunError as error:
        print("taken" if "taken" in str(error) else error, flush=True)
"""


def test_of_two_creators_of_one_name_exactly_one_wins():
    both = [python(CREATOR, json.dumps(CONFIG), str(number)) for number in range(2)]
    assert [creator.stdout.readline() for creator in both] == ["ready\n"] * 2
    for number in range(100):
        for creator in both:
            creator.stdin.write(f"race-{number}\n")
            creator.stdin.flush()
        answers = [creator.stdout.readline().strip() for creator in both]
        assert sorted(answers) == ["taken", "won"]
        assert store.open_run(f"race-{number}").config()["by"] == str(answers.index("won"))
    for creator in both:
        creator.communicate()
    assert list(store.runs_folder().glob(".*")) == []


SENDER = """
import itertools, sys
from core.runs import controls, store
run = store.open_run(sys.argv[1])
for number in itertools.count(1):
    controls.send(run, "learning_rate", float(number))
    if number == 1: print("sent", flush=True)
"""


def test_requests_of_a_killed_sender_are_whole_or_absent():
    run = a_run()
    sender = python(SENDER, str(run.path))
    assert sender.stdout.readline() == "sent\n"
    taken = []
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        taken += controls.take(run)
    sender.kill()
    sender.communicate()
    taken += controls.take(run)
    assert len(taken) > 10 and [request.value for request in taken] == list(range(1, len(taken) + 1))


def test_a_run_killed_while_it_was_made_is_no_run():
    draft = store.new_draft()
    (draft / "config.json").write_text("{")
    assert store.list_runs(include_demo=False) == []
    a_run()
    with pytest.raises(RunError, match="there is no run"):
        store.open_run(draft.name)
