"""The pointer network: places that are taken out, and places that no other decoder has."""

from dataclasses import replace
from random import Random

import pytest
import torch

from core.data.batch import Example, collate
from core.data.copying import copyable
from core.data.vocabulary import END, Vocabulary
from core.decoding.batched import decode
from core.decoding.frontier import Rules
from core.decoding.greedy import GreedySearch
from core.errors import SettingError
from core.models.build import build
from core.models.recurrent_settings import RecurrentSettings
from core.recording.recorder import Recorder
from core.seeds import Seeds
from core.tasks.sorting_points import SortingPoints
from core.training.likelihood import Likelihood
from tests.models.test_copying import PAIR, SIZE, SOURCE, TARGET, model


def test_places_that_were_pointed_at_are_taken_out_from_the_left_and_the_end_never_is():
    net, batch = model("pointer once"), collate([Example(tuple("ambam"), tuple("mabma"))], *PAIR)
    with torch.no_grad(), Recorder(net, "*copying") as recorder:
        law = net(batch).exp()[0]
    rows = recorder.tensor("decoder.cross_copying")[0, 0]  # fed <begin>, m, a, b, m, a
    taken = [set(), {1}, {0, 1}, {0, 1, 2}, {0, 1, 2, 4}, {0, 1, 2, 3, 4}]
    for row, places in zip(rows, taken):
        assert {at for at in range(6) if row[at] == 0.0} == places
        assert float(row.sum()) == pytest.approx(1.0, abs=1e-6)
    m, a = SIZE, TARGET.numbers["a"]
    assert law[3, m] == pytest.approx(float(rows[3, 4]), abs=1e-6) and float(law[4, m]) < 1e-30 < float(law[4, a])
    assert law[5, END] == pytest.approx(1.0, abs=1e-6)


def test_pointing_once_every_token_is_written_as_often_as_it_stands():
    net, source, written = model("pointer once"), SOURCE.encode_source(tuple("ambam")), []
    state, fed = net.start([source]), net.begin
    for _ in range(5):
        step = net.step(torch.tensor([[fed]]), state)
        law = step.log_probs[0, 0].clone()
        law[END] = -torch.inf  # it could end; it is asked for more
        state, fed = step.state, int(law.argmax())
        written.append(fed)
    assert sorted(written) == sorted(source.copied[:-1])
    last = net.step(torch.tensor([[fed]]), state).log_probs[0, 0]
    assert float(last[END]) == pytest.approx(0.0, abs=1e-6)


def test_what_has_no_places_to_take_out_is_refused():
    with pytest.raises(SettingError, match="choose copy=pointer, or pointing=again"):
        RecurrentSettings(copy="pointer_generator", pointing="once")
    with pytest.raises(SettingError, match="choose inference=free, or pointing=again"):
        RecurrentSettings(copy="pointer", pointing="once", inference="window")


def test_a_plain_decoder_of_places_is_taught_no_place_that_it_has_not_seen_and_a_pointer_has_one_for_each():
    """Sorting by places, trained on up to eight numbers and asked for twelve."""
    few, many = SortingPoints(), SortingPoints(shortest=12, longest=12)
    words, places = few.vocabularies[0], Vocabulary.of([f"place {at}" for at in range(12)])
    rng = Random(1)

    def examples(task: SortingPoints, count: int) -> tuple[list[Example], list[Example]]:
        """With numbers for targets, and with the places where these stand."""
        drawn = [task.sample(rng) for _ in range(count)]
        where = [replace(one, target=tuple(f"place {at}" for _, at in one.alignment)) for one in drawn]
        return drawn, where

    pair = copyable((words, words))
    pointer = build(RecurrentSettings(width=16, copy="pointer", score="general"), *pair, Seeds(1))
    plain = build(RecurrentSettings(width=16, score="general"), words, places, Seeds(1))
    optimizers = [torch.optim.Adam(net.parameters(), lr=1e-2) for net in (pointer, plain)]
    for _ in range(40):
        for net, vocabularies, given, optimizer in zip(
            (pointer, plain), (pair, (words, places)), examples(few, 16), optimizers
        ):
            optimizer.zero_grad()
            Likelihood()(net, collate(given, *vocabularies), 1).terms["likelihood"].backward()
            optimizer.step()
    longer = examples(many, 40)
    with torch.no_grad(), Recorder(pointer.eval(), "*copying") as recorder:
        pointer(collate(longer[0], *pair))
        law = plain.eval()(collate(longer[1], words, places)).softmax(-1)
    new = slice(places.numbers["place 8"], places.numbers["place 11"] + 1)
    pointed = recorder.tensor("decoder.cross_copying")[:, 0, :12, 8:12].sum(-1)  # of twelve numbers and <end>
    assert float(law[:, :12, new].sum(-1).max()) < 0.05 and float(pointed.mean()) > 0.2
    rules = [Rules(END, places.never_generated, 14, 13)] * 40
    found = decode(GreedySearch(), plain, [words.encode_source(one.source) for one in longer[1]], rules)
    assert not any(places.decode(one.best.tokens()[:-1]) == list(item.target) for one, item in zip(found, longer[1]))
