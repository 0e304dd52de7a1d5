"""Pages say that a training waits, where, and take it out; a full queue and a refusal are said."""

import pytest

from core.runs import job_queue, status, tickets
from core.runs.experiment import create
from core.runs.presets import preset_of
from tests.dashboard.test_pages import by_label, opened, said
from tests.runs.stands import Stand, set_state


@pytest.fixture(autouse=True)
def stand(tmp_path, monkeypatch) -> Stand:
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    one = Stand(room=1)
    monkeypatch.setattr("core.runs.job_queue.chosen", lambda: one)
    return one


def a_training(name: str):
    return create(name, preset_of("reverse", "transformer", "fast"))


def bars(at) -> list[str]:
    return [one.proto.text for one in at.get("progress")]


def test_a_training_waits_says_where_and_is_cancelled(stand):
    job_queue.submit(a_training("theirs"), "ann")
    job_queue.submit(a_training("other"), "bob")
    at = opened("train")
    by_label(at.text_input, "Name of the run").set_value("mine").run()
    by_label(at.button, "Train").click().run()
    assert not at.exception and by_label(at.selectbox, "Run").value == "mine"
    assert bars(at)[0].startswith("**mine** · waiting · 1 before it · you may close the page · step 0 of ")
    assert "Pause" not in [one.label for one in at.button]
    rows = {row["run"]: row["state"] for row in at.dataframe[0].value.to_dict("records")}
    assert (rows["theirs"], rows["other"], rows["mine"]) == (
        "starting",
        "waiting, 0 before",
        "waiting, 1 before",
    )
    by_label(at.button, "Cancel").click().run()
    assert "cancelled while it waited" in at.info[0].value
    assert [one.run.name for one in job_queue.line().waiting] == ["other"]
    by_label(at.button, "Resume").click().run()
    assert "waiting · 1 before it" in bars(at)[0]


def test_a_run_without_a_place_can_be_asked_for_again():
    job_queue.submit(a_training("theirs"), "ann")
    mine = a_training("mine")
    job_queue.submit(mine, "bob")
    tickets.place_of(job_queue.line().waiting[0].number, "waiting").write_text("{")
    at = opened("train")
    by_label(at.selectbox, "Run").select("mine").run()
    assert "without a place in the queue: press Resume" in bars(at)[0]
    by_label(at.button, "Resume").click().run()
    assert job_queue.place(mine) == 0 and "it is next" in bars(at)[0]


def test_a_refusal_is_said_where_resume_was_pressed(stand):
    run = a_training("mine")
    at = opened("train")
    by_label(at.selectbox, "Run").select("mine").run()
    set_state(run, "running")  # meanwhile, from a command line
    by_label(at.button, "Resume").click().run()
    assert "mine is being trained by process" in said(at) and not at.exception
    assert status.read(run).state == "running"


def test_a_bench_says_it_too():
    job_queue.submit(a_training("theirs"), "ann")
    at = opened("graphs")
    by_label(at.button, "Train").click().run()
    assert not at.exception and "waiting · it is next · you may close the page" in bars(at)[0]
    by_label(at.button, "Cancel").click().run()
    assert "cancelled while it waited" in said(at) and not job_queue.line().waiting
    assert "Resume" in [one.label for one in at.button]
