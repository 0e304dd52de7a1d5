"""Requests reach the training in order, each once."""

import pytest

from core.errors import SettingError
from core.runs import controls
from core.runs.controls import Request
from tests.runs.made import a_run


def test_requests_are_taken_in_order_each_once():
    run = a_run()
    assert controls.take(run) == []
    for what, value in (("pause", None), ("learning_rate", 0.01), ("continue", None), ("stop", None)):
        controls.send(run, what, value)
    expected = [Request("pause"), Request("learning_rate", 0.01), Request("continue"), Request("stop")]
    assert controls.take(run) == expected and controls.take(run) == []


def test_many_requests_of_one_moment_keep_their_order():
    run = a_run()
    for number in range(1, 50):
        controls.send(run, "learning_rate", float(number))
    assert [request.value for request in controls.take(run)] == list(map(float, range(1, 50)))


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf"), None])
def test_a_learning_rate_that_cannot_be_is_refused_at_once(value):
    run = a_run()
    with pytest.raises(SettingError):
        controls.send(run, "learning_rate", value)
    assert controls.take(run) == []


def test_a_strength_of_guidance_may_be_zero_and_must_be_a_number_in_its_range():
    run = a_run()
    controls.send(run, "guidance", 0.0)
    controls.send(run, "guidance", 5.0)
    for value in (-1.0, 1001.0, float("nan"), float("inf"), None):
        with pytest.raises(SettingError):
            controls.send(run, "guidance", value)
    assert controls.take(run) == [Request("guidance", 0.0), Request("guidance", 5.0)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"what": "explode"}',
        '{"what": "learning_rate", "value": "1"}',
        '{"what": "learning_rate", "value": -1}',
        '{"what": "stop", "value": 3}',
        '{"what": "guidance"}',
        '{"what": "guidance", "value": true}',
    ],
)
def test_an_edited_request_is_dropped_and_stops_nothing(text):
    run = a_run()
    controls.send(run, "pause")
    path = next((run.path / "control").iterdir())
    path.write_text(text)
    assert controls.take(run) == [] and not path.exists()


def test_half_written_requests_are_not_seen():
    run = a_run()
    controls.send(run, "pause")
    (run.path / "control" / ".5.json.abc.tmp").write_text("{")
    assert controls.take(run) == [Request("pause")] and (run.path / "control" / ".5.json.abc.tmp").exists()


def test_cleared_requests_are_forgotten():
    run = a_run()
    controls.send(run, "stop")
    controls.clear(run)
    assert controls.take(run) == []
