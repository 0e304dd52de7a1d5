"""A run that writes all places at once: opened, decoded, recorded, and refused where a prefix would be needed."""

import json

import pytest

import core
from core.decoding.mask_predict import AtOnce, MaskPredict
from core.errors import RunError, SettingError
from core.runs import snapshots
from core.runs.config import ExperimentConfig
from core.runs.store import find_run
from core.training.events import Evaluated

SOURCE = "thanks hello never"


def trained(name: str, objective: str, counting: str = "lengths", steps: int = 60) -> core.TrainedParallel:
    config = ExperimentConfig.from_dict({
        "task": {"name": "phrases"}, "objective": {"name": objective},
        "model": {"name": "parallel", "layers": 1, "heads": 2, "width": 32, "counting": counting},
        "training": {"steps": steps, "batch_size": 16, "learning_rate": 3e-3, "evaluate_every": steps,
                     "evaluate_on": 20, "record_every": steps},
    })  # fmt: skip
    judged = [event for event in core.train(config, name) if isinstance(event, Evaluated)]
    assert judged[-1].n == 20
    return core.load_parallel(name)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(tmp_path_factory.mktemp("home")))
        trained("filling", "masked_filling")
        trained("plain", "all_places", "end", steps=4)
        trained("ctc", "ctc", "upsampled", steps=4)
        yield


def test_a_record_says_every_pass(home):
    filling = core.load_parallel("filling")
    found = json.loads(json.dumps(filling.record(SOURCE, MaskPredict(passes=3, length="oracle")), allow_nan=False))
    assert (found["schema"], found["places"], found["calls"]) == ("attnlab/passes/1", 10, 3)
    assert [len(one["masked_again"]) for one in found["passes"]] == [6, 3, 0]
    last = found["passes"][-1]["tokens"]
    cut = last[: last.index("<end>")] if "<end>" in last else last
    assert found["output"] == " ".join(cut)
    assert found["tried"][0]["mean_logp"] == pytest.approx(found["logp"] / 10, abs=1e-5)


def test_the_confidence_of_a_place_is_the_probability_of_its_token_when_it_was_written(home):
    filling = core.load_parallel("filling")
    writing = filling.written(SOURCE, MaskPredict(passes=4))
    for one in writing.passes:
        assert one.laws.sum(-1) == pytest.approx(1.0, abs=1e-5)
        for place, written in enumerate(one.written):
            if written:
                assert one.confidences[place] == pytest.approx(float(one.laws[place, one.tokens[place]]), abs=1e-6)


def test_every_pass_has_the_attention_that_made_it(home):
    filling, how = core.load_parallel("filling"), MaskPredict(passes=3, length="oracle")
    writing, passes = filling.written(SOURCE, how), filling.attention(SOURCE, how)
    assert len(passes) == len(writing.passes) == 3
    for one, matrices in zip(writing.passes, passes):
        rows = tuple(filling.vocabularies[1].decode(one.tokens))
        assert {matrix.site.kind: matrix.queries for matrix in matrices} == {"self": rows, "cross": rows}
        assert all(matrix.sums_to_one for matrix in matrices)
    first, second = (next(one for one in found if one.site.kind == "cross").weights for found in passes[:2])
    assert abs(first - second).max() > 1e-4  # what is written already is seen


@pytest.mark.parametrize("name", ["filling", "plain", "ctc"])
def test_looking_evaluating_and_the_probe_work_whatever_the_counting(home, name):
    model = core.load_parallel(name)
    assert isinstance(model.output(SOURCE), str)
    assert {one.site.label for one in model.matrices(SOURCE)} == {
        "encoder self · layer 1", "decoder self · layer 1", "cross · layer 1",
    }  # fmt: skip
    found = model.evaluate(n=10)
    assert 0 <= found.exact_match <= 1 and found.loss > 0
    run = find_run(name)
    for matrix in snapshots.read(run, snapshots.steps(run)[-1]):
        assert matrix.sums_to_one


def test_what_needs_a_prefix_refuses_such_a_run_in_one_sentence(home):
    with pytest.raises(RunError, match=r"filling writes all places at once and knows no prefix.*page All at once"):
        core.load("filling")
    with pytest.raises(RunError, match=r"writes a token after the other: open it with core.load"):
        core.load_parallel("demo/reverse-gru")


def test_passes_over_a_model_that_was_never_shown_a_token_are_refused(home):
    with pytest.raises(SettingError, match=r"passes=4 .* plain has never been shown one: choose at_once"):
        core.load_parallel("plain").written(SOURCE, MaskPredict(passes=4))
    one, other = (core.load_parallel("plain").written(SOURCE, how) for how in (MaskPredict(passes=1), AtOnce()))
    assert one.output == other.output


def test_a_target_cannot_be_forced(home):
    with pytest.raises(SettingError, match="a target cannot be forced on it: leave --target out"):
        core.load_parallel("filling").matrices(SOURCE, "ich danke dir")
