"""Switching heads off: against weights that are zero, and against decoding itself."""

import copy

import numpy as np
import pytest
import torch

from core.data.batch import Example, collate
from core.errors import InputError
from core.recording.edit import Edit
from core.runs.head_importance import OWN, REFERENCE, one_by_one, over_sentences
from core.runs.intervention import intervene
from core.runs.trained import load

SOURCE = "20 de mayo de 1948"


@pytest.fixture(scope="module")
def dates():
    return load("demo/dates-transformer")


def log_prob(trained, net, source, target):
    """Σ log p of a target and its <end>, from the model alone."""
    batch = collate([Example(tuple(trained.read(source)), tuple(target))], *trained.vocabularies)
    with torch.no_grad():
        laws = torch.log_softmax(net(batch).double(), dim=-1)[0]
    return float(laws[range(len(target) + 1), batch.target_out[0]].sum())


def silenced(trained, site, head):
    """A copy with zeros in the columns of W_o that read this head."""
    net = copy.deepcopy(trained.model)
    around = net.get_submodule(site.removesuffix(".attention"))
    part = around.width // around.heads
    with torch.no_grad():
        around.w_output.weight[:, head * part : (head + 1) * part] = 0
    return net


def test_a_head_that_is_off_falls_as_far_as_with_zeros_in_its_columns_of_w_o(dates):
    reference = dates.reference(SOURCE)
    effects = one_by_one(dates, SOURCE)
    whole = log_prob(dates, dates.model, SOURCE, reference)
    assert len(effects.heads) == 24 and effects.falls.shape == (1, 24)
    for (site, head), fall in zip(effects.heads, effects.fall):
        expected = whole - log_prob(dates, silenced(dates, site.name, head), SOURCE, reference)
        assert fall == pytest.approx(expected, abs=1e-4), (site.label, head)


@pytest.mark.parametrize("run", ["demo/dates-transformer", "demo/synonyms-gru"])
def test_the_greedy_output_is_said_to_change_exactly_where_decoding_again_changes_it(run):
    trained = load(run)
    source = trained.example_text()
    effects = one_by_one(trained, source, OWN)
    found = [intervene(trained, source, edits=[Edit(site.name, head)]) for site, head in effects.heads]
    assert effects.changed[0].tolist() == [one.parted is not None for one in found]
    falls = [one.old.logp_before - one.old.logp_after for one in found]
    assert effects.fall == pytest.approx(falls, abs=1e-4)


def test_over_sentences_it_is_each_sentence_alone_and_counts_up(dates):
    examples = dates.examples.test[:11]
    steps = list(over_sentences(dates, examples))
    assert [one.done for one in steps] == [8, 11] and {one.total for one in steps} == {11}
    places = [0, 7, 8, 10]  # at the borders of what is done at once
    alone = [one_by_one(dates, dates.config.task.join(examples[at].source)) for at in places]
    last = steps[-1]
    assert last.falls[places] == pytest.approx(np.concatenate([one.falls for one in alone]), abs=1e-4)
    assert last.changed[places].tolist() == [one.changed[0].tolist() for one in alone]
    assert last.falls[:8] == pytest.approx(steps[0].falls)
    assert last.fall == pytest.approx(last.falls.mean(axis=0))
    assert last.error == pytest.approx(last.falls.std(axis=0, ddof=1) / 11**0.5)
    assert last.change == pytest.approx(last.changed.mean(axis=0)) and np.isnan(alone[0].error).all()


def test_where_nobody_knows_the_reference_it_says_what_to_follow_instead():
    trained = load("demo/dates-transformer")
    source = "1948"
    assert trained.reference(source) is None
    with pytest.raises(InputError, match="follow its own output instead"):
        one_by_one(trained, source, REFERENCE)
    assert one_by_one(trained, source, OWN).done == 1
