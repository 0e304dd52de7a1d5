"""The shipped runs: small, whole, made by their recipes, and as good on held-out examples as they are said to be."""

from pathlib import Path

import pytest
import torch

from core.decoding.mask_predict import MaskPredict
from core.metrics.alignment import alignment_error_rate
from core.runs import checkpoint, snapshots, store
from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from core.runs.machines import known_sources
from core.runs.recipes import read_recipe
from core.runs.trained import load
from core.runs.trained_parallel import load_parallel
from core.runs.verification import verify
from core.tasks.task import held_out
from core.training.evaluation import free_run
from core.training.events import Evaluated

RECIPES = Path(__file__).resolve().parents[2] / "assets" / "recipes"
# exact match on held-out examples, running free: what the README says of each
STATED = {"reverse": 1.0, "dates": 0.95, "numbers": 0.95, "pinyin": 0.90, "synonyms": 0.98}
# three ways to write all places at once, and the teacher of one of them: the first is no better, which is its point
PHRASES = {"transformer": 0.98, "parallel": 0.08, "distilled": 0.7, "masked": 0.5}
# names in held-out sentences stand in no vocabulary: who cannot copy says none of them, which is the point
CHAT = {"gru": 0.0, "transformer": 0.0, "pointer": 0.98, "parallel": 0.0}
STATED_OF = {
    **{f"{task}-{model}": share for task, share in STATED.items() for model in ("transformer", "gru")},
    **{f"phrases-{kind}": share for kind, share in PHRASES.items()},
    "parse-transformer": 0.98,
    **{f"chat-{kind}": share for kind, share in CHAT.items()},
}
NAMES = list(STATED_OF)
PARALLEL_PHRASES = ["phrases-parallel", "phrases-distilled", "phrases-masked"]
AT_ONCE = [*PARALLEL_PHRASES, "chat-parallel"]
every_run = pytest.mark.parametrize("name", NAMES)
LARGEST = 1_500_000  # bytes


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))


def test_these_and_no_others_are_shipped():
    shipped = [run.name for run in store.list_runs() if run.read_only]
    assert sorted(shipped) == sorted(NAMES) == sorted(path.stem for path in RECIPES.glob("*.toml"))


@every_run
def test_a_shipped_run_is_small_and_made_by_the_recipe_of_its_name(name):
    run = store.find_run(f"demo/{name}")
    assert sum(path.stat().st_size for path in run.path.rglob("*") if path.is_file()) <= LARGEST
    trained = ExperimentConfig.from_dict(run.config())  # settings that came later have their usual values
    assert trained == read_recipe(RECIPES / f"{name}.toml") == read_recipe(run.path / "recipe.toml")
    assert len(snapshots.steps(run)) >= 10 and snapshots.steps(run)[-1] == run.config()["training"]["steps"]


@every_run
def test_a_shipped_run_decodes_unseen_examples_as_well_as_stated(name):
    opened = load_parallel if name in AT_ONCE else load
    found = opened(f"demo/{name}").evaluate("test", n=500)
    assert found.n >= (150 if name.startswith("phrases") else 450)  # there are no more of these
    assert found.exact_match >= STATED_OF[name]


def test_of_the_runs_that_write_all_at_once_the_plain_one_mixes_and_a_teacher_or_more_passes_heal_it():
    plain, distilled, masked = (load_parallel(f"demo/{name}") for name in PARALLEL_PHRASES)
    right = [one.evaluate("test", n=500).exact_match for one in (plain, distilled, load("demo/phrases-transformer"))]
    passes = [masked.evaluate("test", MaskPredict(passes=count), n=500).exact_match for count in (1, 10)]
    assert right[1] - right[0] >= 0.3 and right[2] >= right[1] and passes[1] - passes[0] >= 0.3


@pytest.mark.parametrize("kind", CHAT)
def test_of_the_runs_that_chat_all_say_known_names_and_only_the_one_that_copies_unknown_ones(kind):
    trained = (load_parallel if kind == "parallel" else load)(f"demo/chat-{kind}")
    task = trained.config.task
    known = known_sources(task, 30)
    right = [trained.output(source) == task.join_target(task.reference(task.tokenize(source))) for source in known]
    unheard = trained.evaluate("test", n=60).exact_match
    assert len(known) == 30 and sum(right) >= 29 and (unheard >= 0.98 if kind == "pointer" else unheard == 0.0)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in AT_ONCE])
def test_a_shipped_run_decodes_alone_as_together_and_its_numbers_can_be_verified(name):
    trained = load(f"demo/{name}")
    sources = [example.source for example in held_out(trained.config.task, "test", 20)]
    together = free_run(trained.model, sources, trained.vocabularies)
    assert together == [free_run(trained.model, [source], trained.vocabularies)[0] for source in sources]
    assert verify(trained, 3).ok


@pytest.mark.slow
@every_run
def test_its_recipe_makes_it_again(name):
    run = create("again", read_recipe(RECIPES / f"{name}.toml"))
    last = [event for event in run_experiment(run) if isinstance(event, Evaluated)][-1]
    assert last.exact_match >= STATED_OF[name] - 0.02  # another machine rounds otherwise
    again, shipped = checkpoint.load(run), checkpoint.load(store.find_run(f"demo/{name}"))
    assert again is not None and shipped is not None and set(again.model) == set(shipped.model)
    assert all(torch.isfinite(tensor).all() for tensor in again.model.values())


def test_the_shipped_transformer_for_reversal_looks_from_the_end_to_the_beginning_in_its_best_head():
    trained = load("demo/reverse-transformer")
    errors: dict[int, list[float]] = {}
    for example in trained.examples.test:
        (matrix,) = trained.matrices(
            trained.config.task.join(example.source), trained.config.task.join(example.target), "*cross*"
        )
        for head in range(matrix.heads):
            rows = matrix.weights[head][: len(example.target), : len(example.source)]
            errors.setdefault(head, []).append(alignment_error_rate(rows, example.alignment))
    assert min(sum(found) / len(found) for found in errors.values()) < 0.1
