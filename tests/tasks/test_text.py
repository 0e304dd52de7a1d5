"""A person's own pairs as a task."""

from pathlib import Path
from random import Random

import pytest

from core.data.batch import collate
from core.data.tokenization import TOKENIZERS
from core.data.vocabulary import UNK
from core.errors import DataError, SettingError
from core.tasks.task import split_of
from core.tasks.text import Text

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    rng = Random(1)
    words = ["".join(rng.choices("abcdefgh", k=rng.randint(2, 6))) for _ in range(80)]
    rows = {f"{' '.join(rng.choices(words, k=rng.randint(1, 5)))}{rng.choice(('', '.', '!'))}" for _ in range(500)}
    path = tmp_path_factory.mktemp("text") / "pairs.tsv"
    path.write_text("".join(f"{row}\t{row.upper()}\n" for row in sorted(rows)), "utf-8")
    return str(path)


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_every_kind_of_token_reads_the_file_and_splits_it_alike(table, kind):
    task, plain = Text(path=table, source_tokens=kind, target_tokens=kind, longest=100), Text(path=table, longest=100)
    assert len(task.examples) == len(plain.examples) == len(task.corpus.pairs)
    splits = [[split_of(own.held_out_by(example)) for example in own.examples] for own in (task, plain)]
    assert splits[0] == splits[1]
    assert len(set(splits[0])) == 3


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_training_examples_hold_no_unknown_token_while_the_vocabulary_is_large_enough(table, kind):
    task = Text(path=table, source_tokens=kind, target_tokens=kind)
    trained = [example for example in task.examples if split_of(task.held_out_by(example)) == "train"]
    batch = collate(trained, *task.vocabularies)
    assert not (batch.source == UNK).any() and not (batch.target_out == UNK).any()


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_a_restored_task_needs_no_file(table, kind, tmp_path):
    task = Text(path=table, source_tokens=kind, target_tokens=kind)
    gone = Text(path=str(tmp_path / "gone.tsv"), source_tokens=kind, target_tokens=kind)
    twin = gone.restored(task.vocabularies, task.tokenizers())
    for example in task.examples[:20]:
        text = task.join(example.source)
        assert twin.tokenize(text) == task.tokenize(text)
        assert twin.join_target(example.target) == task.join_target(example.target)


def test_a_restored_task_without_its_tokenizers_says_so(table):
    task = Text(path=table)
    with pytest.raises(DataError, match="tokenizers of this run are missing"):
        task.restored(task.vocabularies, {})


def test_tokenizers_and_vocabularies_learn_nothing_from_held_out_texts(tmp_path):
    rows = [f"word{number}" for number in range(300)]
    held = [row for row in rows if split_of([row]) != "train"]
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{row}\t{row}{'€' if row in held else ''}\n" for row in rows), "utf-8")
    for kind in TOKENIZERS:
        task = Text(path=str(path), source_tokens=kind, target_tokens=kind)
        assert not any("€" in token for token in task.vocabularies[1].tokens)


def test_sentences_that_differ_in_capitals_and_punctuation_stay_in_one_split(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("Go on!\tWeiter!\ngo on.\tMach weiter.\nGO ON\tLos\n", "utf-8")
    task = Text(path=str(path))
    assert len(task.examples) == 3
    assert len({split_of(task.held_out_by(example)) for example in task.examples}) == 1


def test_a_small_vocabulary_makes_rare_words_unknown(table):
    task = Text(path=table, source_tokens="word", target_tokens="word", vocabulary_size=50)
    source, _ = task.vocabularies
    assert len(source) == 50 + 6
    assert UNK in source.encode(token for example in task.examples for token in example.source)


def test_long_pairs_are_left_out_and_noted(table):
    task = Text(path=table, longest=8)
    assert max(len(example.source) for example in task.examples) <= 8
    assert "more than 8 tokens" in task.notes[-1]
    with pytest.raises(DataError, match="raise longest"):
        Text(path=table, longest=1).sample(Random(1))


def test_a_large_file_is_thinned_by_chance_and_noted(table):
    task = Text(path=table, most=100)
    rows = [Text(path=table).corpus.pairs.index(pair) for pair in task.corpus.pairs]
    assert len(rows) == 100 and rows == sorted(rows)
    assert rows[-1] > 300  # not the head of the file
    assert "chosen by chance" in task.notes[-1]


def test_without_a_path_the_message_says_which_setting_to_give():
    with pytest.raises(SettingError, match=r"path is empty.*task\.path"):
        Text().sample(Random(1))


def test_a_file_too_small_to_train_on_is_refused(tmp_path):
    held = next(word for word in (f"word{number}" for number in range(200)) if split_of([word]) == "test")
    path = tmp_path / "pairs.tsv"
    path.write_text(f"{held}\tWort\n", "utf-8")
    with pytest.raises(DataError, match=r"too few pairs to train on \(1\)"):
        Text(path=str(path)).sample(Random(1))


def test_tatoeba_is_cut_into_pieces_that_come_back_as_text():
    path = DATA / "tatoeba-eng-cmn" / "cmn.txt"
    if not path.exists():
        pytest.skip("tatoeba-eng-cmn is not beside this checkout (shared/data)")
    task = Text(path=str(path), source_tokens="bpe", target_tokens="character", vocabulary_size=1000, most=2000)
    assert [task.join(example.source) for example in task.examples] == [source for source, _ in task.corpus.pairs]
    assert 900 < len(task.vocabularies[0]) <= 1006
