"""The claims about norms: their measures by hand, and that what they say shows."""

import math
from dataclasses import replace

import pytest
import torch

from core.claims.claim import Measured
from core.claims.deep_stack import VOCABULARY, gradients, shifted, training
from core.claims.experiment import run
from core.claims.labeling import Learned
from core.claims.power_norm import STATISTICS, PowerNormCause, variation
from core.claims.power_norm import shifted as texts
from core.claims.pre_post import DEPTHS, PrePost
from core.claims.race import Race
from core.claims.wiring import COMPARED, LAYERS, Wiring
from core.seeds import Seeds


def test_each_token_but_the_first_is_asked_for_the_one_before_it():
    batch = shifted(torch.Generator().manual_seed(1))
    assert torch.equal(batch.labels[:, 1:], batch.tokens[:, :-1])
    assert not batch.asked[:, 0].any() and batch.asked[:, 1:].all()


def test_with_depth_the_last_gradient_falls_with_pre_norm_and_not_with_post_norm():
    """The ratio of 24 layers to 2, over three seeds; the paper has √(2/24) = 0.29 and 1."""
    falls = {}
    for place in ("pre", "post"):
        sizes = {
            layers: sum(gradients(place, "layer", layers, Seeds(seed), batches=2)[-1] for seed in range(3))
            for layers in (DEPTHS[0], DEPTHS[-1])
        }
        falls[place] = sizes[DEPTHS[-1]] / sizes[DEPTHS[0]]
    assert falls["pre"] <= 0.65 and falls["post"] >= 0.9


def test_a_gradient_over_several_batches_is_that_of_their_mean():
    alone = gradients("pre", "layer", 2, Seeds(1))
    assert gradients("pre", "layer", 2, Seeds(1), batches=1) == alone
    assert len(alone) == 2 and gradients("pre", "layer", 2, Seeds(1), batches=3) != alone


@pytest.mark.slow
def test_pre_norm_trains_twelve_layers_without_warm_up_and_post_norm_needs_it():
    finding = run(PrePost(), [0])
    assert finding.verdict == "shown" and finding.effect < finding.baseline / 2
    assert finding.baseline > 0.5 * math.log(VOCABULARY)  # it has hardly learned


@pytest.mark.parametrize(
    ("effect", "baseline", "warmed", "deep", "verdict"),
    [
        (0.1, 2.0, 0.2, 0.3, "shown"),
        (0.1, 2.0, 1.5, 0.3, "not shown"),  # warm-up does not help
        (0.1, 2.0, 0.2, 0.9, "not shown"),  # the gradient stays with pre-norm
        (1.5, 2.0, 0.2, 0.3, "not shown"),
        (2.0, 0.5, 0.2, 0.3, "contradicted"),
    ],
)
def test_the_rule_of_pre_post_asks_for_losses_warm_up_and_gradients(effect, baseline, warmed, deep, verdict):
    row = {"part": "gradient", "place": "pre", "layers": DEPTHS[0], "warmup": 0, "loss": None, "gradient": 1.0}
    rows = (
        row,
        row | {"layers": DEPTHS[-1], "gradient": deep},
        row | {"place": "post"},
        row | {"place": "post", "layers": DEPTHS[-1]},
        row | {"part": "end", "warmup": 100, "loss": warmed},
        row | {"part": "end", "loss": baseline},
    )
    assert PrePost().verdict([Measured(effect, baseline, rows)]) == verdict


# ---------------------------------------------------------------- batches
def test_variation_compares_the_mean_with_the_spread_and_the_others_with_themselves():
    batches = torch.tensor([[[0.0], [4.0], [10.0], [1.0]], [[2.0], [4.0], [12.0], [3.0]]], dtype=torch.float64)
    root = math.sqrt(2)
    assert variation(batches) == pytest.approx([root / 2, 0.0, root / 11, root / 2])


def test_a_text_repeats_few_words_and_words_dealt_out_have_the_same_frequencies():
    counts = {}
    for kind in ("text", "dealt"):
        tokens = torch.cat([texts(kind, Seeds(1).generator("x", at)).tokens for at in range(40)])
        full = tokens[(tokens >= 0).all(1)]
        counts[kind] = (tokens == 1).double().mean(), max(len(set(row.tolist())) for row in full)
    assert counts["text"][1] <= 5 < counts["dealt"][1]  # four words, and what stands in pads
    assert counts["text"][0] == pytest.approx(float(counts["dealt"][0]), rel=0.2)


def test_statistics_of_batches_vary_more_in_texts():
    finding = run(PowerNormCause(), [0], budget=0.25)
    assert finding.verdict == "shown"
    of = {(row["tokens"], row["measured"]): row["value"] for row in finding.rows}
    assert finding.effect == of["text", "variance"] and finding.baseline == of["dealt", "variance"]
    assert all(of["text", name] > of["dealt", name] for name in STATISTICS[:3])


# ---------------------------------------------------------------- wirings
def test_the_table_of_wirings_has_losses_parameters_and_a_gradient_for_every_layer():
    finding = run(Wiring(), [0], budget=0.02)
    assert finding.verdict == "not shown"
    for wiring in COMPARED:
        own = [row for row in finding.rows if row["wiring"] == wiring]
        assert [row["layer"] for row in own if row["measured"] == "gradient"] == list(range(1, LAYERS + 1))
        assert all(row["value"] > 0 for row in own) and len(own) == LAYERS + 2


def test_wirings_need_three_seeds_and_a_difference_beyond_their_spread():
    sure, unsure = ([Measured(1.0 - gain, 1.0) for gain in gains] for gains in ([0.1, 0.11, 0.12], [0.3, -0.2, 0.1]))
    assert Wiring().verdict(sure) == "shown"
    assert Wiring().verdict(sure[:2]) == Wiring().verdict(unsure) == "not shown"
    assert Wiring().verdict([replace(one, effect=2.0) for one in sure]) == "not shown"


# ---------------------------------------------------------------- beside each other
def test_trainings_beside_each_other_come_to_what_each_comes_to_alone():
    def begun(place: str):
        return training(place, "layer", 1, Seeds(1), 4, rate=1e-3, warmup=2)

    race = Race({place: begun(place) for place in ("pre", "post")})
    while not race.done:
        race.go_on(0.01)
    assert race.losses == {place: [now.loss for now in begun(place)] for place in ("pre", "post")}


def test_a_training_that_fails_is_out_and_the_others_go_on():
    def failing():
        yield Learned(1, 3.0)
        raise RuntimeError("diverged")

    race = Race({"bad": failing(), "good": iter([Learned(1, 2.0), Learned(2, 1.0)])})
    with pytest.raises(RuntimeError, match="diverged"):
        race.go_on(1.0)
    race.go_on(1.0)
    assert race.done and race.losses == {"bad": [3.0], "good": [2.0, 1.0]}
