"""Rewards: what they are worth, and what a person's own function may do wrong."""

import itertools
import math
from collections import Counter

import pytest
import torch

from core.data.batch import Example, collate
from core.data.vocabulary import END, PAD, UNK, Vocabulary
from core.errors import DataError, InputError, SettingError
from core.metrics.overlap import SMOOTHINGS, sentence_bleu
from core.models.build import MODELS
from core.runs import checkpoint, status
from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from core.runs.store import find_run
from core.runs.worker import train as work
from core.tasks.copying import Copying
from core.tasks.synonyms import Synonyms
from core.training.events import StepDone
from core.training.objectives import OBJECTIVES
from core.training.reward_file import read_reward
from core.training.rewarded import Reinforce, Rewarded, SelfCritical
from core.training.rewards import REWARDS, Judge
from core.training.settings import TrainingSettings

TASK = Copying()
PAIRS = [(("a", "b"), ("a", "b"))]


def of(name: str, output: str, reference: str) -> float:
    return REWARDS[name](TASK, tuple(output), tuple(reference))


@pytest.fixture
def file(tmp_path):
    """A reward's file with this text."""

    def written(text: str):
        path = tmp_path / "reward.py"
        path.write_text(text, encoding="utf-8")
        return path

    return written


# ---------------------------------------------------------------- the table
@pytest.mark.parametrize("name", REWARDS)
def test_a_right_output_is_worth_one_and_nothing_is_worth_more(name):
    assert of(name, "abcde", "abcde") == pytest.approx(1.0)
    assert 0.0 <= of(name, "abcdx", "abcde") < 1.0 and of(name, "", "abcde") == 0.0
    assert of(name, "xyz", "abcde") == 0.0


def test_rewards_tell_better_from_worse_as_they_say():
    assert of("edits", "abcdx", "abcde") == 0.8 and of("edits", "abcdeff", "abcde") == pytest.approx(5 / 7)
    assert of("exact", "abcd", "abcde") == 0.0
    assert of("bleu", "abcd", "abcde") > of("bleu", "acbd", "abcde") > 0.0
    assert of("edits", "", "") == 1.0


def test_exact_match_is_by_what_the_task_says_is_equally_right():
    right, wording = (tuple(text.split()) for text in ("groß Hund isst", "riesig Köter isst"))
    assert (
        REWARDS["exact"](Synonyms(), wording, right) == 1.0 and REWARDS["exact"](Synonyms(), wording[:2], right) == 0.0
    )


def ngram_bleu(output: str, reference: str, smooth: str) -> float:
    """By its formula, effective order: orders longer than the output are left out."""
    logs, factor = [], 1.0
    for order in range(1, 5):
        mine, theirs = (Counter(zip(*(text[at:] for at in range(order)))) for text in (output, reference))
        total, right = sum(mine.values()), sum((mine & theirs).values())
        if smooth == "add-k" and order > 1:
            right, total = right + 1, total + 1
        if total == 0:
            break
        if right == 0:
            if smooth == "exp":
                factor *= 2
                right = 1 / factor
            elif smooth == "floor":
                right = 0.1
            else:
                return 0.0
        logs.append(math.log(right / total))
    brevity = min(0.0, 1 - len(reference) / len(output))
    return 100 * math.exp(brevity + sum(logs) / len(logs))


@pytest.mark.parametrize("smooth", SMOOTHINGS)
def test_sentence_bleu_is_its_formula(smooth):
    words = [*map("".join, itertools.product("ab", repeat=4)), "a", "ba", "abcab", "ccc"]
    for output, reference in itertools.product(words, words):
        if Counter(output) & Counter(reference):  # without one token in common it is 0 by definition
            expected = ngram_bleu(output, reference, smooth)
            assert sentence_bleu(list(output), list(reference), smooth) == pytest.approx(expected, abs=1e-9), (
                output,
                reference,
            )
        else:
            assert sentence_bleu(list(output), list(reference), smooth) == 0.0


# ---------------------------------------------------------------- from numbers
def test_what_is_judged_ends_at_the_first_end_and_each_pair_is_asked_once():
    words, asked = Vocabulary.of("ab"), []

    def rewarding(pairs):
        asked.extend(pairs)
        return [float(len(output)) for output, _ in pairs]

    a, b = words.encode("ab")
    written = torch.tensor([[[a, b, END, b], [a, b, END, PAD]], [[b, b, b, b], [END, PAD, PAD, PAD]]])
    gold = torch.tensor([[a, END, PAD], [UNK, b, END]])
    given = collate([Example((), ())] * 2, words, words)._replace(target_out=gold)
    assert Judge(rewarding, words)(written, given).tolist() == [[2.0, 2.0], [4.0, 0.0]]
    assert asked == [(("a", "b"), ("a",)), (("b",) * 4, ("<unknown>", "b")), ((), ("<unknown>", "b"))]


# ---------------------------------------------------------------- a person's own
def test_an_own_function_is_asked_with_texts(file):
    path = file("def reward(output, reference):\n    return len(output) + 10 * (output == reference)\n")
    assert read_reward(path, TASK, 5.0)(PAIRS) == [len(TASK.join_target("ab")) + 10.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1/0", "reward.py cannot be run: ZeroDivisionError"),
        ("def rewrad(output, reference): return 1", "has no function reward; write def reward"),
        ("def reward(:", "cannot be run: SyntaxError"),
        ("raise SystemExit(3)", "cannot be run: SystemExit"),
    ],
)
def test_a_file_without_a_reward_is_said_before_anything_is_trained(file, text, words):
    with pytest.raises(DataError, match=words):
        read_reward(file(text), TASK, 1.0)


def test_a_file_that_is_not_there_is_said(tmp_path):
    for name in ("none.py", "notes.txt", "."):
        with pytest.raises(DataError, match=r"is no Python file; give the path of a \.py file"):
            read_reward(tmp_path / name, TASK, 1.0)


BAD = {
    "raise ValueError('no')": "raised ValueError: no; mend the function and resume the run",
    "raise SystemExit": "raised SystemExit",
    "return float('nan')": "gave 'nan', which is no finite number",
    "return 1e400": "gave 'inf', which is no finite number",
    "return '3'": "gave '3', which is no finite number",
    "return None": "gave 'None', which is no finite number",
    "__import__('time').sleep(60)": "did not answer within 0.2 s; make it faster, or allow more with objective.reward_seconds",
}


@pytest.mark.parametrize("body", BAD)
def test_what_an_own_function_does_wrong_is_one_message(file, body):
    own = read_reward(file(f"def reward(output, reference):\n    {body}\n"), TASK, 0.2)
    with pytest.raises(InputError, match=BAD[body]):
        own(PAIRS)


def config(path, **more) -> ExperimentConfig:
    return ExperimentConfig.from_dict({
        "task": {"name": "reverse", "alphabet": 8, "shortest": 2, "longest": 4},
        "model": {"name": "recurrent", "width": 16}, "objective": {"name": "self_critical", "reward_file": str(path), **more},
        "training": {"steps": 9, "batch_size": 4, "evaluate_every": 9, "evaluate_on": 4, "record_every": 0,
                     "checkpoint_every": 500},
    })  # fmt: skip


def test_a_reward_that_fails_ends_the_run_which_keeps_what_it_had_learned(file, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    path = file("calls = []\ndef reward(output, reference):\n    calls.append(1)\n    return 1 / (len(calls) < 20)\n")
    run = create("failing", config(path), own_code=True)
    done = []
    with pytest.raises(InputError, match="raised ZeroDivisionError"):
        done.extend(event.step for event in run_experiment(run, own_code=True) if isinstance(event, StepDone))
    assert done and checkpoint.steps(run) == [done[-1]]
    now = status.read(run)
    assert now.state == "failed" and "ZeroDivisionError" in now.reason and now.step == done[-1]
    path.write_text("def reward(output, reference):\n    return 1.0\n", encoding="utf-8")
    assert list(run_experiment(run, own_code=True))[-1].reason == "done"  # mended, it goes on from there


def test_a_process_that_a_page_started_runs_nobodys_program(file, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    mark = tmp_path / "ran"
    path = file("def reward(output, reference):\n    return 0.0\n")
    run = create("hostile", config(path), own_code=True)  # as a folder from elsewhere
    path.write_text(f"open({str(mark)!r}, 'w')\n", encoding="utf-8")
    refused = r"is a program, and only the command line runs it: attnlab train, with --resume"
    with pytest.raises(SettingError, match=refused):
        work(find_run(run.name))
    assert not mark.exists() and status.read(run).state == "failed"
    with pytest.raises(SettingError, match=refused):
        create("from-a-page", config(path))
    assert not mark.exists()


def test_no_form_offers_a_file_to_run():
    rewarded = [kind for kind in OBJECTIVES.values() if issubclass(kind, Rewarded)]
    assert len(rewarded) == 4
    assert all({"reward_file", "reward_seconds"} == set(kind.typed) for kind in rewarded)


@pytest.mark.parametrize(
    ("objective", "model", "words"),
    [
        (
            SelfCritical(),
            MODELS["recurrent"](alignment="monotonic"),
            "decodes by decisions that have no gradient: choose alignment",
        ),
        (
            Reinforce(draws=1),
            MODELS["recurrent"](),
            "needs other draws of the same source, but draws=1: choose draws=2",
        ),
    ],
)
def test_what_cannot_be_rewarded_is_refused_with_what_would_work(objective, model, words):
    assert words in objective.refusal(TASK, model, TrainingSettings())
    assert (
        objective.refusal(TASK, MODELS["recurrent"](alignment="location"), TrainingSettings()) is None
        or objective.draws == 1
    )
