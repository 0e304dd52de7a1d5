"""The command line: every command on a tiny run of its own, and every bad input one line and exit code 2."""

import json

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from core.decoding.trees.tree import DecodingTree
from core.runs.recipes import read_recipe

TINY = ["--set", "task.shortest=2", "--set", "task.longest=3", "--set", "task.alphabet=4", "--set", "model.width=16",
        "--set", "training.evaluate_on=5", "--set", "training.evaluate_every=30"]  # fmt: skip


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
    code, out, _ = attnlab("runs", "list", "--json")
    assert code == 0
    if "tiny" not in [one["run"] for one in json.loads(out)]:
        code, out, err = attnlab("train", "--task", "reverse", "--name", "tiny", "--steps", "60", *TINY)
        assert code == 0, err
        assert "exact match" in out and "trained: tiny" in out
    return "tiny"


@pytest.mark.parametrize("command", ["tasks", "models", "objectives", "searches"])
def test_what_there_is_with_its_settings(attnlab, command):
    code, out, _ = attnlab(command, "--json")
    data = json.loads(out)
    assert code == 0 and all(one["summary"] and all(setting["help"] for setting in one["settings"]) for one in data)
    assert attnlab(command)[1].startswith(data[0]["name"])


@pytest.mark.parametrize(
    "search",
    [[], ["--search", "beam", "--set", "width=3"], ["--search", "sampling", "--set", "draws=2", "--set", "seed=4"]],
)
def test_decode_prints_the_output_and_as_json_the_whole_tree(attnlab, run, search, tmp_path):
    code, out, err = attnlab("decode", run, "abc", *search, "--out", str(tmp_path / "tree.json"))
    assert code == 0 and "stopped:" in err
    code, printed, _ = attnlab("decode", run, "abc", *search, "--json")
    data = json.loads(printed)
    assert data["schema"] == "attnlab/tree/1" and data["output"] == out.strip() and data["proved"] is None
    assert {"id", "parent", "step", "token", "logp_token", "logp", "rank_score", "status"} <= set(data["nodes"])
    assert DecodingTree.from_json((tmp_path / "tree.json").read_text()).nodes["token"] == data["nodes"]["token"]


def test_attend_writes_what_it_recorded_in_three_formats(attnlab, run, tmp_path):
    for suffix in ("npz", "json", "svg"):
        assert attnlab("attend", run, "abc", "--target", "cba", "--out", str(tmp_path / f"maps.{suffix}"))[0] == 0
    data = json.loads((tmp_path / "maps.json").read_text())
    with np.load(tmp_path / "maps.npz", allow_pickle=False) as arrays:
        for record in data["records"]:
            weights = arrays[record["site"]["name"]]
            np.testing.assert_allclose(weights, record["weights"], atol=1e-7)
            assert weights.shape[1:] == (len(record["query_labels"]), len(record["key_labels"]))
    assert (tmp_path / "maps.svg").read_text().startswith("<svg")
    code, out, _ = attnlab("attend", run, "abc", "--only", "*cross*", "--json")
    assert code == 0 and [one["label"] for one in json.loads(out)] == ["cross · layer 1"]


def test_evaluate_and_verify_say_the_same_every_time(attnlab, run):
    found = [json.loads(attnlab("evaluate", run, "-n", "10", "--json")[1]) for _ in range(2)]
    assert {"exact_match", "token_accuracy", "n"} <= set(found[0]) and 0 <= found[0]["exact_match"] <= 1
    assert {**found[0], "seconds": 0} == {**found[1], "seconds": 0}
    code, out, _ = attnlab("verify", run, "--sentences", "2", "--json")
    checked = json.loads(out)
    assert code == 0 and checked["ok"] and checked["checked"] > 10 and checked["max_error"] < 1e-4


def test_a_run_is_shown_exported_imported_renamed_and_deleted(attnlab, run, tmp_path):
    assert json.loads(attnlab("runs", "show", run, "--json")[1])["config"]["task"]["longest"] == 3
    assert attnlab("runs", "export", run, str(tmp_path / "x.zip"))[0] == 0
    copy = json.loads(attnlab("runs", "import", str(tmp_path / "x.zip"), "--name", "copy", "--json")[1])["run"]
    assert attnlab("decode", copy, "abc")[1] == attnlab("decode", run, "abc")[1]
    assert attnlab("runs", "rename", copy, "other")[0] == 0 and attnlab("runs", "delete", "other")[0] == 0
    assert attnlab("runs", "show", "other")[0] == 2


def test_a_shipped_copy_decodes_like_its_run_and_carries_its_recipe(attnlab, run, tmp_path):
    assert attnlab("runs", "ship", run, str(tmp_path / "light"))[0] == 0
    assert attnlab("decode", str(tmp_path / "light"), "abc")[1] == attnlab("decode", run, "abc")[1]
    recipe = read_recipe(tmp_path / "light" / "recipe.toml")
    assert recipe.to_dict() == json.loads(attnlab("runs", "show", run, "--json")[1])["config"]


def test_a_recipe_is_trained_and_a_stopped_run_goes_on(attnlab, tmp_path, run):
    attnlab("runs", "ship", run, str(tmp_path / "again"))
    code, out, err = attnlab(
        "train", "--recipe", str(tmp_path / "again" / "recipe.toml"), "--name", "again", "--steps", "3", "--json"
    )
    assert code == 0 and json.loads(out)["run"] == "again", err
    assert attnlab("train", "--resume", "--name", "again")[0] == 0


BAD = {
    "no task": (["train"], "--task reverse"),
    "unknown task": (["train", "--task", "revrese"], "did you mean reverse?"),
    "unknown setting": (["train", "--task", "reverse", "--set", "model.lyaers=2"], "did you mean layers?"),
    "not an assignment": (["train", "--task", "reverse", "--set", "layers"], "write NAME=VALUE"),
    "width and heads": (["train", "--task", "reverse", "--set", "model.width=30"], "cannot be shared by heads=4"),
    "no number": (["train", "--task", "reverse", "--set", "training.steps=many"], "is not a whole number"),
    "no such recipe": (["train", "--recipe", "none.toml"], "cannot read the recipe"),
    "text without a file": (["train", "--task", "text"], "path is empty"),
    "text with a missing file": (["train", "--task", "text", "--set", "task.path=none.tsv"], "none.tsv"),
    "taken name": (["train", "--task", "reverse", "--name", "tiny"], "is taken"),
    "hostile name": (["train", "--task", "reverse", "--name", "../../etc"], "cannot be the name of a run"),
    "resume without a name": (["train", "--resume"], "--name"),
    "no such run": (["decode", "nope", "abc"], "there is no run 'nope'"),
    "empty source": (["decode", "tiny", "  "], "the source is empty"),
    "huge source": (["decode", "tiny", "ab" * 50_000], "has 100,000 characters"),
    "unknown source": (["decode", "tiny", "漢字"], "never seen any token"),
    "no search": (["decode", "tiny", "abc", "--search", "bean"], "did you mean beam?"),
    "beam of nothing": (["decode", "tiny", "abc", "--search", "beam", "--set", "width=0"], "width=0 is out of range"),
    "top-p 0": (
        ["decode", "tiny", "abc", "--search", "sampling", "--set", "top_p=0"],
        "top_p=0 is out of range: it must be above 0",
    ),
    "top-p 1.5": (["decode", "tiny", "abc", "--search", "sampling", "--set", "top_p=1.5"], "at most 1"),
    "target nobody can write": (["attend", "tiny", "abc", "--target", "漢"], "the model cannot write 漢"),
    "unknown level": (["attend", "tiny", "abc", "--level", "ful"], "did you mean full?"),
    "unknown format": (
        ["attend", "tiny", "abc", "--out", "maps.bmp"],
        "ends in .svg, .png, .pdf, .html, .csv, .npz, .json",
    ),
    "no such place": (["attend", "tiny", "abc", "--out", "/no/such/place/maps.npz"], "cannot write"),
    "no such attention": (["attend", "tiny", "abc", "--only", "zzz"], "no attention of this model matches"),
    "no such split": (["evaluate", "tiny", "--split", "trainn"], "choose one of: train, validation, test"),
    "no single alignment": (["decode", "tiny", "abc", "--inference", "window"], "train the model recurrent"),
    "no such course": (["verify", "demo/dates-gru", "--inference", "windw"], "did you mean window?"),
    "shipped is read-only": (["runs", "delete", "demo/reverse-gru"], "shipped run"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_line_and_exit_code_2(attnlab, run, name):
    words, said = BAD[name]
    code, out, err = attnlab(*words)
    assert code == 2 and said in err and err.count("\n") == 1 and not out
    assert "Traceback" not in err


def test_a_recurrent_model_is_held_to_the_course_that_was_asked_for(attnlab):
    def decoded(*inference):
        code, out, err = attnlab("decode", "demo/dates-gru", "July 4, 2027", *inference, "--json")
        assert code == 0, err
        return json.loads(out)

    free, held = decoded(), decoded("--inference", "window")
    assert (free["inference"], held["inference"]) == ("free", "window") and free["model_hash"] == held["model_hash"]
    assert held["logp"] != free["logp"] and decoded("--inference", "free")["logp"] == free["logp"]


def test_tokens_never_seen_are_named_and_the_rest_is_decoded(attnlab, run):
    code, out, err = attnlab("decode", run, "aЖb")
    assert code == 0 and out.strip() and "never seen in training, read as <unk>: ж" in err


def test_a_run_without_examples_or_with_weights_that_are_no_numbers_is_refused(attnlab, run, tmp_path):
    assert attnlab("runs", "ship", run, str(tmp_path / "bare"))[0] == 0
    examples = json.loads((tmp_path / "bare" / "examples.json").read_text())
    (tmp_path / "bare" / "examples.json").write_text(json.dumps({**examples, "test": []}))
    code, _, err = attnlab("verify", str(tmp_path / "bare"))
    assert code == 2 and "carries no test examples" in err
    (weights,) = (tmp_path / "bare" / "checkpoints").glob("*/model.safetensors")
    tensors = load_file(weights)
    save_file({name: tensor * float("nan") for name, tensor in tensors.items()}, weights)
    code, _, err = attnlab("decode", str(tmp_path / "bare"), "abc")
    assert code == 2 and "are not finite" in err


def test_everything_that_was_recorded_is_exported(attnlab, run, tmp_path):
    assert attnlab("attend", run, "abc", "--level", "full", "--out", str(tmp_path / "full.json"))[0] == 0
    for record in json.loads((tmp_path / "full.json").read_text())["records"]:
        assert {"scores", "query", "key", "value", "context", "norm"} <= set(record)
        mixed = np.array(record["weights"]) @ np.array(record["value"])
        np.testing.assert_allclose(mixed, record["context"], atol=1e-5)


def test_a_beam_larger_than_the_vocabulary_works(attnlab, run):
    assert attnlab("decode", run, "abc", "--search", "beam", "--set", "width=200")[0] == 0
