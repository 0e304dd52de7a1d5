"""Tasks about unseen names: what the test holds was never shown, in no vocabulary, and the rules by hand."""

from random import Random

import pytest

from core.data.copying import copyable
from core.data.vocabulary import UNK
from core.tasks.chat import Chat
from core.tasks.question_answering import QuestionAnswering
from core.tasks.sorting_points import SortingPoints
from core.tasks.summary import Summary
from core.tasks.task import held_out
from core.tasks.unseen import NAMES, filled, matched

TASKS = {
    "chat": Chat(), "chat zh": Chat(language="zh"), "chat without known names": Chat(known=0), "summary": Summary(),
    "qa": QuestionAnswering(),
}  # fmt: skip
every_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def foreign(task, example):
    """What no vocabulary holds."""
    return set(task.vocabularies[0].unknown(example.source))


@every_task
def test_names_and_figures_of_the_test_stand_in_no_training_example_and_in_no_vocabulary(task):
    rng = Random(1)
    shown = {token for _ in range(1500) for token in task.draw("train", rng).source}
    for split in ("test", "validation"):
        for example in held_out(task, split, 40):
            own = foreign(task, example)
            assert own and not own & shown, "the words of the sentences are known; names and figures are not"
            assert set(task.vocabularies[1].unknown(example.target)) <= own


@every_task
def test_every_unknown_word_of_an_answer_can_be_copied(task):
    source, target = copyable(task.vocabularies)
    rng = Random(2)
    for example in (task.sample(rng) for _ in range(200)):
        numbers = source.encode_source(example.source).encode(target, example.target)
        assert UNK not in numbers and source.writing(example.source, target).decode(numbers) == list(example.target)


def test_training_shows_known_names_and_others():
    task, rng = Chat(), Random(3)
    known = [not foreign(task, task.draw("train", rng)) for _ in range(400)]
    assert 0.1 < sum(known) / len(known) < 0.5  # both of two names
    assert not any(
        not foreign(TASKS["chat without known names"], TASKS["chat without known names"].draw("train", rng))
        for _ in range(50)
    )
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("task", [Chat(), Chat(language="zh")], ids=["en", "zh"])
def test_names_are_no_words_of_the_sentences(task):
    said = {word for sentences in task.sentences for sentence in sentences for word in sentence.split()}
    assert not said & {name for names in task.names.values() for name in names}
    assert all(len(names) >= 5 for names in task.names.values())


def test_gaps_are_filled_and_found_again():
    assert filled("{a} knows {b} and {a}", {"a": "x", "b": "y"}) == ["x", "knows", "y", "and", "x"]
    assert matched("{a} knows {b} and {a}", ["x", "knows", "y", "and", "x"]) == {"a": "x", "b": "y"}
    assert matched("{a} knows {b} and {a}", ["x", "knows", "y", "and", "z"]) is None
    assert matched("{a} knows", ["x"]) is None


@pytest.mark.parametrize(("task", "said", "answer"), [
    (Chat(), "This is my friend Ada, and I am Zuse.", "nice to meet you both, zuse and ada."),
    (Chat(), "My name is not Ada, my name is Zuse.", "i am sorry, zuse!"),
    (Chat(language="zh"), "我是欧阳，来自北京。", "欢迎你，欧阳！"),
    (Summary(), "The company Zett has published its report. Coffee was served afterwards. It has 3081 people in all its "
     "offices. It will open a new house in Ulm.", "zett: 3081 people, new house in ulm."),
    (QuestionAnswering(), "How much is the lamp? The ball costs 3000 crowns. The lamp is in Ulm. The lamp costs 4000 crowns.", "4000"),
    (SortingPoints(), "9 80 15", "09 15 80"),
])  # fmt: skip
def test_rules_by_hand(task, said, answer):
    assert task.join_target(task.reference(task.tokenize(said))) == answer


@pytest.mark.parametrize("task", [Chat(), Chat(language="zh"), Summary(), QuestionAnswering(), SortingPoints()])
def test_what_is_no_sentence_of_the_task_has_no_reference(task):
    assert task.reference(task.tokenize("colourless green ideas sleep furiously")) is None
