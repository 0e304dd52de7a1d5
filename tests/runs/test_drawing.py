"""Draws from a shipped model: what is counted, and every step of a draw checked against its noise and its filters."""

import csv
import io
import math
from collections import Counter

import pytest

import core
from core.decoding.sampling import SamplingSearch
from core.decoding.stochastic import StochasticBeamSearch
from core.runs.draw_steps import positions
from core.runs.drawing import draw

FILTERED = SamplingSearch(draws=30, temperature=1.5, top_k=12, top_p=0.9, seed=3)
SETTINGS = [
    SamplingSearch(draws=12, seed=1),
    FILTERED,
    SamplingSearch(draws=12, temperature=2.0, min_p=0.05, typical=0.8, epsilon=0.01),
    SamplingSearch(draws=12, temperature=1.5, top_p=0.95, min_length=6, no_repeat_ngram=1, repetition_penalty=1.5),
]


@pytest.fixture(scope="module")
def model():
    return core.load("demo/pinyin-transformer")


@pytest.fixture(scope="module")
def source(model):
    return model.example_text()


def test_every_draw_is_counted_once_and_the_right_ones_are_those_of_the_reference(model, source):
    drawing = draw(model, source, SamplingSearch(draws=50))
    assert sorted(at for one in drawing.outputs for at in one.draws) == list(range(50)) and drawing.count == 50
    assert len({one.numbers for one in drawing.outputs}) == len(drawing.outputs)
    right = Counter(tuple(model.vocabularies[1].decode(end.written(model.model.end))) for end in drawing.ends)
    assert drawing.right == right[model.reference(source)] / 50 and 0 < drawing.right < 1
    assert [len(one.draws) for one in drawing.outputs] == sorted((len(o.draws) for o in drawing.outputs), reverse=True)
    assert all(drawing.of(at).numbers == tuple(drawing.ends[at].tokens()) for at in range(50))


def test_the_same_seed_gives_the_same_draws_and_another_seed_does_not(model, source):
    first, again, other = (draw(model, source, SamplingSearch(draws=20, seed=seed)).digest for seed in (5, 5, 6))
    assert first == again != other


@pytest.mark.parametrize("search", SETTINGS, ids=lambda one: f"{one.top_k}-{one.top_p}-{one.typical}-{one.min_length}")
def test_at_every_step_of_a_draw_its_noise_falls_into_the_interval_of_the_token_that_was_drawn(model, source, search):
    drawing = draw(model, source, search)
    for index in (0, 7):
        steps = positions(model, source, search, drawing, index)
        assert len(steps) == len(drawing.of(index).numbers)
        for step, node in zip(steps, drawing.ends[index].path()):
            assert step.drawn.text == model.vocabularies[1].tokens[node.token]
            assert step.noise == node.draw.noise
            assert step.drawn.before - 1e-6 <= step.noise < step.drawn.after + 1e-6
            assert step.drawn.before == pytest.approx(node.draw.cum_before, abs=1e-5)
            assert (step.support, step.mass) == (
                node.draw.support_size,
                pytest.approx(node.draw.support_mass, abs=1e-5),
            )


@pytest.mark.parametrize("search", SETTINGS, ids=lambda one: f"{one.top_k}-{one.top_p}-{one.typical}-{one.min_length}")
def test_a_token_without_probability_in_the_law_says_what_took_it_out_and_no_other_does(model, source, search):
    drawing = draw(model, source, search)
    for step in positions(model, source, search, drawing, 2):
        for token in step.tokens:
            assert (token.law == 0.0) == bool(token.excluded)
        assert sum(token.law for token in step.tokens) == pytest.approx(1.0)
        kept = sum(token.tempered for token in step.tokens if not token.excluded)
        assert kept == pytest.approx(step.mass, abs=1e-5)
        assert sum(count for count, _ in step.excluded.values()) == len(step.tokens) - step.support


def test_top_k_keeps_k_and_top_p_keeps_while_the_mass_before_is_below_p(model, source):
    drawing = draw(model, source, FILTERED)
    for step in positions(model, source, FILTERED, drawing, 0):
        ranked = sorted(step.tokens, key=lambda one: -one.tempered)
        assert all(one.excluded == "top-k 12" for one in ranked[12:])
        before = 0.0
        pool = sum(one.tempered for one in ranked[:12])
        for one in ranked[:12]:
            assert (one.excluded == "top-p 0.9") == (before / pool >= 0.9)
            before += one.tempered
            assert one.cumulated == pytest.approx(before / pool)
        assert all(math.isnan(one.cumulated) for one in ranked[12:])


def test_an_output_is_as_likely_as_the_product_of_its_tokens_under_the_model_and_under_the_law(model, source):
    drawing = draw(model, source, FILTERED)
    for index in (0, 11):
        steps = [step.drawn for step in positions(model, source, FILTERED, drawing, index)]
        one = drawing.of(index)
        assert one.probability == pytest.approx(math.prod(step.model for step in steps), rel=1e-4)
        assert one.expected == pytest.approx(math.prod(step.law for step in steps), rel=1e-4)
        assert one.expected != pytest.approx(one.probability, rel=1e-2)


def test_surprise_and_entropy_are_means_over_draws(model, source):
    search = SamplingSearch(draws=5, temperature=1.4)
    drawing = draw(model, source, search)
    walks = [positions(model, source, search, drawing, index) for index in range(5)]
    assert drawing.entropy == pytest.approx(sum(step.entropy for walk in walks for step in walk) / 5, abs=1e-4)
    assert drawing.surprise == pytest.approx(-sum(math.log(s.drawn.model) for w in walks for s in w) / 5, abs=1e-4)


def test_limits_are_named_where_they_take_a_token_out(model, source):
    search = SETTINGS[-1]
    first, second, *_ = positions(model, source, search, draw(model, source, search), 0)
    assert first.excluded["min length 6"][0] == 1
    again = next(token for token in second.tokens if token.text == first.drawn.text)
    assert again.excluded == "no repeat 1-gram" and again.law == 0.0


def test_the_first_token_of_the_reference_is_marked_until_a_draw_leaves_its_path(model, source):
    search = SamplingSearch(draws=8, temperature=3.0)
    drawing, reference = draw(model, source, search), model.reference(source)
    first, second = positions(model, source, search, drawing, 0)[:2]
    assert [token.text for token in first.tokens if token.right] == [reference[0]] and not first.drawn.right
    assert not any(token.right for token in second.tokens)


def test_draws_without_replacement_are_all_different_and_have_no_law_of_independent_draws(model, source):
    drawing = draw(model, source, StochasticBeamSearch(width=15, seed=2))
    assert drawing.count == len(drawing.outputs) == 15
    assert all(math.isnan(one.logp_law) for one in drawing.outputs)


def test_repetition_is_told_worst_first_and_averaged_over_draws(model, source):
    drawing = draw(model, source, SamplingSearch(draws=40, temperature=3.0, seed=1))
    worst = drawing.repeats(1)
    known = [one.share for one in worst if not math.isnan(one.share)]
    assert known == sorted(known, reverse=True) and known[0] > 0
    tokens = worst[0].drawn.tokens
    assert worst[0].share == pytest.approx(1 - len(set(tokens)) / len(tokens))
    passage = worst[0].passage
    assert (
        tokens[passage.first : passage.first + passage.length] == tokens[passage.again : passage.again + passage.length]
    )
    shares = [1 - len(set(o.tokens)) / len(o.tokens) for o in drawing.outputs for _ in o.draws if o.tokens]
    assert drawing.repeated(1) == pytest.approx(sum(shares) / len(shares))


def test_the_pieces_of_the_unit_interval_lie_side_by_side_and_u_is_in_the_one_that_was_drawn(model, source):
    search = SamplingSearch(draws=6, temperature=3.0)
    drawing = draw(model, source, search)
    for index in range(6):
        for step in positions(model, source, search, drawing, index)[:3]:
            pieces, (low, high) = step.pieces(), step.window
            assert [one.before for one in pieces[1:]] == pytest.approx([one.after for one in pieces[:-1]], abs=1e-6)
            assert pieces[0].before <= low + 1e-6 and pieces[-1].after >= high - 1e-6 and len(pieces) < 400
            (one,) = [piece for piece in pieces if piece.drawn]
            assert one.label == step.drawn.text and one.before - 1e-6 <= step.noise < one.after + 1e-6


def test_outputs_are_written_as_lines_of_a_table(model, source):
    drawing = draw(model, source, SamplingSearch(draws=9))
    lines = list(csv.DictReader(io.StringIO(drawing.to_csv().decode())))
    assert [line["output"] for line in lines] == [one.output for one in drawing.outputs]
    assert sum(int(line["draws"]) for line in lines) == 9
