"""Every page under AppTest: it opens on a shipped model, answers input, and turns bad input into words."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from core.runs import store
from core.runs.folder import RunFolder

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
MODEL_VIEWS = ("attention", "decoder", "compare", "intervene", "sampling")  # they read a source
VIEWS = (*MODEL_VIEWS, "beam_size", "by_hand", "train")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened(view: str, **params: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60).run().switch_page(f"views/{view}.py")
    for name, value in params.items():
        at.query_params[name] = value
    return at.run()


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.warning, *at.error, *at.info])


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_opens_on_a_shipped_model_without_a_word_of_complaint(view):
    at = opened(view)
    assert not at.exception and said(at) == ""


@pytest.mark.parametrize("view", MODEL_VIEWS)
@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "the source is empty"),
        ("   ", "the source is empty"),
        ("ж" * 100_000, "has 100,000 characters"),
        ("☃☃☃", "never seen any token"),
    ],
)
def test_a_source_that_cannot_be_read_is_said_in_words_and_the_page_lives(view, source, words):
    at = opened(view)
    by_label(at.text_input, "Source").set_value(source).run()
    assert not at.exception and words in said(at)
    by_label(at.text_input, "Source").set_value("April 30, 1981").run()
    assert not at.exception and said(at) == ""


@pytest.mark.parametrize("view", MODEL_VIEWS)
@pytest.mark.parametrize("run", ["../../etc/passwd", "demo/none", "<script>", "x" * 500])
def test_an_address_that_names_no_run_shows_another_one_and_says_so(view, run):
    at = opened(view, run=run)
    assert not at.exception and "There is no run" in said(at)


def test_another_model_brings_a_source_of_its_own():
    at = opened("attention")
    by_label(at.selectbox, "Model").select("demo/pinyin-gru").run()
    assert not at.exception and said(at) == ""
    assert by_label(at.text_input, "Source").value != ""


def test_a_training_that_cannot_be_is_said_and_nothing_is_made():
    at = opened("train")
    by_label(at.number_input, "heads").set_value(7).run()
    by_label(at.button, "Train").click().run()
    assert "width=64 cannot be shared by heads=7" in said(at)
    by_label(at.number_input, "heads").set_value(4).run()
    by_label(at.text_input, "Name of the run").set_value("../evil").run()
    by_label(at.button, "Train").click().run()
    assert "cannot be the name of a run" in said(at)
    assert store.list_runs(include_demo=False) == []


def test_before_anything_was_trained_the_run_of_the_task_in_the_form_is_shown_and_train_stands_above_the_settings(
    monkeypatch,
):
    at = opened("train")
    assert by_label(at.selectbox, "Run").value == "demo/reverse-transformer"
    drawn = [one for one in at.main if one.type in ("button", "expander", "selectbox", "number_input")]
    labels = [one.label for one in drawn]
    assert labels.index("steps") < labels.index("Train") < labels.index("Task settings")
    monkeypatch.setattr("core.runs.job_queue.submit", lambda run, *rest: None)
    by_label(at.text_input, "Name of the run").set_value("zebra").run()
    by_label(at.button, "Train").click().run()
    assert by_label(opened("train").selectbox, "Run").value == "zebra"


def test_train_makes_a_run_and_hands_it_to_a_process_of_its_own(monkeypatch):
    handed: list[RunFolder] = []
    monkeypatch.setattr("core.runs.job_queue.submit", lambda run, *rest: handed.append(run))
    at = opened("train")
    by_label(at.text_input, "Name of the run").set_value("mine").run()
    by_label(at.button, "Train").click().run()
    assert not at.exception and [run.name for run in handed] == ["mine"]
    assert by_label(at.selectbox, "Run").value == "mine"
    by_label(at.button, "Train").click().run()
    assert "'mine' is taken" in said(at) and len(handed) == 1


def test_another_objective_brings_its_settings_and_is_kept_in_the_run(monkeypatch):
    monkeypatch.setattr("core.runs.job_queue.submit", lambda run, *rest: None)
    at = opened("train")
    assert "Objective settings" not in [expander.label for expander in at.expander]
    by_label(at.selectbox, "Objective").select("scheduled_sampling").run()
    assert "Objective settings" in [expander.label for expander in at.expander]
    by_label(at.selectbox, "schedule").select("exponential").run()
    by_label(at.text_input, "Name of the run").set_value("own").run()
    by_label(at.button, "Train").click().run()
    assert not at.exception and said(at) == ""
    kept = store.find_run("own").config()["objective"]
    assert (kept["name"], kept["schedule"]) == ("scheduled_sampling", "exponential")


def test_a_bad_upload_is_named_by_the_name_its_owner_gave_it():
    at = opened("train")
    by_label(at.selectbox, "Task").select("text").run()
    at.file_uploader[0].upload("my words.tsv", b"one\ntwo\n").run()
    by_label(at.button, "Train").click().run()
    assert not at.exception and "my words.tsv has only one column" in said(at)
    assert store.list_runs(include_demo=False) == []


def test_every_task_that_reads_files_has_a_box_for_them_and_says_what_they_had_in_their_owners_words():
    at = opened("train")
    assert [box.key for box in at.file_uploader] == ["import"]
    by_label(at.selectbox, "Task").select("summary").run()
    at.file_uploader[0].upload(
        "my reports.csv", b"text,summary\n" + b"".join(b"a%d b c,d%d\n" % (n, n) for n in range(99)) + b"x\n"
    )
    at.run()
    by_label(at.text_input, "Name of the run").set_value("mine").run()
    by_label(at.button, "Train").click().run()
    assert not at.exception and said(at) == ""
    noticed = " ".join(one.value for one in at.caption)
    assert "my reports.csv: 1 line with another number of cells, skipped (line 101)" in noticed
    kept = store.find_run("mine").config()["task"]
    assert kept["name"] == "summary" and kept["path"].endswith(".txt") and "reports" not in kept["path"]


def test_a_damaged_run_is_listed_with_its_trouble_and_takes_nothing_else_down(tmp_path):
    broken = tmp_path / "runs" / "broken"
    broken.mkdir(parents=True)
    (broken / "config.json").write_text('{"schema": "attnlab/run/9"}')
    at = opened("train")
    assert not at.exception
    assert "made by a newer Attention Lab" in at.dataframe[0].value.to_string()


def test_a_failure_nobody_expected_stays_in_its_panel_with_a_number_and_no_traceback(monkeypatch):
    def fail(*anything, **more):
        raise ZeroDivisionError("/secret/path")

    monkeypatch.setattr("dashboard.resources.matrices", fail)
    at = opened("attention")
    assert not at.exception and "incident" in said(at) and "secret" not in said(at)
    assert by_label(at.selectbox, "Model").value == "demo/dates-transformer"


def test_streamlit_keeps_no_message_that_a_browser_may_have_dropped():
    kept = tomllib.loads((APP.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["global"]
    assert kept["minCachedMessageSize"] > 1e9  # bytes: more than any message
    assert config.get_option("global.minCachedMessageSize") > 0  # the option is known by this name


def test_every_box_for_files_says_its_limit_and_the_server_takes_as_much():
    limits = {}
    for path in sorted(APP.parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "file_box":
                said = next(ast.unparse(word.value) for word in node.keywords if word.arg == "max_upload_size")
                limits[f"{path.name}:{node.lineno}"] = int(known.get(said, said))
    taken = tomllib.loads((APP.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"]
    assert len(limits) >= 8 and max(limits.values()) == taken["maxUploadSize"] == 500, limits


def test_every_box_for_files_and_every_file_to_take_away_is_under_the_lecturers_lock():
    free = [
        path.name
        for path in APP.parent.rglob("*.py")
        if re.search(r"\.(file_uploader|camera_input|audio_input|download_button)\b", path.read_text(encoding="utf-8"))
    ]
    assert free == ["locks.py"]


def test_the_wiring_of_a_model_is_drawn_once_somebody_looks_inside():
    at = opened("train")
    words = "Which encoder layer (column) the cross-attention of each decoder layer (row) looks at."
    assert words not in [one.value for one in at.caption]
    at.session_state["reverse transformer likelihood fast inside"] = True
    at.run()
    assert not at.exception and words in [one.value for one in at.caption]
