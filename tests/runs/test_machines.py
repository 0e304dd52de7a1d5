"""One source, four machines, on the shipped runs: what is told is what each model gives, and strangers are refused."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core.errors import InputError, RunError
from core.runs import store
from core.runs.machines import MACHINES, answer, kind_of, known_sources, refuse_strangers
from core.runs.store import find_run
from core.tasks.chat import Chat
from core.tasks.phrases import Phrases

UNSEEN = "Hello, my name is Zorblax Quirin."


@pytest.fixture(scope="module")
def machines():
    return {name: (core.load_parallel if name == "at_once" else core.load)(one.usual) for name, one in MACHINES.items()}


@pytest.fixture(scope="module")
def answers(machines):
    return {name: answer(one, UNSEEN, name) for name, one in machines.items()}


def test_every_shipped_run_is_one_of_the_four():
    found = {run.name: kind_of(run) for run in store.list_runs() if run.read_only}
    assert found["dates-gru"] == "recurrent" and found["dates-transformer"] == "transformer"
    assert found["chat-pointer"] == "copying" and found["phrases-masked"] == "at_once"
    assert None not in found.values() and all(
        found[one.usual.removeprefix("demo/")] == name for name, one in MACHINES.items()
    )


def test_only_the_one_that_copies_can_say_a_name_nobody_has_heard(answers):
    assert {name for name, one in answers.items() if one.told.right} == {"copying"}
    assert answers["copying"].told.output == "hello zorblax, nice to meet you."
    assert all(one.unseen == ("zorblax", "quirin") for one in answers.values())
    assert {name for name, one in answers.items() if one.p_gen is not None} == {"copying"}
    at = answers["copying"].written.index("zorblax")
    assert (
        answers["copying"].copied[at] > 0.99 and answers["copying"].rows[at].argmax() == 5
    )  # hello , my name is zorblax


def test_a_name_that_all_have_learned_all_can_say(machines):
    (source,) = known_sources(machines["copying"].config.task, 1)
    assert all(answer(one, source, name).told.right for name, one in machines.items())


def test_each_has_a_row_for_every_word_and_says_where_it_looked(machines, answers):
    for name, one in answers.items():
        assert one.written[-1] == "<end>" and one.told.output == machines[name].output(UNSEEN)
        assert one.rows.shape == (len(one.written), 9) and len(one.sure) == len(one.copied) == len(one.written)
        assert one.rows.sum(axis=1) == pytest.approx(1, abs=1e-4) and one.milliseconds > 0
        assert ((one.sure > 0) & (one.sure <= 1)).all()
    assert [one.told.calls for one in answers.values()] == [9, 9, 9, 1]


def test_rows_of_the_usual_ones_are_the_last_layers_attention(machines, answers):
    for name in ("recurrent", "transformer"):
        matrix = machines[name].matrices(UNSEEN, only="*cross*")[-1]
        assert answers[name].rows == pytest.approx(matrix.mean(), abs=1e-5)


def test_where_places_are_written_again_a_row_is_of_the_pass_that_wrote_it():
    masked, source = core.load_parallel("demo/phrases-masked"), "thanks hello never"
    one = answer(masked, source, "masked")
    passes = masked.attention(source, only="decoder*cross*")
    assert one.told.calls == len(passes) > 1
    for place in range(len(one.written)):
        last = max(at for at, stage in enumerate(one.told.stages) if stage.written[place])
        assert one.rows[place] == pytest.approx(passes[last][-1].mean()[place])
    first = np.stack([found[-1].mean() for found in passes])[0]
    assert np.abs(one.rows - first).max() > 1e-3  # some were written again


def test_machines_of_another_task_or_of_other_words_are_refused(machines):
    refuse_strangers(machines)
    with pytest.raises(
        RunError, match=r"demo/phrases-parallel cannot .*: its task is phrases, not chat; choose four runs"
    ):
        refuse_strangers({**machines, "at_once": core.load_parallel("demo/phrases-parallel")})
    first = machines["transformer"]
    fewer = replace(first, config=replace(first.config, task=Chat(known=10)))
    with pytest.raises(
        RunError, match=r"demo/chat-transformer cannot answer beside demo/chat-gru: the source words differ"
    ):
        refuse_strangers({**machines, "transformer": fewer})


def test_a_source_that_cannot_be_read_is_refused(machines):
    for one in machines.values():
        with pytest.raises(InputError, match="the source is empty"):
            answer(one, " ", "")


def test_known_sources_have_known_words_only():
    task = Chat()
    found = known_sources(task, 6)
    assert len(set(found)) == 6 and not any(task.vocabularies[0].unknown(task.tokenize(one)) for one in found)
    assert known_sources(Phrases(), 6) == []


def test_a_damaged_run_has_no_kind(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    (tmp_path / "runs" / "broken").mkdir(parents=True)
    (tmp_path / "runs" / "broken" / "config.json").write_text('{"schema": "attnlab/run/1", "model": "gru"}')
    assert kind_of(find_run("broken")) is None
