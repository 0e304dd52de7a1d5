"""Objectives of models that write all places at once: examples by hand, and CTC against the sum over all fillings."""

from itertools import pairwise, product
from math import exp, log

import pytest
import torch

from core.data.batch import Example, collate
from core.data.vocabulary import Vocabulary
from core.decoding.collapsed import collapse
from core.decoding.greedy import GreedySearch
from core.errors import DataError, SettingError
from core.models.build import MODELS, build
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import create, trainer_of
from core.runs.trained import load
from core.seeds import Seeds
from core.training.ctc import Ctc, marginal
from core.training.distillation import Distilled
from core.training.places import AllPlaces, MaskedFilling

LETTERS = Vocabulary.of("abcdefgh")


def made(**settings):
    small = {"layers": 1, "heads": 2, "width": 16, **settings}
    return build(MODELS["parallel"](**small), LETTERS, LETTERS, Seeds(2))


def batch(*pairs: tuple[str, str]):
    return collate([Example(tuple(source), tuple(target)) for source, target in pairs], LETTERS, LETTERS)


@pytest.mark.parametrize("target", [[], [6], [6, 7], [6, 6], [7, 6, 7]])
@pytest.mark.parametrize("places", [3, 5])
def test_ctc_is_the_sum_over_every_filling_that_collapses_to_the_target(target, places):
    """All 3^places fillings of blank, 6 and 7, weighed one by one."""
    if len(target) + sum(one == other for one, other in pairwise(target)) > places:
        return
    logits = torch.randn(1, places, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(places))
    law = torch.log_softmax(logits, dim=-1)[0]
    total = sum(
        exp(sum(float(law[place, token]) for place, token in enumerate(filled)))
        for filled in product(range(8), repeat=places)
        if list(collapse(filled, 0)) == target
    )
    found = marginal(
        logits, torch.ones(1, places, dtype=torch.bool), torch.tensor([[*target, 2]]), torch.tensor([len(target)]), 0
    )
    assert float(found) == pytest.approx(-log(total), abs=1e-10)


def test_all_outputs_of_ctc_have_probabilities_that_sum_to_one():
    logits = torch.randn(1, 3, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    outputs = {collapse(filled, 0) for filled in product(range(8), repeat=3)}
    valid = torch.ones(1, 3, dtype=torch.bool)
    sums = sum(
        float((-marginal(logits, valid, torch.tensor([[*one, 2]]), torch.tensor([len(one)]), 0)).exp())
        for one in outputs
    )
    assert sums == pytest.approx(1.0, abs=1e-10)


def test_a_target_that_does_not_fit_its_places_is_refused():
    model = made(counting="upsampled", upsampling=1)
    with pytest.raises(
        DataError, match=r"4 tokens, 2 of them equal .* needs 6 places and has 4: raise model.upsampling"
    ):
        Ctc()(model, batch(("abc", "aabb")), 1)
    with pytest.raises(
        DataError, match=r"7 tokens \(<end> counted\) does not fit into 4 places.*raise model.longest=4"
    ):
        AllPlaces()(made(longest=4), batch(("abc", "abcdef")), 1)


def test_all_places_are_weighed_with_nothing_shown():
    model = made()
    given = batch(("abc", "cba"), ("a", "a"))
    with torch.no_grad():
        terms, law = AllPlaces()(model, given, 1).terms, torch.log_softmax(model(given), dim=-1)
        lengths = model.length_law(model.encode(given.source, given.source_valid))
    picked = law.gather(2, given.target_out[:, :, None])[:, :, 0]
    assert float(terms["likelihood"]) == pytest.approx(float(-picked[given.target_valid].mean()), abs=1e-5)
    assert float(terms["length"]) == pytest.approx(float(-(lengths[0, 4] + lengths[1, 2]) / 2), abs=1e-6)


def test_places_behind_the_end_count_nothing():
    model = made(counting="end")
    given = batch(("abc", "cba"))
    spread = model.spread(given)
    assert spread.valid.shape == (1, 18) and int(spread.counted.sum()) == 4
    with torch.no_grad():
        terms, law = AllPlaces()(model, given, 1).terms, torch.log_softmax(model(given), dim=-1)[0, :4]
    assert set(terms) == {"likelihood"}
    law = law.gather(1, given.target_out[0, :, None])
    assert float(terms["likelihood"]) == pytest.approx(float(-law.mean()), abs=1e-5)


def test_only_emptied_places_are_weighed_and_the_others_are_shown(monkeypatch):
    model, objective = made(), MaskedFilling(Seeds(1))
    given, shown = batch(("abcdefg", "gfedcba"), ("abc", "cba")), []
    decode = model.decoder.forward
    monkeypatch.setattr(model.decoder, "forward", lambda tokens, *rest: shown.append(tokens) or decode(tokens, *rest))
    for step in range(1, 60):
        objective(model, given, step)
        hidden = objective.hidden(given, given.target_valid, step)
        assert torch.equal(shown[-1].masked_fill(hidden, 0), given.target_out.masked_fill(hidden, 0))
        assert bool((shown[-1][hidden] == model.mask).all()) and not bool((hidden & ~given.target_valid).any())
    counts = [int(objective.hidden(given, given.target_valid, step)[0].sum()) for step in range(1, 60)]
    assert set(counts) == set(range(1, 9))  # from one place to all eight, <end> among them


def test_what_is_emptied_depends_on_no_other_example():
    objective = MaskedFilling(Seeds(1))
    both, alone = batch(("ab", "bac"), ("abc", "cbaabc")), batch(("ab", "bac"))
    together = objective.hidden(both, both.target_valid, 3)[0, :4]
    assert torch.equal(together, objective.hidden(alone, alone.target_valid, 3)[0])


def test_a_distilled_objective_weighs_what_the_teacher_writes_and_asks_it_once():
    trained = load("demo/reverse-transformer")
    own, distilled = trained.vocabularies, Distilled(AllPlaces(), trained.model, GreedySearch())
    words = ["attention", "decoders", "attention"]
    given = collate([Example(tuple(word), ("z",)) for word in words], *own)
    taught = distilled.taught(given)
    lengths = taught.target_valid.sum(1) - 1
    written = [own[1].decode(row[:length]) for row, length in zip(taught.target_out.tolist(), lengths.tolist())]
    assert ["".join(one) for one in written] == [word[::-1] for word in words]
    assert torch.equal(taught.source, given.source) and taught.target_in[:, 0].tolist() == [own[1].begin] * 3
    distilled._stepped = None  # whoever is asked again fails
    assert torch.equal(distilled.taught(given).target_out, taught.target_out)


def distilling(task: dict, **objective) -> ExperimentConfig:
    return ExperimentConfig.from_dict({
        "task": task, "model": {"name": "parallel", "layers": 1, "heads": 2, "width": 16},
        "objective": {"name": "distillation", **objective}, "training": {"steps": 3, "batch_size": 4, "evaluate_on": 4},
    })  # fmt: skip


def test_distillation_is_refused_where_the_words_differ_before_there_is_a_run(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    with pytest.raises(SettingError, match="demo/dates-gru cannot teach this training: the source words differ"):
        create("pupil", distilling({"name": "reverse"}, teacher="demo/dates-gru"))
    assert list_runs_of(tmp_path) == []


def list_runs_of(home) -> list[str]:
    folder = home / "runs"
    return [one.name for one in folder.iterdir()] if folder.exists() else []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"objective.teacher": " "}, "learns from a trained run: name it with objective.teacher"),
        ({"objective.of": "ctc"}, "objective=distillation does not go with counting=lengths.* counting=upsampled"),
        ({"training.guidance": 1.0}, "guidance=1 has no diagonal"),
        ({"objective.name": "likelihood"}, "model=parallel sees none: choose objective=all_places or masked_filling"),
        ({"objective.name": "ctc"}, "objective=ctc does not go with counting=lengths"),
        (
            {"model.counting": "upsampled", "objective.of": "ctc", "training.label_smoothing": 0.1},
            "no smoothed targets",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_with_what_would_work(changes, says):
    config = distilling({"name": "reverse"}, teacher="demo/reverse-transformer")
    with pytest.raises(SettingError, match=says):
        config.changed(changes)


def test_a_distilled_training_repeats_itself_to_the_bit():
    config = distilling({"name": "reverse"}, teacher="demo/reverse-transformer", writes="beam")
    one, other = (trainer_of(config, Examples.of(config.task)) for _ in range(2))
    losses = [[event.loss for event in trainer.events() if event.kind == "step"] for trainer in (one, other)]
    assert losses[0] == losses[1] and len(losses[0]) == 3
    plain = trainer_of(config.changed({"objective.name": "all_places"}), Examples.of(config.task))
    assert [event.loss for event in plain.events() if event.kind == "step"] == pytest.approx(losses[0], rel=1e-6)
