"""`attnlab open`: recordings in, words, JSON and files out; bad input is one line and exit code 2."""

import json

import numpy as np
import pytest

from tests.adapters import generated
from tests.adapters.written import npy, soft


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "beams.npz").write_bytes(generated.as_npz())
    (tmp_path / "words.txt").write_text("je\nsais\nbien\nça\n.", encoding="utf-8")
    return tmp_path


def test_a_hypothesis_is_told_with_its_attentions(desk, command_line):
    code, out, err = command_line("open", "beams.npz", "--hypothesis", "4")
    assert code == 0 and not err
    assert "beams.npz: sentence 2 · hypothesis 2" in out and "4 hypotheses of 2 sentences" in out
    assert "cross: an array for each step of writing, read as (item, head, target, source) (10 arrays)" in out
    assert out.splitlines()[-1].split() == ["decoder.layers.1.cross", "cross", "·", "layer", "2", "4", "4", "2"]


def test_json_and_files_hold_the_weights(desk, command_line):
    code, out, _ = command_line(
        "open", "beams.npz", "--hypothesis", "1", "--only", "*.1.cross", "--out", "maps.npz", "--json"
    )
    data = json.loads(out)
    assert code == 0 and [one["site"] for one in data["sites"]] == ["decoder.layers.1.cross"]
    np.testing.assert_allclose(data["sites"][0]["weights"], generated.truth(0, "cross", 1), atol=1e-7)
    with np.load("maps.npz") as arrays:
        np.testing.assert_array_equal(arrays["decoder.layers.1.cross"], np.float32(data["sites"][0]["weights"]))
    assert command_line("open", "beams.npz", "--out", "maps.svg")[0] == 0
    assert ">gehen</text>" in (desk / "maps.svg").read_text("utf-8")


def test_tokens_and_program_are_given_and_what_does_not_fit_is_said(desk, command_line):
    (desk / "attn.npy").write_bytes(npy(np.stack([soft(6, 5), soft(6, 5, 1)])))
    code, out, err = command_line(
        "open",
        "attn.npy",
        "--program",
        "fairseq",
        "--source",
        "words.txt",
        "--target",
        "we do not know",
        "--hypothesis",
        "2",
        "--json",
    )
    (site,) = json.loads(out)["sites"]
    assert code == 0 and site["keys"] == ["je", "sais", "bien", "ça", "."] and site["heads"] == 1
    np.testing.assert_array_equal(np.float32(site["weights"][0]), soft(6, 5, 1))
    assert err.count("\n") == 1 and "rows of cross-attention: 6, but you give 4 target tokens" in err


BAD = {
    "no such file": (["open", "nothing.npz"], "there is no file"),
    "no such hypothesis": (["open", "beams.npz", "--hypothesis", "5"], "there is no hypothesis 5; there are 4"),
    "no such recording": (["open", "beams.npz", "--recording", "2"], "there is no recording 2; there is 1"),
    "no such attention": (["open", "beams.npz", "--only", "*.7.*"], "no attention is called '*.7.*'; there are encoder.layers.0"),
    "unknown program": (["open", "beams.npz", "--program", "marian"], "choose one of: by names and numbers, Hugging Face"),
    "unknown numbers": (["open", "beams.npz", "--numbers", "sums"], "choose one of: weights, scores, logarithms"),
    "unknown ending": (["open", "beams.npz", "--out", "a.bmp"], "ends in .svg, .png, .pdf, .html, .csv, .npz, .json"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line(desk, command_line, name):
    words, said = BAD[name]
    code, out, err = command_line(*words)
    assert code == 2 and said in err and err.count("\n") == 1 and not out
