"""Beam histories that another program wrote: an outside check of what a tree is."""

import json
from pathlib import Path

import pytest

from core.decoding.trees.histories import from_beam_history
from core.errors import DataError

FILE = Path(__file__).parents[3] / "shared" / "data" / "ref-beam-sockeye" / "beams.json"
SENTENCE = "How would you want to be better than you &apos;re currently ? </s>"


def lines() -> list[str]:
    if not FILE.exists():
        pytest.skip("ref-beam-sockeye is not beside this checkout (shared/data)")
    return FILE.read_text(encoding="utf-8").splitlines()


def test_following_the_parents_of_a_real_search_gives_its_sentence():
    tree = from_beam_history(lines()[0])
    assert tree.header["output"] == SENTENCE
    assert SENTENCE in {" ".join(tree.text(end)) for end in tree.finished()}


def test_scores_of_real_searches_add_up_and_are_what_was_written():
    for line in lines():
        tree, history = from_beam_history(line), json.loads(line)
        last = {round(-score, 9) for score in history["scores"][-1]}
        for end in tree.finished():
            assert sum(tree.nodes["logp_token"][at] for at in tree.path(end)) == pytest.approx(tree.nodes["logp"][end])
            assert tree.nodes["rank_score"][end] == pytest.approx(
                tree.nodes["logp"][end] / len(tree.path(end)), rel=1e-3
            )
        assert tree.nodes["logp"][tree.finished()[0]] <= 0
        # what stands in the last beam is in the tree, padded for however long
        assert last <= {round(logp, 9) for logp in tree.nodes["logp"]}


def test_every_step_of_a_real_search_holds_its_whole_beam_and_no_padding():
    for line in lines():
        tree, history = from_beam_history(line), json.loads(line)
        written = [sum(token != "<pad>" for token in step) for step in history["predicted_tokens"]]
        assert [len([at for at in tree.nodes["step"] if at == step]) for step in range(1, len(written) + 1)] == written
        assert "<pad>" not in tree.nodes["text"]


HISTORY = {
    "id": 3, "predicted_tokens": [["a", "b"], ["</s>", "c"], ["<pad>", "</s>"]], "predicted_ids": [[4, 5], [2, 6], [0, 2]],
    "parent_ids": [[0, 0], [0, 0], [0, 1]], "scores": [[1.0, 2.0], [1.5, 3.0], [1.5, 3.25]],
    "normalized_scores": [[1.0, 2.0], [0.75, 1.5], [0.75, 1.0833]],
}  # fmt: skip


def test_a_history_by_hand():
    tree = from_beam_history(json.dumps(HISTORY))
    assert tree.nodes["parent"] == [-1, 0, 0, 1, 1, 4]
    assert tree.nodes["status"] == ["root", "expanded", "pruned_beam", "finished", "expanded", "finished"]
    assert tree.nodes["logp_token"] == [0.0, -1.0, -2.0, -0.5, -2.0, -0.25]
    assert [tree.text(end) for end in tree.finished()] == [["a", "</s>"], ["a", "c", "</s>"]]


@pytest.mark.parametrize(
    "broken",
    ["", "[]", "{}", "nonsense", json.dumps({**HISTORY, "parent_ids": [[0, 0], [0, 7], [0, 1]]}),
     json.dumps({**HISTORY, "scores": [[1.0], [1.5], [1.5]]}), json.dumps({**HISTORY, "scores": [["x", 2.0]] * 3})],
)  # fmt: skip
def test_what_is_no_history_is_refused_in_one_sentence(broken):
    with pytest.raises(DataError, match="not a beam history"):
        from_beam_history(broken)
