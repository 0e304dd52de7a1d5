"""`attnlab inspect`: maps in, words, JSON and files out; bad input is one line and exit code 2."""

import csv
import io
import json

import numpy as np
import pytest

from tests.adapters.written import npy, soft


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "maps"
    folder.mkdir()
    for step in (20, 300):
        heads = np.stack([soft(40, 8, step, 1), soft(40, 8, step, step / 5)])
        (folder / f"align_{step}.npy").write_bytes(npy(heads))
    (tmp_path / "tokens.txt").write_text("发\n财\n" * 4, encoding="utf-8")
    return tmp_path


def test_the_best_head_of_the_last_step_is_said_with_its_scores(desk, command_line):
    code, out, err = command_line("inspect", "maps")
    assert code == 0 and not err
    assert "4 maps at 2 steps, 20 to 300" in out and "The best aligned of 2 layers and heads at this step" in out
    assert out.index("align · head 2") < out.index("align · head 1")


def test_json_holds_what_is_said(desk, command_line):
    code, out, _ = command_line("inspect", "maps", "--step", "20", "--tokens", "tokens.txt", "--hop", "12.5", "--json")
    data = json.loads(out)
    assert code == 0 and data["steps"] == [20, 300]
    assert data["chosen"] == {"name": "align", "step": 20, "layer": None, "head": 1, "item": None}
    assert data["shape"] == [40, 8] and 0 <= data["scores"]["quality"] <= 1 and len(data["rivals"]) == 2
    assert data["path"][0] == [0, 0] and data["path"][-1] == [39, 7]
    later = json.loads(command_line("inspect", "maps", "--json")[1])
    assert later["scores"]["quality"] > data["scores"]["quality"]


def test_reports_pictures_and_tables_are_written(desk, command_line):
    for name in ("report.html", "picture.svg", "scores.csv"):
        assert command_line("inspect", "maps", "--tokens", "发财发财发财发财", "--out", name)[0] == 0
    report = (desk / "report.html").read_text("utf-8")
    assert report.startswith("<!doctype html>") and "align · head 2 · step 300" in report and ">发</text>" in report
    assert "http" not in report.replace("http://www.w3.org/2000/svg", ""), "nothing is fetched"
    assert (desk / "picture.svg").read_text("utf-8").startswith("<svg")
    rows = list(csv.DictReader(io.StringIO((desk / "scores.csv").read_text("utf-8"))))
    assert [row["head"] for row in rows] == ["2", "1"] and float(rows[0]["quality"]) > float(rows[1]["quality"])


def test_axes_and_scores_are_corrected_by_hand(desk, command_line):
    (desk / "scores.npy").write_bytes(npy(np.log(soft(40, 8, 1)) * 2 + 5))
    code, out, _ = command_line("inspect", "scores.npy", "--softmax", "--json")
    assert code == 0 and any("softmax of each row" in note for note in json.loads(out)["noticed"])
    data = json.loads(command_line("inspect", "maps/align_20.npy", "--axes", "step", "--json")[1])
    assert data["steps"] == [0, 1]


BAD = {
    "no such file": (["inspect", "nothing.npy"], "there is no file"),
    "no map": (["inspect", "tokens.txt"], "no number"),
    "unknown step": (["inspect", "maps", "--step", "7"], "no map of step 7; steps with one: 20 … 300"),
    "unknown axes": (["inspect", "maps", "--axes", "hed"], "choose one of: head, item"),
    "unknown ending": (["inspect", "maps", "--out", "a.bmp"], "ends in .html, .svg, .png, .pdf, .csv"),
    "no such place": (["inspect", "maps", "--out", "/no/such/place/a.svg"], "cannot write"),
    "no hop": (["inspect", "maps", "--hop", "0"], "usually 5 to 50 ms"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line(desk, command_line, name):
    words, said = BAD[name]
    code, out, err = command_line(*words)
    assert code == 2 and said in err and err.count("\n") == 1 and not out
