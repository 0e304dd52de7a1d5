"""The loop: deterministic, resumable to the bit, obedient; and the run folder that keeps it."""

import pytest
import torch

from core.errors import RunError, SettingError
from core.runs import checkpoint, controls, journal, snapshots, status, store
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import create, run_experiment, trainer_of
from core.runs.trained import load
from core.training.events import Changed, Evaluated, Finished, Snapshot, StepDone
from core.training.schedules import SCHEDULES


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))


def small(**training) -> ExperimentConfig:
    return ExperimentConfig.from_dict({
        "task": {"name": "reverse", "shortest": 2, "longest": 4, "alphabet": 6},
        "model": {"name": "transformer", "layers": 1, "heads": 2, "width": 16, "dropout": 0.2},
        "training": {"steps": 12, "batch_size": 8, "evaluate_every": 6, "evaluate_on": 8, "record_every": 4,
                     "checkpoint_every": 5, **training},
    })  # fmt: skip


def weights(model: torch.nn.Module) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in model.state_dict().values()]


def test_the_same_seed_trains_the_same_weights_and_another_does_not():
    results = []
    for seed in (1, 1, 2):
        config = small().changed({"seed": seed})
        trainer = trainer_of(config, Examples.of(config.task))
        list(trainer.events())
        results.append(weights(trainer.model))
    assert all(torch.equal(a, b) for a, b in zip(results[0], results[1]))
    assert any(not torch.equal(a, b) for a, b in zip(results[0], results[2]))


@pytest.mark.parametrize("model", ["transformer", "recurrent"])
@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_resuming_gives_the_very_same_weights_as_never_having_stopped(model, optimizer):
    data = small(optimizer=optimizer, weight_decay=0.1).to_dict()
    data["model"] = {
        "name": model,
        "width": 16,
        "dropout": 0.2,
        "layers": 2,
        **({"heads": 2} if model == "transformer" else {}),
    }
    config = ExperimentConfig.from_dict(data)
    list(run_experiment(create("whole", config)))
    run = create("parts", config)
    for event in run_experiment(run):
        if isinstance(event, StepDone) and event.step == 7:
            break  # the last checkpoint is of step 5: two steps are lost and done again
    resumed = list(run_experiment(run))
    assert isinstance(resumed[0], Changed) and resumed[0].step == 5
    for one, other in zip(weights(load("whole").model), weights(load("parts").model)):
        assert torch.equal(one, other)
    both = [
        [e.loss for e in journal.rewind(journal.read(store.find_run(n))[0]) if isinstance(e, StepDone)]
        for n in ("whole", "parts")
    ]
    assert both[0] == both[1] and len(both[0]) == 12


def test_a_run_records_its_events_snapshots_and_status():
    run = create("one", small())
    events = list(run_experiment(run))
    assert [type(event) for event in events if not isinstance(event, StepDone)] == [
        Snapshot, Snapshot, Evaluated, Snapshot, Snapshot, Evaluated, Finished,
    ]  # fmt: skip
    assert snapshots.steps(run) == [0, 4, 8, 12]
    assert status.read(run).state == "done" and checkpoint.steps(run) == [5, 10, 12]
    assert [e.kind for e in journal.read(run)[0]] == [e.kind for e in events]
    for matrix in snapshots.read(run, 12):
        assert matrix.weights.sum(-1) == pytest.approx(1.0, abs=1e-2)


def test_stop_keeps_what_was_learned_and_a_changed_rate_is_used_and_survives_resuming():
    run = create("asked", small(schedule="constant", warmup=0, learning_rate=0.01))
    seen = []
    for event in run_experiment(run):
        seen.append(event)
        if isinstance(event, StepDone) and event.step == 2:
            controls.send(run, "learning_rate", 0.002)
        if isinstance(event, StepDone) and event.step == 6:
            controls.send(run, "stop")
    rates = {event.step: event.learning_rate for event in seen if isinstance(event, StepDone)}
    assert rates[2] == 0.01 and rates[4] == pytest.approx(0.002) and max(rates) in (6, 7)
    assert status.read(run).state == "stopped" and load("asked").step == max(rates)
    more = [event for event in run_experiment(run) if isinstance(event, StepDone)]
    assert more[0].learning_rate == pytest.approx(0.002) and more[-1].step == 12


def test_a_stop_on_a_step_that_is_due_loses_neither_its_snapshot_nor_its_evaluation():
    run = create("due", small(evaluate_every=6, record_every=6))
    for event in run_experiment(run):
        if isinstance(event, StepDone) and event.step == 6:
            controls.send(run, "stop")
    stopped = status.read(run).step
    list(run_experiment(run))
    events = journal.rewind(journal.read(run)[0])
    assert stopped in (6, 7) and snapshots.steps(run) == [0, 6, 12]
    assert [event.step for event in events if isinstance(event, Evaluated)] == [6, 12]


def test_recording_changes_no_weight():
    finals = []
    for every in (0, 2):
        config = small(record_every=every)
        trainer = trainer_of(config, Examples.of(config.task))
        list(trainer.events())
        finals.append(weights(trainer.model))
    assert all(torch.equal(a, b) for a, b in zip(*finals))


def test_what_is_learned_beside_the_model_moves_none_of_its_weights_by_itself_and_is_kept_with_the_optimizer():
    """A learned baseline begins at zero: the first step is that of no baseline, however hard gradients are clipped."""
    found = {}
    for baseline in ("none", "learned"):
        config = small(steps=2, clip=0.01).changed({"objective.name": "reinforce", "objective.baseline": baseline})
        trainer = trainer_of(config, Examples.of(config.task))
        events = trainer.events()
        done = next(event for event in events if isinstance(event, StepDone))
        found[baseline] = trainer, done.gradient_norm, {k: v.clone() for k, v in trainer.model.state_dict().items()}
    (plain, norm, weights), (learned, same, others) = found["none"], found["learned"]
    assert norm == same > 0.01 and all(torch.equal(one, others[name]) for name, one in weights.items())
    model, optimizer, state = learned.state()
    assert model.keys() == plain.state()[0].keys() and "beside" not in plain.state()[1]
    assert bool(optimizer["beside"]["slope"].any()) and bool(optimizer["beside"]["level"].any())
    with pytest.raises(RunError, match="was kept for"):
        plain.restore(model, optimizer, state)


def test_two_trainings_of_one_run_at_once_are_refused():
    run = create("busy", small())
    first = run_experiment(run)
    next(first)
    with pytest.raises(RunError, match="busy is being trained by process"):
        next(run_experiment(run))
    first.close()


def test_weights_alone_can_be_read_but_not_trained_further():
    run = create("light", small())
    trainer = trainer_of(small(), Examples.of(small().task))
    checkpoint.save_compact(run, 3, trainer.model.state_dict())
    assert load("light").step == 3
    with pytest.raises(RunError, match="weights alone"):
        list(run_experiment(run))
    assert status.read(run).state == "failed"


def kept_apart(found: checkpoint.Checkpoint) -> tuple[dict, dict, dict]:
    """A checkpoint as version 0.1 wrote it: three matrices where there is one now, in the optimizer too."""
    model, optimizer, facts = {}, {}, found.state["optimizer"]
    for at, (name, tensor) in enumerate(found.model.items()):
        parts = "query", "key", "value"
        joined = name.endswith("w_query_key_value.weight")
        names = [name.replace("query_key_value", part) for part in parts] if joined else [name]
        for place, (own, third) in enumerate(zip(names, tensor.chunk(len(names)))):
            for kind in ("exp_avg", "exp_avg_sq", "step"):
                value = found.optimizer[f"{at}.{kind}"]
                optimizer[f"{len(model)}.{kind}"] = value.chunk(len(names))[place] if value.dim() else value
            model[own] = third
    facts["groups"][0]["params"] = list(range(len(model)))
    facts["plain"] = {str(at): {} for at in range(len(model))}
    return model, optimizer, {**found.state, "optimizer": facts}


def test_a_checkpoint_of_three_matrices_is_read_and_says_in_one_sentence_that_it_cannot_be_trained_further():
    run = create("old", small(steps=6))
    list(run_experiment(run))
    found = checkpoint.load(run)
    checkpoint.save(run, 6, *kept_apart(found))
    read = load("old").model.state_dict()
    assert set(read) == set(found.model) and all(torch.equal(read[name], found.model[name]) for name in read)
    with pytest.raises(RunError, match=r"kept for 38 weights and this model has 32: .* not trained further"):
        list(run_experiment(run))


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_every_schedule_rises_in_the_warm_up_and_stays_within_its_bounds(schedule):
    factors = [schedule(step, 10, 100) for step in range(1, 121)]
    assert factors[:10] == sorted(factors[:10]) and max(factors) == pytest.approx(1.0) and min(factors) > 0


def losses_of(*names: str) -> list[list[tuple[float, dict[str, float]]]]:
    """Loss and terms of every step that stands."""
    return [
        [
            (event.loss, event.terms)
            for event in journal.rewind(journal.read(store.find_run(name))[0])
            if isinstance(event, StepDone)
        ]
        for name in names
    ]


def test_guidance_of_strength_0_changes_nothing_and_of_another_it_is_a_term_of_the_loss():
    trained = {}
    for name, training in (
        ("plain", {}),
        ("zero", {"guidance": 0.0, "guidance_heads": "1"}),
        ("five", {"guidance": 5.0}),
    ):
        list(run_experiment(create(name, small(**training))))
        trained[name] = weights(load(name).model)
    assert all(torch.equal(one, other) for one, other in zip(trained["plain"], trained["zero"]))
    assert any(not torch.equal(one, other) for one, other in zip(trained["plain"], trained["five"]))
    plain, zero, five = losses_of("plain", "zero", "five")
    assert plain == zero and all(list(terms) == ["likelihood"] for _, terms in plain)
    assert all(loss == pytest.approx(sum(terms.values())) and terms["guidance"] > 0 for loss, terms in five)
    assert five[0][1]["likelihood"] == plain[0][1]["likelihood"]  # the same weights, batch and chance


@pytest.mark.parametrize("model", [{"name": "transformer", "heads": 2, "layers": 2}, {"name": "recurrent"}])
def test_guidance_switched_on_and_off_while_it_runs_is_answered_and_resuming_is_bit_for_bit(model):
    data = small(guidance=0.0).to_dict()
    data["model"] = {"width": 16, "dropout": 0.2, **model}

    def asked(name, leave_at):
        run = store.find_run(name)
        for event in run_experiment(run):
            if isinstance(event, StepDone) and event.step in (3, 9):
                controls.send(run, "guidance", 4.0 if event.step == 3 else 0.0)
            if isinstance(event, StepDone) and event.step == leave_at:
                break

    for name in ("whole", "parts"):
        create(name, ExperimentConfig.from_dict(data))
    asked("whole", leave_at=None)
    asked("parts", leave_at=7)  # the last checkpoint is of step 5: guidance is on there
    asked("parts", leave_at=None)
    assert all(torch.equal(a, b) for a, b in zip(weights(load("whole").model), weights(load("parts").model)))
    whole, parts = losses_of("whole", "parts")
    assert whole == parts
    guided = [step for step, (_, terms) in enumerate(whole, start=1) if "guidance" in terms]
    assert guided and set(guided) <= set(range(4, 11)) and len(guided) >= 5
    said = [event for event in journal.read(store.find_run("whole"))[0] if isinstance(event, Changed)]
    assert [(event.what, event.value) for event in said] == [("guidance", 4.0), ("guidance", 0.0)]


def test_a_checkpoint_of_before_there_was_guidance_is_trained_further_as_its_settings_say():
    run = create("older", small())
    for event in run_experiment(run):
        if isinstance(event, StepDone) and event.step == 6:
            break
    found = checkpoint.load(run)
    state = {name: value for name, value in found.state.items() if not name.startswith("guidance")}
    assert len(state) == len(found.state) - 2
    checkpoint.save(run, 5, found.model, found.optimizer, state)
    list(run_experiment(run))
    list(run_experiment(create("newer", small())))
    assert all(torch.equal(a, b) for a, b in zip(weights(load("older").model), weights(load("newer").model)))


def test_a_configuration_of_before_there_was_guidance_is_read_and_guides_nothing():
    data = small().to_dict()
    data["training"] = {name: value for name, value in data["training"].items() if not name.startswith("guidance")}
    assert ExperimentConfig.from_dict(data) == small() and small().training.guidance == 0


@pytest.mark.parametrize(
    ("setting", "words"), [({"guidance_heads": "3"}, "asks for number 3, but this model has 2"),
                           ({"guidance_layers": "2"}, "asks for number 2, but this model has 1"),
                           ({"guidance_layers": "top"}, "is not understood"), ({"guidance": -1}, "out of range")],
)  # fmt: skip
def test_guidance_that_cannot_be_is_refused_before_a_run_exists(setting, words):
    with pytest.raises(SettingError, match=words):
        small(**setting)
