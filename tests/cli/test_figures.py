"""Pictures from the command line, and what they tell when they are asked."""

import json

import pytest

RUN, TEXT = "demo/dates-transformer", "April 30, 1981"


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_a_picture_of_attention_tells_what_it_is_of(command_line, tmp_path, kind):
    file = tmp_path / f"maps.{kind}"
    assert command_line("attend", RUN, TEXT, "--only", "*cross*", "--target", "1981", "--out", str(file))[0] == 0
    code, out, err = command_line("figure", str(file), "--json")
    told = json.loads(out)
    assert code == 0 and not err and told["schema"] == "attnlab/figure/1" and told["edited"] == []
    assert (told["run"], told["source"], told["target"]) == (RUN, TEXT, "1981")
    assert told["keys"] == [*TEXT, "<end>"] and told["queries"] == ["<begin>", *"1981"]
    assert told["query"] == {"run": RUN, "source": TEXT, "target": "1981"} and told["page"] == "attention"
    code, out, _ = command_line("figure", str(file))
    assert code == 0 and f"weights: {told['model_hash']}" in out and "rows (5): <begin> 1 9 8 1" in out


def test_a_picture_of_a_tree_tells_its_search(command_line, tmp_path):
    file = tmp_path / "tree.png"
    words = ("decode", RUN, TEXT, "--search", "beam", "--set", "width=2", "--out", str(file))
    assert command_line(*words)[0] == 0
    told = json.loads(command_line("figure", str(file), "--json")[1])
    assert told["search"]["name"] == "beam" and told["search"]["width"] == 2 and told["page"] == "decoder"
    assert told["queries"][-1] == "<end>" and told["keys"][:3] == ["A", "p", "r"]


def test_an_edited_figure_is_told_with_exit_code_1_and_what_is_none_with_2(command_line, tmp_path):
    file = tmp_path / "maps.svg"
    assert command_line("attend", RUN, TEXT, "--only", "*1.cross*", "--out", str(file))[0] == 0
    file.write_bytes(file.read_bytes().replace(b'"seed": 1', b'"seed": 2'))
    code, out, err = command_line("figure", str(file))
    assert code == 1 and "seed: 2" in out and "edited after it was saved: what it says" in err
    for bad, words in ((tmp_path / "none.svg", "No such file"), (tmp_path, "directory")):
        code, out, err = command_line("figure", str(bad))
        assert code == 2 and words in err and err.count("\n") == 1 and not out
