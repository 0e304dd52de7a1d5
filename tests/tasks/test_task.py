"""What holds for every task of the table."""

from pathlib import Path
from random import Random

import pytest

from core.data.batch import collate
from core.data.vocabulary import UNK
from core.errors import SettingError
from core.settings import declarations
from core.tasks.table import TASKS
from core.tasks.task import SPLITS, AbstractTask, held_out, split_of
from tests.spoken import folder_of_speech


@pytest.fixture(scope="module")
def table_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand pairs with few different characters, so that training texts show them all."""
    rng = Random(5)
    path = tmp_path_factory.mktemp("text") / "pairs.tsv"
    sentences = sorted({" ".join("".join(rng.choices("abcdef", k=3)) for _ in range(3)) for _ in range(1000)})
    path.write_text("\n".join(f"{sentence}\t{sentence[::-1]}" for sentence in sentences), "utf-8")
    return path


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough recordings that each split has twenty."""
    return folder_of_speech(tmp_path_factory.mktemp("speech"), 700)


@pytest.fixture(scope="module", params=TASKS)
def task(request: pytest.FixtureRequest, table_file: Path, speech: Path) -> AbstractTask:
    settings = {"text": {"path": str(table_file)}, "asr": {"folder": str(speech)}}
    return TASKS[request.param].from_dict(settings.get(request.param, {}))


def test_the_same_generator_draws_the_same_examples(task):
    first, second = Random(7), Random(7)
    assert [task.sample(first) for _ in range(20)] == [task.sample(second) for _ in range(20)]


def test_splits_share_no_source(task):
    sources = {split: {example.source for example in held_out(task, split, 40)} for split in ("validation", "test")}
    rng = Random(2)
    sources["train"] = {task.draw("train", rng).source for _ in range(2000)}
    assert all(len(found) >= 20 for found in sources.values())
    assert len(set.union(*sources.values())) == sum(len(found) for found in sources.values())


def test_a_split_holds_only_what_its_hash_says(task):
    rng = Random(3)
    for split in SPLITS:
        assert {split_of(task.held_out_by(task.draw(split, rng))) for _ in range(20)} == {split}


def test_held_out_examples_are_always_the_same_and_never_twice(task):
    first, second = held_out(task, "test", 30), held_out(task, "test", 30)
    assert first == second
    assert len({example.source for example in first}) == 30


def test_vocabularies_hold_every_token(task):
    rng = Random(4)
    batch = collate([task.sample(rng) for _ in range(1500)], *task.vocabularies)
    unknown = (batch.target_out == UNK).any()  # what is heard has no numbers
    unread = not batch.source.is_floating_point() and (batch.source == UNK).any()
    assert (bool(unknown), bool(unread)) == (task.unseen, task.unseen)


def test_vocabularies_are_built_the_same_again(task):
    assert task.build_vocabularies() == task.vocabularies


def test_an_alignment_gives_each_target_position_one_source_position(task):
    rng = Random(6)
    for example in (task.sample(rng) for _ in range(200)):
        if not task.known_alignment:
            assert example.alignment is None
            continue
        targets, sources = zip(*example.alignment)
        assert targets == tuple(range(len(example.target)))
        assert set(sources) <= set(range(len(example.source)))


def test_tokens_survive_being_joined_and_cut_again(task):
    rng = Random(8)
    for example in (task.sample(rng) for _ in range(200)):
        assert tuple(task.tokenize(task.join(example.source))) == example.source
        assert tuple(task.tokenize_target(task.join_target(example.target))) == example.target


def test_the_reference_of_a_source_is_its_target(task):
    if type(task).reference is AbstractTask.reference:
        assert task.name in (
            "text",
            "asr",
            "state",
            "labels",
            "hokkien",
        )  # what people bring has no rule; what is hidden has no certain answer
        return
    rng = Random(9)
    for example in (task.sample(rng) for _ in range(100)):
        assert task.right(example, task.reference(example.source))


@pytest.mark.parametrize("text", ["", " ", "\x00", "<pad> <end>", "🦊 ﷽ \u202e", "x" * 3000])
def test_any_text_can_be_tokenized(task, text):
    assert task.tokenize(text) == task.tokenize(task.join(task.tokenize(text)))
    task.tokenize_target(text)
    task.reference(task.tokenize(text))


def test_a_restored_task_reads_text_as_the_first_did(task):
    twin = type(task).from_dict(task.to_dict()).restored(task.vocabularies, task.tokenizers())
    text = task.join(task.sample(Random(1)).source)
    assert twin == task
    assert twin.vocabularies is task.vocabularies
    assert twin.tokenize(text) == task.tokenize(text)


def test_a_task_says_what_it_is(task):
    assert TASKS[task.name] is type(task)
    assert task.summary and not task.summary.endswith(".")
    assert all(declaration.help for declaration in declarations(type(task)))


@pytest.mark.parametrize("name", TASKS)
def test_every_task_exists_without_any_setting(name):
    assert TASKS[name]().to_dict().keys() == {declaration.name for declaration in declarations(TASKS[name])}


def test_an_unknown_setting_comes_with_a_suggestion():
    with pytest.raises(SettingError, match="did you mean longest"):
        TASKS["reverse"].from_dict({"longst": 8})
