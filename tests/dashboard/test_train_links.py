"""Links of the page Train: the runs drawn over each other and the head come back, and a journal is read to its end."""

from urllib.parse import parse_qs

from core.replay.link import open_link
from core.runs.journal import Journal
from tests.dashboard.test_links import home, link_of, opened, values  # noqa: F401  (home is a fixture)
from tests.runs.made import a_run, step_done


def test_a_link_to_a_training_brings_the_runs_drawn_over_it_and_the_head():
    link = "train?watch=demo/reverse-gru&beside=demo/dates-gru&site=decoder.cross_attention&head=1"
    at = opened("train", parse_qs(link.split("?")[1]))
    assert values(at)["watch"] == "demo/reverse-gru"
    reading = open_link(link_of(at))
    assert reading.values == open_link(link).values and reading.values["beside"] == ("demo/dates-gru",)


def test_a_training_without_recordings_has_a_link_and_one_that_went_on_is_read_to_its_end():
    run = a_run("mine")
    with Journal(run) as writer:
        writer.append(step_done(1))
        at = opened("train", {"watch": ["demo/reverse-gru"], "site": ["decoder.cross_attention"]})
        at.selectbox(key="watch").set_value("mine").run()
        first = link_of(at)
        assert open_link(first).values["events"] == (1,)
        writer.append(step_done(2))
        at = opened("train", parse_qs("watch=mine&events=1"))
        assert open_link(link_of(at)).values["events"] == (2,)
        at.selectbox(key="watch").set_value("demo/dates-gru").run()
        assert len(open_link(link_of(at)).values["events"]) == 1
