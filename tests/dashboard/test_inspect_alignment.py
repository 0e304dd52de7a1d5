"""The page Inspect my alignment under AppTest: files in, what is said about them out; whatever is dropped, it lives."""

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.adapters.test_formats import BAD
from tests.adapters.written import npy, npz, soft

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *command: None)  # no process per test


def opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/inspect_alignment.py").run()


def dropped(at: AppTest, **files: bytes) -> AppTest:
    box = next(one for one in at.file_uploader if one.label.startswith("Alignment maps"))
    box.set_value([(name, data, "") for name, data in files.items()])
    return at.run()


def told(at: AppTest) -> str:
    return " ".join(one.value for one in [*at.markdown, *at.caption]).replace("\\", "")


def lives(at: AppTest) -> AppTest:
    assert not at.exception and not at.error
    return at


def quality(at: AppTest) -> float:
    (metric,) = at.metric
    return float(metric.value)


def test_without_a_file_it_shows_the_attention_of_a_shipped_run_through_its_training():
    at = lives(opened())
    assert "demo/pinyin-transformer: 20 steps, 160 maps" in told(at) and not at.warning
    assert quality(at) > 0.8 and "The best aligned of 8 layers and heads" in told(at)
    last = at.select_slider[0].value
    assert lives(at.select_slider[0].set_value(0).run()) and last > 0
    assert quality(at) < 0.7
    assert lives(at.selectbox(key="alignment example").set_value("demo/dates-gru").run())
    assert "demo/dates-gru: 19 steps, 19 maps" in told(at)


def test_a_diagonal_is_good_and_a_shuffled_one_is_not():
    straight = soft(60, 20)
    at = dropped(opened(), **{"map.npy": npy(straight)})
    good = quality(lives(at))
    at = dropped(at, **{"map.npy": npy(straight[np.random.default_rng(3).permutation(60)])})
    assert quality(lives(at)) < 0.5 < good


def test_the_head_with_the_best_alignment_is_chosen_and_the_others_can_be():
    heads = np.stack([soft(40, 12, 1, sharp=1), soft(40, 12, 2), soft(40, 12, 3, sharp=4)])
    at = lives(dropped(opened(), **{"attn.npy": npy(heads)}))
    box = next(one for one in at.selectbox if one.label.startswith("Layer and head"))
    assert box.options[0].startswith("attn · head 2 · quality") and box.options[0].endswith("the best")
    assert "The best aligned of 3 layers and heads" in told(at)
    best = quality(at)
    at = lives(box.select_index(2).run())
    assert quality(at) < best and "Number 3 of 3 layers and heads" in told(at)


def test_steps_of_several_files_become_a_slider_and_a_curve():
    files = {f"align_{step}.npy": npy(soft(40, 12, step, sharp=step / 20)) for step in (9, 100, 1000)}
    at = lives(dropped(opened(), **files))
    assert at.select_slider[0].options == ["9", "100", "1,000"] and at.select_slider[0].value == 1000
    late = quality(at)
    at = lives(at.select_slider[0].set_value(9).run())
    assert quality(at) < late and "3 maps at 3 steps, 9 to 1,000" in told(at)


def test_tokens_find_their_side_and_wrong_ones_are_told():
    at = dropped(opened(), **{"map.npy": npy(soft(40, 6))})
    at = lives(at.text_area(key="alignment tokens").set_value("发财发财发财").run())
    assert "Rows: output positions. Columns: source tokens." in told(at)
    at = lives(at.number_input(key="hop").set_value(12.5).run())
    assert "Rows: output frames, in seconds." in told(at)
    at = lives(at.text_area(key="alignment tokens").set_value("发财发财").run())
    assert "the tokens fit neither the 6 columns nor the 40 rows" in told(at)


def test_every_oddity_of_a_map_is_told():
    values = soft(40, 12)
    values[3, 2], values[5, 1] = np.nan, -0.5
    at = lives(dropped(opened(), **{"map.npy": npy(values.T)}))
    assert "transposed" not in told(at), "no sum tells it any more"
    assert "1 weight below 0" in told(at) and "1 of 480 cells are NaN" in told(at)
    at = lives(dropped(at, **{"map.npy": npy(soft(40, 12).T)}))
    assert "transposed, rows are outputs now" in told(at)
    at = lives(dropped(at, **{"map.npy": npy(soft(1, 12))}))
    assert "one row only" in told(at)


def changed(cell: tuple[int, int], value: float) -> np.ndarray:
    """A map with one cell of next to no weight changed."""
    values = soft(40, 12)
    values[cell] = value
    return values


ODDITIES = {
    "NaN": (changed((30, 2), np.nan), "1 of 480 cells are NaN, infinite or beyond a million (first: row 31, column 3)"),
    "infinite": (changed((30, 2), np.inf), "1 of 480 cells are NaN, infinite or beyond a million (first: row 31, column 3)"),
    "negative": (changed((30, 2), -0.01), "1 weight below 0 (down to -0.01)"),
    "transposed": (soft(40, 12).T, "transposed, rows are outputs now: its columns sum to one and its rows do not"),
    "rows of another sum": (3 * soft(40, 12), "40 of 40 rows do not sum to one (from 3 to 3)"),
    "one row": (soft(1, 12), "one row only: order, skips and repeats need at least two outputs"),
    "without a row's weight": (np.insert(soft(40, 12), 7, 0, axis=0), "1 row without any weight"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODDITIES)
def test_each_oddity_alone_is_one_message_and_the_map_is_judged_all_the_same(name):
    values, words = ODDITIES[name]
    at = lives(dropped(opened(), **{"map.npy": npy(values)}))
    (notes,) = [one.value.replace("\\", "") for one in at.markdown if words in one.value.replace("\\", "")]
    assert notes.count("- ") == 1 and not at.warning and 0 <= quality(at) <= 1


@pytest.mark.parametrize(
    "name", ["objects.npy", "bomb.npz", "model.pt", "vector.npy", "rank7.npy", "nan.npy", "torn.json", "ragged.csv"]
)
def test_what_cannot_be_read_is_told_and_the_page_lives(name):
    data, words = BAD[name]
    at = dropped(opened(), **{name: data})
    assert not at.exception and not at.error
    (warning,) = at.warning
    assert words in warning.value
    at = lives(dropped(at, **{name: data, "good.npy": npy(soft(9, 4))}))
    assert not at.warning and "left out" in told(at) and quality(at) >= 0


def test_names_of_files_are_no_markdown():
    at = lives(dropped(opened(), **{"![x](http:evil.png).npy": npz(a=soft(9, 4)), "bad.npy": b"x" * 90}))
    shown = " ".join(one.value for one in at.markdown)
    assert "![x]" not in shown and "\\!\\[x\\]" in shown


def test_axes_that_were_read_wrongly_are_said_by_hand():
    at = dropped(opened(), **{"attn.npy": npy(np.stack([soft(20, 9, at) for at in range(3)]))})
    assert "The best aligned of 3" in told(at)
    at = lives(at.selectbox(key="leading axes").set_value("step").run())
    assert at.select_slider[0].options == ["0", "1", "2"]
    lists = {"history": [{"step": step, "attn": soft(8, 5, step).tolist()} for step in (1, 20)]}
    at = lives(dropped(opened(), **{"log.json": json.dumps(lists).encode()}))
    assert at.select_slider[0].options == ["1", "20"]


def test_a_large_map_is_drawn_first_and_judged_then():
    at = lives(dropped(opened(), **{"map.npy": npy(soft(700, 200))}))
    assert "map" in told(at) and 0 < quality(at) <= 1
    at = lives(at.toggle(key="overlaid").set_value(False).run())
    assert 0 < quality(at) <= 1 and not at.warning
