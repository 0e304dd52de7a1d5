"""Decodings of all places at once, on doubles whose distributions are written by hand."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
import torch
from jaxtyping import Int
from torch import Tensor

from core.decoding.all_places import write
from core.decoding.collapsed import Collapsed
from core.decoding.mask_predict import AtOnce, MaskPredict, least_sure
from core.errors import SettingError
from core.models.build import MODELS, build
from core.parallel_model import ParallelModel
from core.seeds import Seeds
from tests.laws.models import LETTERS

VOCABULARY = 12
END = 2


class Lengths:
    """Sources as a double reads them: how long they are."""

    def __init__(self, lengths: Tensor) -> None:
        self.lengths = lengths

    def select(self, items: Int[Tensor, " item"]) -> "Lengths":
        return Lengths(self.lengths[items])


@dataclass
class Written:
    """A parallel model that gives place p, in pass n, what a function says: (token, probability)."""

    says: object
    counting: str = "lengths"
    law: tuple[float, ...] = (0.0, 0.0, 0.0, 0.2, 0.8)  # of 0, 1, … places
    seen: list[list[list[int]]] = field(default_factory=list)
    mask: int = 4
    blank: int = 0
    end: int = END
    never_generated: tuple[int, ...] = (0, 1, 4, 5)

    def read(self, sources) -> Lengths:
        return Lengths(torch.tensor([len(source) for source in sources]))

    def lengths(self, reading: Lengths) -> Tensor:
        return torch.tensor([self.law]).log().expand(len(reading.lengths), -1)

    def canvas(self, source: int) -> int:
        return 3 * source

    def write(self, tokens: Tensor, valid: Tensor, reading: Lengths) -> Tensor:
        self.seen.append(tokens.tolist())
        law = torch.full((*tokens.shape, VOCABULARY), 1e-6)
        for item in range(len(tokens)):
            for place in range(tokens.shape[1]):
                token, probability = self.says(len(self.seen), place, tokens[item].tolist())
                law[item, place, token] = probability
        return law.log()


def sure(number: int, place: int, tokens: list[int]) -> tuple[int, float]:
    """The later a place, the surer; <end> at the last of eight."""
    return (END, 0.99) if place == 7 else (6 + place % 5, 0.1 + 0.1 * place)


def test_the_double_is_a_parallel_model():
    assert isinstance(Written(sure), ParallelModel)


@pytest.mark.parametrize("places", [1, 2, 3, 5, 8, 13])
@pytest.mark.parametrize("passes", [1, 2, 3, 4, 7, 10])
def test_exactly_as_many_places_are_emptied_as_the_formula_says_and_never_more_than_before(places, passes):
    confidences = torch.rand(1, places, generator=torch.Generator().manual_seed(places))
    valid = torch.ones(1, places, dtype=torch.bool)
    counts = [int(least_sure(confidences, valid, number, passes).sum()) for number in range(1, passes + 1)]
    assert counts == [places * (passes - number) // passes for number in range(1, passes + 1)]
    assert counts == sorted(counts, reverse=True) and counts[-1] == 0


def test_the_least_sure_are_emptied_and_pads_never():
    confidences = torch.tensor([[0.9, 0.1, 0.4, 0.0, 0.0]])
    valid = torch.tensor([[True, True, True, False, False]])
    assert least_sure(confidences, valid, 1, 3).tolist() == [[False, True, True, False, False]]
    assert least_sure(confidences, valid, 2, 3).tolist() == [[False, True, False, False, False]]


def test_kept_tokens_keep_their_tokens_and_their_old_confidence():
    def says(number: int, place: int, tokens: list[int]) -> tuple[int, float]:
        return 6 + (place + number) % 5, 0.1 + 0.1 * place + 0.01 * number

    (one,) = write(MaskPredict(passes=4), Written(says), [[7, 8, 9, END]])
    assert len(one.passes) == 4
    for before, after in pairwise(one.passes):
        assert after.written == before.again
        for place, empty in enumerate(before.again):
            if not empty:
                assert (after.tokens[place], after.confidences[place]) == (
                    before.tokens[place],
                    before.confidences[place],
                )
    assert [sum(one.again) for one in one.passes] == [3, 2, 1, 0]


def test_emptied_places_are_shown_as_masks_and_kept_ones_as_they_are():
    model = Written(sure)
    (one,) = write(MaskPredict(passes=2), model, [[7, 8, END]])
    assert model.seen == [[[4, 4, 4, 4]], [[4, 4, 8, 9]]]
    assert one.passes[0].again == (True, True, False, False)


def test_places_agree_in_the_second_pass_where_in_the_first_they_could_not():
    """The garden path of two equally good phrases, ab and ba: alone every place prefers its own."""

    def says(number: int, place: int, tokens: list[int]) -> tuple[int, float]:
        if place == 0:
            return 6, 0.51  # a
        return (7, 0.9) if tokens[0] == 6 else (6, 0.5)  # b after a; alone it says a as well

    model = {"counting": "lengths", "law": (0.0, 0.0, 1.0)}
    (mixed,) = write(AtOnce(), Written(says, **model), [[7, END]])
    (agreed,) = write(MaskPredict(passes=2), Written(says, **model), [[7, END]])
    assert (mixed.output, agreed.output) == ((6, 6), (6, 7))


def test_one_pass_is_the_most_probable_token_of_every_place():
    at_once, one = (write(how, Written(sure), [[7, 8, END]])[0] for how in (AtOnce(), MaskPredict(passes=1)))
    assert at_once.output == one.output == (6, 7, 8, 9)
    assert (at_once.calls, one.calls) == (1, 1)
    assert [at_once.passes[0].laws[place].argmax() for place in range(4)] == list(at_once.output)


def test_of_several_numbers_of_places_the_best_mean_wins():
    def says(number: int, place: int, tokens: list[int]) -> tuple[int, float]:
        return 6 + place, 0.9 if len([one for one in tokens if one]) == 3 else 0.5

    model = Written(says)
    first = write(MaskPredict(passes=1), model, [[7, END]])[0]
    best = write(MaskPredict(passes=1, candidates=2), model, [[7, END]])[0]
    assert (first.places, best.places) == (4, 3)
    assert [places for places, _ in best.tried] == [3, 4] and best.calls == 2
    assert best.tried[0][1] == pytest.approx(-0.10536, abs=1e-4)


def test_what_is_behind_the_first_end_is_left_out():
    def says(number: int, place: int, tokens: list[int]) -> tuple[int, float]:
        return (END, 0.9) if place == 2 else (6 + place % 3, 0.8)

    (one,) = write(AtOnce(length="end"), Written(says, counting="end"), [[7, 8, END]])
    assert (one.places, one.output, one.ended) == (9, (6, 7, END), True)


def test_cutting_at_the_end_equals_the_predictor_where_both_have_as_many_places():
    """The same weights: one counts places by a head that is made to say what the other takes."""
    settings = {"layers": 1, "heads": 2, "width": 16, "longest": 40}
    cut = build(MODELS["parallel"](**settings, counting="end"), LETTERS, LETTERS, Seeds(3)).eval()
    predicted = build(MODELS["parallel"](**settings), LETTERS, LETTERS, Seeds(3)).eval()
    predicted.load_state_dict(cut.state_dict(), strict=False)
    source = LETTERS.encode_source(tuple("abcab"))
    with torch.no_grad():
        predicted.predictor.output.weight.zero_()
        predicted.predictor.output.bias.copy_(torch.eye(41)[cut.canvas(len(source))] * 50)
    (one,), (other,) = (
        write(how, model, [source]) for how, model in ((AtOnce(length="end"), cut), (AtOnce(), predicted))
    )
    assert one.places == other.places == 22
    assert (one.output, one.passes[0].confidences) == (other.output, other.passes[0].confidences)


def test_equal_neighbours_are_one_token_and_blanks_are_none():
    filled = [6, 6, 0, 6, 7, 0, 0, 7, 7]
    model = Written(lambda number, place, tokens: (filled[place], 0.9), counting="upsampled")
    (one,) = write(Collapsed(), model, [[7, 8, END]])
    assert (one.places, one.output) == (9, (6, 6, 7, 7, END))


@pytest.mark.parametrize(
    ("how", "counting", "says"),
    [
        (AtOnce(length="predictor"), "end", "length=predictor cannot be: .* choose length=own"),
        (AtOnce(length="end"), "lengths", "never seen a place behind <end>; choose length=own"),
        (AtOnce(length="oracle"), "lengths", "there is none for this source: choose length=own"),
        (MaskPredict(candidates=3), "end", "candidates=3 lengths cannot be compared"),
        (AtOnce(), "upsampled", "may stay blank: choose the decoding ctc"),
        (Collapsed(), "lengths", "without any: choose at_once"),
    ],
)
def test_what_a_model_has_not_learned_is_refused_with_what_would_work(how, counting, says):
    with pytest.raises(SettingError, match=says):
        write(how, Written(sure, counting=counting), [[7, END]])


def test_an_oracle_tells_the_number_of_places():
    (one,) = write(AtOnce(length="oracle"), Written(sure), [[7, 8, END]], [3])
    assert (one.places, one.output, one.ended) == (3, (6, 7, 8), False)
