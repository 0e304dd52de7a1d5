"""What pages say of their experiments: one place, a row of the benchmark each, and words that follow the figures."""

from core.runs.expectations import EXPECTATIONS, MOST_SECONDS, expected, told
from core.tasks.set_table import SET_TASKS
from tests.benchmarks.table import ROWS


def test_every_expectation_is_measured_by_a_row_of_its_own():
    names = [one.name for one in EXPECTATIONS]
    assert len(set(names)) == len(names)
    assert {name for name in ROWS if name.startswith("page-")} == set(names)
    assert all(ROWS[one.name].target == MOST_SECONDS and one.page in ROWS[one.name].what for one in EXPECTATIONS)
    assert all(0.5 < one.right <= 1 and 0 < one.seconds <= MOST_SECONDS for one in EXPECTATIONS)


def test_every_task_on_sets_that_needs_no_file_has_one_for_the_model_it_is_opened_with():
    embedded = {name: kind.models[0] for name, kind in SET_TASKS.items() if not kind.needs_data}
    assert {name for name, model in embedded.items() if not expected(name, model)} == set()


def test_a_page_says_what_was_measured_and_nothing_of_what_was_not():
    (one,) = expected("digits", "convolution")
    assert f"at least {100 * one.right:.0f} % of {one.of}" in told([one]) and f"({one.seeds} seeds)" in told([one])
    assert expected("pictures", "attention", "convolution") == () and told(()) == ""
    assert {one.page for one in expected("digits", "attention", "convolution")} == {"Pictures"}
    assert [one.page for one in expected("digits", "hungarian")] == ["Detection"]
