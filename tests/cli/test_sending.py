"""`attnlab send`: a folder, a comparison, an exit code."""

import json
import sys
from dataclasses import replace

import pytest

from core.adapters.sending import table
from core.adapters.sending.table import SENT_AS

RUN = "demo/reverse-transformer"


@pytest.fixture
def attnlab(tmp_path, command_line, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    return lambda *words: command_line("send", *words)


@pytest.mark.parametrize("kind", [kind for kind in SENT_AS if kind != "hf"])
def test_what_is_sent_is_compared_with_what_sent_it(attnlab, kind, tmp_path):
    code, out, err = attnlab(RUN, "--as", kind, "--out", str(tmp_path / kind), "--check", "30")
    assert (code, err) == (0, "")
    assert out == (
        f"written: {tmp_path / kind}\n30 of 30 greedy outputs are the same there, 30 of 30 sources are read alike\n"
    )


def test_a_folder_for_hugging_face_is_what_is_written_where_nothing_is_said(attnlab, tmp_path):
    code, out, _ = attnlab(RUN, "--out", str(tmp_path / "new" / "hf"), "--check", "0", "--json")
    assert code == 0 and json.loads(out) == {
        "written": str(tmp_path / "new" / "hf"), "as": "hf", "reads_text": True, "agreement": None,
    }  # fmt: skip
    assert (tmp_path / "new" / "hf" / "model.safetensors").exists()


def test_where_outputs_differ_the_exit_code_is_1_and_the_first_is_shown(attnlab, tmp_path, monkeypatch):
    pack = table.pack

    def damaged(trained):
        parcel = pack(trained)
        output = parcel.weights.output
        return replace(parcel, weights=parcel.weights._replace(output=output._replace(weight=output.weight.flip(0))))

    monkeypatch.setattr(table, "pack", damaged)
    code, out, _ = attnlab(RUN, "--as", "onnx", "--out", str(tmp_path / "sent"), "--check", "30")
    assert code == 1 and "first difference, for '" in out and "\n  here   " in out and "\n  there  " in out
    code, out, _ = attnlab(RUN, "--as", "onnx", "--out", str(tmp_path / "again"), "--check", "30", "--json")
    found = json.loads(out)["agreement"]
    assert code == 1 and found["same"] < found["checked"] == 30 and found["first"]["here"] != found["first"]["there"]


def test_a_model_that_does_not_fit_is_refused_in_one_line_and_nothing_is_written(attnlab, tmp_path):
    for run, words in (("demo/dates-gru", "choose the model transformer"), ("demo/chat-parallel", "writes all places")):
        code, out, err = attnlab(run, "--out", str(tmp_path / "sent"))
        assert code == 2 and not out and err.count("\n") == 1 and words in err
    code, _, err = attnlab(RUN, "--as", "torch", "--out", str(tmp_path / "sent"))
    assert code == 2 and "choose one of: hf, onnx, ctranslate2" in err
    assert not (tmp_path / "sent").exists()


def test_a_folder_that_is_not_empty_is_left_alone(attnlab, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    code, _, err = attnlab(RUN, "--out", str(tmp_path))
    assert code == 2 and "choose another folder" in err and [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


def test_without_the_program_that_opens_it_nothing_is_written_unless_it_is_not_asked_for(
    attnlab, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    words = RUN, "--as", "onnx", "--out", str(tmp_path / "sent")
    code, _, err = attnlab(*words)
    assert code == 2 and "onnxruntime" in err and "--check 0" in err and not (tmp_path / "sent").exists()
    assert attnlab(*words, "--check", "0")[0] == 0 and (tmp_path / "sent" / "step.onnx").exists()
