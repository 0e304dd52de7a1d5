"""Inspection against stepping: what one pass over a prefix says is what a search met there, at dead nodes too."""

import math

import numpy as np
import pytest

from core.data.vocabulary import END, PAD
from core.decoding.frontier import Force
from core.errors import InputError
from core.runs.catalog import SEARCHES
from core.runs.inspection import inspect
from core.runs.trained import TrainedModel, load

RUNS = ("demo/dates-transformer", "demo/dates-gru", "demo/pinyin-gru")


@pytest.fixture(scope="module", params=RUNS)
def trained(request: pytest.FixtureRequest) -> TrainedModel:
    return load(request.param)


def test_attention_and_probability_of_every_node_are_those_of_the_tree_also_where_it_was_pruned(trained):
    source = trained.example_text()
    tree = trained.tree(source, SEARCHES["beam"](width=3))
    statuses = tree.nodes["status"]
    dead = [node for node in tree.nodes["id"] if statuses[node].startswith("pruned")]
    kept = [node for node in tree.nodes["id"][1:] if not statuses[node].startswith("pruned")]
    assert len(dead) > 20 and len(kept) > 10
    for node in (*dead[::5], *kept):
        found = inspect(trained, source, [tree.nodes["token"][at] for at in tree.path(node)])
        assert found.logp_token == pytest.approx(tree.nodes["logp_token"][node], abs=1e-4)
        assert found.logp == pytest.approx(tree.nodes["logp"][node], abs=1e-4)
        for matrix in found.matrices:
            if matrix.site.kind == "cross":
                recorded = tree.rows(matrix.site.name, node)
                np.testing.assert_allclose(matrix.weights[:, found.row], recorded, atol=1e-5)


def test_the_distribution_is_the_one_a_step_gives(trained):
    source = trained.example_text()
    stepper = trained.stepper(source)
    tokens = trained.search(source).best.tokens()
    stepper.forward()
    forced = Force(next(token for token in range(6, 20) if token != tokens[1]))
    stepper.forward(forced)
    stepped = stepper.frontier.log_probs[0]
    found = inspect(trained, source, [tokens[0], forced.token], most=5)
    order = np.argsort(-stepped, kind="stable")
    best = [int(token) for token in order if token not in trained.model.never_generated][:5]
    assert [one.token for one in found.next] == best
    np.testing.assert_allclose([one.logp for one in found.next], stepped[best], atol=1e-4)
    law = np.exp(stepped.astype(np.float64))
    assert found.ends[-1] == pytest.approx(law[END], abs=1e-5) and len(found.ends) == 3
    assert found.rest == pytest.approx(1 - law[best].sum(), abs=1e-5)
    assert found.entropy == pytest.approx(-float((law * stepped).sum()), abs=1e-4)
    assert [one.lost for one in found.next] == pytest.approx(
        [stepped[best[0]] - stepped[token] for token in best], abs=1e-4
    )


def test_the_price_of_a_token_is_what_the_most_probable_one_at_its_place_had_more(trained):
    source = trained.example_text()
    before = inspect(trained, source, (), most=4)
    assert math.isnan(before.logp_token) and before.place == -1 and before.row == -1 and before.logp == 0.0
    for place, one in enumerate(before.next):
        after = inspect(trained, source, [one.token])
        assert after.place == place
        assert after.lost == pytest.approx(before.next[0].logp - one.logp, abs=1e-5)
        assert after.logp == after.logp_token == pytest.approx(one.logp, abs=1e-5)


def test_every_layer_and_head_has_a_row_per_token_and_one_for_the_next(trained):
    source = trained.example_text()
    tokens = trained.search(source).best.tokens()
    assert tokens[-1] == END
    open_, ended = inspect(trained, source, tokens[:3]), inspect(trained, source, tokens)
    paths = [matrix.site.name for matrix in trained.matrices(source)]
    for found, rows in ((open_, 4), (ended, len(tokens))):
        assert [matrix.site.name for matrix in found.matrices] == paths
        for matrix in found.matrices:
            if matrix.site.stack == "decoder":
                assert matrix.queries[0] == "<begin>" and len(matrix.queries) == rows
    assert ended.ended and ended.next == () and math.isnan(ended.entropy) and not open_.ended
    assert ended.row == len(tokens) - 1  # the last row predicted <end>


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ([10_000], "number 10000, cannot be generated"),
        ([-1], "cannot be generated"),
        ([PAD], "cannot be generated"),
        ([7, END, 7], "token 2 of the prefix is <end>, and 1 more follow"),
        ([7] * 5_000, "the prefix has 5,000 tokens"),
    ],
)
def test_a_prefix_that_cannot_be_is_refused_in_words(prefix, words):
    trained = load("demo/dates-transformer")
    with pytest.raises(InputError, match=words):
        inspect(trained, trained.example_text(), prefix)
