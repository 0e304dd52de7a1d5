"""The looking commands on a run that writes all places at once."""

import json

import pytest

TINY = ["--set", "model.width=16", "--set", "model.layers=1", "--set", "training.evaluate_on=5"]
SOURCE = "thanks hello"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def attnlab(home, command_line):
    return command_line


@pytest.fixture
def run(attnlab):
    if "places" not in attnlab("runs", "list")[1]:
        words = ["--task", "phrases", "--model", "parallel", "--objective", "masked_filling", "--steps", "20"]
        code, out, err = attnlab("train", *words, "--name", "places", *TINY)
        assert code == 0, err
        assert "trained: places" in out
    return "places"


def test_a_run_is_decoded_attended_and_evaluated(attnlab, run):
    code, out, err = attnlab("decode", run, SOURCE, "--search", "mask_predict", "--set", "passes=2", "--json")
    found = json.loads(out)
    assert code == 0 and not err
    assert found["schema"] == "attnlab/passes/1" and len(found["passes"]) == found["calls"] == 2
    told = attnlab("decode", run, SOURCE, "--search", "mask_predict", "--set", "passes=2")[1].splitlines()
    assert told[0] == found["output"] and told[1].startswith("pass") and "2 calls of the decoder" in told[-1]
    code, out, _ = attnlab("attend", run, SOURCE, "--json")
    assert code == 0 and {one["site"].split(".")[0] for one in json.loads(out)} == {"encoder", "decoder"}
    code, out, _ = attnlab("evaluate", run, "-n", "5", "--json")
    assert code == 0 and json.loads(out)["n"] == 5
    assert "all places empty, their number given" in attnlab("evaluate", run, "-n", "5")[1]


def test_a_word_never_seen_is_said(attnlab, run):
    assert "read as <unk>: zounds" in attnlab("decode", run, "thanks zounds")[2]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["decode", "places", SOURCE, "--search", "beam"], "choose one of: at_once, mask_predict, ctc"),
        (["decode", "places", SOURCE, "--search", "at_ones"], "did you mean at_once"),
        (["decode", "places", SOURCE, "--set", "passes=2"], "name it with --search"),
        (["decode", "places", SOURCE, "--out", "tree.json"], "--out writes a decoding tree, and there is none"),
        (["decode", "places", SOURCE, "--inference", "window"], "--inference holds the alignment of a recurrent"),
        (["decode", "places", "   "], "the source is empty"),
        (["attend", "places", SOURCE, "--target", "ich"], "cannot be forced"),
        (["verify", "places"], "knows no prefix"),
        (["decode", "demo/reverse-gru", "abc", "--search", "mask_predict"], "writes a token after the other: choose"),
        (
            ["train", "--task", "phrases", "--model", "parallel", "--objective", "likelihood"],
            "model=parallel sees none: choose objective=all_places or masked_filling",
        ),
        (["train", "--task", "phrases", "--objective", "ctc"], "choose model=parallel, or objective=likelihood"),
        (["train", "--task", "phrases", "--model", "parallel", "--set", "model.width=30"], "multiple of heads"),
    ],
)
def test_what_cannot_be_is_one_line_that_says_what_would_work(attnlab, run, words, says):
    code, _, err = attnlab(*words)
    assert code == 2 and err.count("\n") == 1 and says in err
