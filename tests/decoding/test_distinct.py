"""Outputs that are sets: no search writes a token twice, at speed and by hand, whatever the model would like to write."""

from dataclasses import replace

import pytest
import torch

from core.data.vocabulary import Vocabulary
from core.decoding.batched import decode
from core.decoding.hypothesis import Status
from core.decoding.stepper import Stepper
from core.runs.catalog import SEARCHES
from core.training.evaluation import free_run, rules_for
from tests.laws.models import LETTERS, WORDS, model

SET = Vocabulary.of("abcdefgh", distinct=True)
EXACT = {"exact": {"max_nodes": 200, "max_length": 3}}
NAMES = ["transformer-pre-learned", "gru-additive"]


def asks_for_one(name: str, vocabulary: Vocabulary):
    """A model that would write the same letter for ever."""
    net = model(name, vocabulary=vocabulary)
    with torch.no_grad():
        for part in net.modules():
            if isinstance(part, torch.nn.Linear) and part.out_features == len(vocabulary) and part.bias is not None:
                part.bias[vocabulary.numbers["c"]] += 12.0
                part.bias[vocabulary.end] -= 3.0
    return net


def outputs(net, search):
    sources = [LETTERS.encode_source(word) for word in WORDS]
    return [one.best.written(net.end) for one in decode(search, net, sources, [rules_for(net, one) for one in sources])]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", SEARCHES)
def test_no_search_writes_a_token_twice(kind, name):
    search = SEARCHES[kind](**EXACT.get(kind, {}))
    assert all(len({*one}) == len(one) for one in outputs(asks_for_one(name, SET), search))


def test_without_that_promise_the_same_model_repeats_itself():
    written = outputs(asks_for_one(NAMES[0], LETTERS), SEARCHES["greedy"]())
    assert any(len({*one}) < len(one) for one in written)


def test_a_person_who_steps_sees_why_a_token_cannot_come_again():
    net, source = asks_for_one(NAMES[0], SET), LETTERS.encode_source("abc")
    stepper = Stepper(net, SEARCHES["greedy"](), source, rules_for(net, source))
    while not stepper.done:
        stepper.forward()
    written = stepper.frontier.best.written(net.end)
    assert len({*written}) == len(written) > 1
    barred = [one for one in stepper.frontier.history[2].born if one.status is Status.PRUNED_CONSTRAINT]
    assert [one.token for one in barred] == written[:1]
    assert barred[0].reason == "it was written before, and may not come twice"


def test_a_set_of_rules_says_it_and_a_search_of_its_own_keeps_its_settings():
    search, rules = SEARCHES["beam"](width=3), rules_for(model(NAMES[0]), [6, 2])
    assert search.under(rules) is search and search.under(replace(rules, distinct=True)) == replace(
        search, no_repeat_ngram=1
    )


def test_every_output_of_a_batch_equals_the_one_alone():
    net = asks_for_one(NAMES[1], SET)
    sources = [tuple(word) for word in WORDS]
    together = free_run(net, sources, (LETTERS, SET))
    assert together == [free_run(net, [one], (LETTERS, SET))[0] for one in sources]
