"""Texts and the sets of their labels: made-up ones of two annotators, and tables that people bring."""

from itertools import chain
from pathlib import Path
from random import Random

import pytest

from core.data.labelled_text import read_labelled
from core.data.vocabulary import SPECIALS
from core.errors import DataError, SettingError
from core.metrics.label_sets import label_set_scores
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.presets import preset_of
from core.tasks.annotated_themes import ANNOTATORS, THEMES, consistent
from core.tasks.cut_pairs import essence
from core.tasks.multi_label import MultiLabel
from core.tasks.task import split_of
from core.training.evaluation import free_run

DATA = Path(__file__).parents[3] / "shared" / "data" / "goemotions"


def drawn(task: MultiLabel, count: int = 400, seed: int = 1) -> list:
    rng = Random(seed)
    return [task.sample(rng) for _ in range(count)]


def test_a_set_has_a_label_of_one_annotator_for_every_theme_of_its_text():
    for example in drawn(MultiLabel()):
        themes = [at for at, (_, words) in enumerate(THEMES.values()) if set(words) & set(example.source)]
        assert example.target in {tuple(own[at] for at in themes) for own in ANNOTATORS}


def test_each_annotator_labels_half_of_the_texts_and_the_text_does_not_tell_who():
    examples = drawn(MultiLabel(), 2000)
    first = [example for example in examples if set(example.target) <= set(ANNOTATORS[0])]
    assert abs(len(first) / len(examples) - 0.5) < 0.05  # four standard errors
    words = [
        {*chain.from_iterable(one.source for one in half)} for half in (first, [e for e in examples if e not in first])
    ]
    assert words[0] == words[1]


def test_the_order_of_labels_is_the_one_that_was_chosen_and_texts_are_the_same_in_all():
    plain, mixed = (drawn(MultiLabel(order=order)) for order in ("fixed", "random"))
    assert [one.source for one in plain] == [one.source for one in mixed]
    assert [sorted(one.target) for one in plain] == [sorted(one.target) for one in mixed]
    listed = [*ANNOTATORS[0], *ANNOTATORS[1]]
    assert all(list(one.target) == sorted(one.target, key=listed.index) for one in plain)
    assert any(one.target != other.target for one, other in zip(plain, mixed))


def test_equal_sets_are_the_same_answer_whatever_their_order():
    task, (example, *_) = MultiLabel(fewest=3, most=3), drawn(MultiLabel(fewest=3, most=3), 1)
    assert task.right(example, example.target[::-1]) and task.right(example, [*example.target, example.target[0]])
    assert not task.right(example, example.target[:-1]) and not task.right(example, ())


def test_one_annotator_has_half_of_the_labels_and_is_always_consistent():
    task = MultiLabel(annotators=1)
    assert set(task.labels) == set(ANNOTATORS[0]) and all(consistent(one.target) for one in drawn(task))
    assert not consistent(["food", "finance"])


def test_what_cannot_be_set_is_refused_in_words():
    with pytest.raises(SettingError, match="fewest=3 is more than most=2"):
        MultiLabel(fewest=3, most=2)
    with pytest.raises(SettingError, match=r"give task\.path as well"):
        MultiLabel(labels_path="labels.txt")


# ---------------------------------------------------------------- tables of one's own
@pytest.fixture
def table(tmp_path: Path) -> MultiLabel:
    rows = "".join(f"This is text {at}\t{'2,0' if at % 3 else '1'}\tid{at}\n" for at in range(200))
    (tmp_path / "names.txt").write_text("joy\nfear\nanger\n", "utf-8")
    (tmp_path / "texts.tsv").write_text(rows + "Nothing to see.\t\n", "utf-8")
    return MultiLabel(path=str(tmp_path / "texts.tsv"), labels_path=str(tmp_path / "names.txt"))


def test_numbers_are_names_of_the_list_and_a_text_may_have_no_label(table):
    by_text = {table.join(one.source): one.target for one in table.examples}
    assert by_text["this is text 0"] == ("fear",) and set(by_text["this is text 1"]) == {"anger", "joy"}
    assert by_text["nothing to see."] == ()
    assert table.labels == ("anger", "fear", "joy") and table.vocabularies[1].distinct


@pytest.mark.parametrize(
    ("order", "wanted"), [("fixed", ("joy", "anger")), ("frequent", ("joy", "anger")), ("rare", ("joy", "anger"))]
)
def test_labels_of_a_table_are_ordered_as_listed_or_by_how_often_they_occur(table, tmp_path, order, wanted):
    task = MultiLabel(path=table.path, labels_path=table.labels_path, order=order)
    pair = next(one.target for one in drawn(task) if len(one.target) == 2)
    assert pair == wanted  # joy and anger are equally frequent here: then as listed
    more = tmp_path / "more.tsv"
    more.write_text("".join(f"word{at}\t{'joy,anger' if at % 2 else 'anger'}\n" for at in range(100)), "utf-8")
    task = MultiLabel(path=str(more), labels_path=table.labels_path, order=order)
    pair = next(one.target for one in drawn(task) if len(one.target) == 2)
    assert pair == {"fixed": ("joy", "anger"), "frequent": ("anger", "joy"), "rare": ("joy", "anger")}[order]


def test_a_restored_task_needs_no_file_and_writes_no_label_twice(table):
    plain = tuple(type(one)(one.tokens) for one in table.vocabularies)
    gone = MultiLabel(path="gone.tsv").restored(plain, table.tokenizers())
    assert gone.tokenize("This is text 7") == table.tokenize("this is text 7")
    assert gone.vocabularies[1].distinct and gone.labels == table.labels
    with pytest.raises(DataError, match="tokenizer of this run is missing"):
        MultiLabel().restored(plain, {})


def test_long_texts_are_left_out_and_noted(table):
    task = MultiLabel(path=table.path, labels_path=table.labels_path, longest=3)
    with pytest.raises(DataError, match="more than 3 tokens; raise longest"):
        task.sample(Random(0))


# ---------------------------------------------------------------- real texts
@pytest.fixture(scope="module")
def emotions() -> MultiLabel:
    if not DATA.exists():
        pytest.skip("goemotions is not beside this checkout (shared/data)")
    return MultiLabel(path=str(DATA / "train-first10000.tsv"), labels_path=str(DATA / "labels.txt"))


def test_goemotions_is_read_as_its_readme_counts_it(emotions):
    rows = emotions.table.rows
    counts = [len(own) for _, own in rows]
    assert len(rows) == 10_000 and len(emotions.labels) == 28 and emotions.table.notes == ()
    assert {count: counts.count(count) for count in sorted({*counts})} == {1: 8329, 2: 1533, 3: 129, 4: 8, 5: 1}
    frequent = [sum(name in own for _, own in rows) for name in ("neutral", "admiration", "pride")]
    assert frequent == [3325, 988, 21]
    unseen = {token for text, _ in rows if split_of(essence(text)) != "train" for token in emotions.tokenize(text)}
    seen = {token for text, _ in rows if split_of(essence(text)) == "train" for token in emotions.tokenize(text)}
    assert not set(emotions.vocabularies[0].tokens[len(SPECIALS) :]) & (unseen - seen)


@pytest.mark.slow
def test_a_short_training_on_goemotions_beats_the_floor_by_eight_hundredths(emotions):
    """Of the official test texts; the floor says neutral to all of them: 0.304, 0.018, 0.296. Measured: 0.45, 0.17, 0.41."""
    config = preset_of("labels").changed({
        **{f"task.{name}": value for name, value in emotions.to_dict().items()}, "model.dropout": 0.2,
        "training.steps": 500, "training.batch_size": 64, "training.schedule": "linear", "training.learning_rate": 2e-3,
        "training.evaluate_every": 500, "training.evaluate_on": 1, "training.record_every": 0,
    })  # fmt: skip
    trainer = trainer_of(config, Examples.of(config.task))
    list(trainer.events())
    test = read_labelled(DATA / "test.tsv", DATA / "labels.txt").rows
    sources = [config.task.tokenize(text) for text, _ in test]
    found = free_run(trainer.model, sources, config.task.vocabularies)
    assert all(len(set(one)) == len(one) for one in found)
    scores = label_set_scores(found, [own for _, own in test], emotions.labels)
    floor = label_set_scores([["neutral"]] * len(test), [own for _, own in test], emotions.labels)
    assert [round(one, 3) for one in floor.values()] == [0.304, 0.018, 0.296]
    assert all(scores[name] > floor[name] + 0.08 for name in floor), scores
