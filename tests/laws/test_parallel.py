"""Laws of models that write all places at once: what holds for every way of counting places, every input, every decoding."""

import pytest
import torch

from core.data.batch import Batch, collate
from core.decoding.all_places import AbstractAllPlaces, write
from core.decoding.collapsed import Collapsed
from core.decoding.mask_predict import AtOnce, MaskPredict
from core.models.build import MODELS, build
from core.models.parallel_decoder import ParallelTransformer
from core.parallel_model import PREDICTED, UPSAMPLED, ParallelModel
from core.recording.recorder import Recorder
from core.runs.catalog import DECODINGS
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import create, run_experiment, trainer_of
from core.runs.recipes import read_recipe, write_recipe
from core.runs.trained_parallel import load_parallel
from core.seeds import Seeds
from core.training.events import StepDone
from core.training.objectives import OBJECTIVES
from tests.laws.models import LETTERS, WORDS, pairs, widen

_SMALL = {"layers": 2, "heads": 2, "width": 16, "longest": 48}
CHOICES = {
    f"parallel-{counting}-{inputs}": MODELS["parallel"](**_SMALL, counting=counting, inputs=inputs)
    for counting in (*PREDICTED, "end", UPSAMPLED)
    for inputs in ("positions", "copied")
} | {"parallel-post-learned": MODELS["parallel"](**_SMALL, norm="post", positions="learned")}
FITTING = {
    f"{name} {how.name} {getattr(how, 'passes', 1)}": (name, how)
    for name, settings in CHOICES.items()
    for how in ((Collapsed(),) if settings.counting == UPSAMPLED else (AtOnce(), MaskPredict(passes=3)))
}
TRAINED = [
    ("all_places", "differences"),
    ("all_places", "end"),
    ("masked_filling", "lengths"),
    ("ctc", UPSAMPLED),
    ("distillation", "lengths"),
]


def made(name: str, seed: int = 1) -> ParallelTransformer:
    return build(CHOICES[name], LETTERS, LETTERS, Seeds(seed)).eval()


def encoded(words: list[str]) -> list[list[int]]:
    return [LETTERS.encode_source(tuple(word)) for word in words]


def batch(words: list[str]) -> Batch:
    return collate(pairs(words), LETTERS, LETTERS)


def test_every_decoding_and_objective_is_under_these_laws():
    assert {how.name for _, how in FITTING.values()} == set(DECODINGS)
    assert {name for name, kind in OBJECTIVES.items() if kind().countings} == {name for name, _ in TRAINED}


@pytest.mark.parametrize("settings", CHOICES.values(), ids=CHOICES)
def test_it_is_what_decodings_know(settings):
    assert isinstance(build(settings, LETTERS, LETTERS, Seeds(1)), ParallelModel)


@pytest.mark.parametrize("name", CHOICES)
def test_padding_changes_nothing(name):
    model, given = made(name), batch(WORDS)
    wider = widen(given, 3)
    valid = model.spread(given).valid
    with torch.no_grad():
        torch.testing.assert_close(model(given)[valid], model(wider)[:, : valid.shape[1]][valid], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", CHOICES)
def test_no_place_knows_what_another_holds(name):
    """Other targets of the same lengths change no distribution: nothing of them is shown."""
    model, given = made(name), batch(WORDS)
    other = given.target_out.where(given.target_out < 6, 6 + (given.target_out + 1) % 8)
    assert not torch.equal(other, given.target_out)
    with torch.no_grad():
        assert torch.equal(model(given), model(given._replace(target_out=other)))


@pytest.mark.parametrize("name", CHOICES)
def test_recording_changes_nothing(name):
    model, given = made(name), batch(WORDS)
    with torch.no_grad():
        plain = model(given)
        with Recorder(model, level="full") as recorder:
            watched = model(given)
    assert torch.equal(plain, watched)
    for path in recorder.paths:
        sums = recorder.tensor(path).sum(-1)
        torch.testing.assert_close(sums, torch.ones_like(sums), atol=1e-5, rtol=0)
        torch.testing.assert_close(recorder.derived(path), recorder.tensor(path, "tap_context"), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", CHOICES)
def test_every_place_sees_every_other(name):
    """There is no causal mask: the first place looks at the last."""
    model, given = made(name), batch(["abcdefg"])
    with torch.no_grad(), Recorder(model, "decoder*self*") as recorder:
        model(given)
    assert all(bool((recorder.tensor(path)[0, :, 0, -1] > 0).all()) for path in recorder.paths)


@pytest.mark.parametrize("case", FITTING)
def test_items_together_are_decoded_as_one_by_one(case):
    name, how = FITTING[case]
    model = made(name)
    together = write(how, model, encoded(WORDS))
    for word, one in zip(WORDS, together):
        alone = write(how, model, encoded([word]))[0]
        assert (one.output, one.places, one.calls) == (alone.output, alone.places, alone.calls)
        assert one.logp == pytest.approx(alone.logp, abs=1e-4)


@pytest.mark.parametrize("case", FITTING)
def test_a_pass_is_one_call_of_the_decoder_whatever_the_length(case, monkeypatch):
    name, how = FITTING[case]
    model, calls = made(name), []
    decode = model.decoder.forward
    monkeypatch.setattr(model.decoder, "forward", lambda *given: calls.append(1) or decode(*given))
    for word in ("a", "abcdefgh"):
        calls.clear()
        (one,) = write(how, model, encoded([word]))
        assert one.calls == len(one.passes) == len(calls) <= getattr(how, "passes", 1)


@pytest.mark.parametrize("name", [name for name, one in CHOICES.items() if one.counting in PREDICTED])
def test_the_numbers_of_places_have_probabilities_that_sum_to_one(name):
    model = made(name)
    law = model.lengths(model.read(encoded(WORDS))).exp()
    torch.testing.assert_close(law.sum(-1), torch.ones(len(WORDS)))
    assert not law[:, 0].any()


@pytest.mark.parametrize(("name", "counting"), TRAINED)
def test_pads_change_no_term_and_no_gradient(name, counting):
    found, (config, examples) = [], _configured(name, counting)
    for given in (batch(WORDS), widen(batch(WORDS), 3)):
        trainer = trainer_of(config, examples)
        model = trainer.model.eval()
        terms = trainer.objective(model, given, 5).terms
        torch.stack(list(terms.values())).sum().backward()
        found.append((terms, {at: one.grad for at, one in model.named_parameters() if one.grad is not None}))
    (terms, gradients), (wider_terms, wider) = found
    for part, term in terms.items():
        torch.testing.assert_close(term, wider_terms[part], atol=1e-5, rtol=1e-5)
    for at, gradient in gradients.items():
        torch.testing.assert_close(gradient, wider[at], atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize(("name", "counting"), TRAINED)
def test_a_resumed_training_equals_one_that_never_stopped(name, counting, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    config, examples = _configured(name, counting)
    whole = trainer_of(config, examples)
    list(whole.events())
    run = create("parts", config)
    for event in run_experiment(run):
        if isinstance(event, StepDone) and event.step == 7:
            break  # the last checkpoint is of step 5: two steps are lost and done again
    list(run_experiment(run))
    parts = load_parallel("parts").model.state_dict()
    assert all(torch.equal(one, parts[at]) for at, one in whole.model.state_dict().items())
    path = tmp_path / "recipe.toml"
    path.write_text(write_recipe(config), encoding="utf-8")
    assert ExperimentConfig.from_dict(config.to_dict()) == config == read_recipe(path)


def _configured(name: str, counting: str) -> tuple[ExperimentConfig, Examples]:
    config = ExperimentConfig.from_dict({
        "task": {"name": "reverse"},
        "model": {"name": "parallel", **_SMALL, "counting": counting, "dropout": 0.2},
        "objective": {"name": name, **({"teacher": "demo/reverse-transformer"} if name == "distillation" else {})},
        "training": {"steps": 8, "batch_size": 4, "evaluate_every": 4, "evaluate_on": 4, "record_every": 4,
                     "checkpoint_every": 5},
    })  # fmt: skip
    return config, Examples.of(config.task)


def test_every_decoding_has_its_own_settings_back():
    for kind in DECODINGS.values():
        assert issubclass(kind, AbstractAllPlaces)
        assert kind.from_dict(kind().to_dict()) == kind()
