"""Small talk, summaries and questions from a person's own files: splits, words to copy, settings that do not go together."""

import json
from pathlib import Path
from random import Random

import pytest

from core.data.vocabulary import UNK
from core.errors import DataError, SettingError
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.chat import Chat
from core.tasks.question_answering import QuestionAnswering
from core.tasks.summary import Summary
from core.tasks.task import SPLITS, held_out, split_of
from core.training.evaluation import free_run
from core.training.events import StepDone

DATA = Path(__file__).parents[3] / "shared" / "data"
_WORDS = ["".join(Random(at).choices("abcdefghij", k=4)) for at in range(60)]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, str]:
    """Enough of each kind that every split has some."""
    rng, folder = Random(1), tmp_path_factory.mktemp("own")

    def said(words):
        return " ".join(rng.choices(_WORDS, k=words)).capitalize() + "."

    contexts = [(f"{said(6)} {name} has it.", name) for name in (f"Zo{at}" for at in range(100))]
    rows = [
        {"question": f"Who has it{sign}", "context": text, "answer": name} for text, name in contexts for sign in "?!"
    ]
    texts = {
        "chat": "".join(f"- - {said(4)}\n  - {said(3)}\n" for _ in range(200)),
        "summary": "".join(f"{said(8)}\t{said(3)}\n" for _ in range(200)),
        "qa": "\n".join(map(json.dumps, rows)),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return {name: str(folder / name) for name in texts}


KINDS = {"chat": Chat, "summary": Summary, "qa": QuestionAnswering}
every_kind = pytest.mark.parametrize("name", KINDS)


@every_kind
@pytest.mark.parametrize("tokens", ["word", "bpe", "character"])
def test_splits_are_disjoint_and_the_same_however_texts_are_cut(files, name, tokens):
    task, plain = KINDS[name](path=files[name], tokens=tokens), KINDS[name](path=files[name])
    split = [split_of(task.held_out_by(example)) for example in task.examples]
    assert split == [split_of(plain.held_out_by(example)) for example in plain.examples] and set(split) == set(SPLITS)
    for example in task.examples[:20]:
        assert tuple(task.tokenize(task.join(example.source))) == example.source


def test_all_questions_about_a_context_stay_in_one_split(files):
    task = QuestionAnswering(path=files["qa"])
    by_context = {}
    for example in task.examples:
        at = example.source.index("|")
        by_context.setdefault(example.source[at + 1 :], set()).add(split_of(task.held_out_by(example)))
    assert len(task.examples) == 2 * len(by_context) and all(len(splits) == 1 for splits in by_context.values())


@every_kind
def test_vocabularies_learn_nothing_of_what_is_held_out_and_a_model_that_copies_can_write_it(files, name):
    task = KINDS[name](path=files[name]).for_copying()
    source, target = task.vocabularies
    trained = {token for one in task.examples if split_of(task.held_out_by(one)) == "train" for token in one.source}
    assert set(source.tokens[6:]) <= trained
    for example in held_out(task, "test", 5):
        numbers = source.encode_source(example.source)
        said = numbers.encode(target, example.target)
        in_source = [token in example.source for token in example.target]
        assert all(number != UNK for number, copied in zip(said, in_source) if copied)
        assert source.writing(example.source, target).decode(numbers.encode(target, example.source)) == list(
            example.source
        )
    if name == "qa":
        assert target.unknown(held_out(task, "test", 1)[0].target), "an answer nobody has seen is what copying is for"


@every_kind
def test_a_run_opens_without_the_file_and_reads_text_as_before(files, name, tmp_path):
    task = KINDS[name](path=files[name], tokens="bpe")
    gone = KINDS[name](path=str(tmp_path / "gone"), tokens="bpe")
    twin = gone.restored(task.vocabularies, json.loads(json.dumps(task.tokenizers())))
    assert twin.tokenize("Abcd, who?") == task.tokenize("Abcd, who?") and twin.reference(("abcd",)) is None
    with pytest.raises(DataError, match="tokenizer of this run is missing"):
        gone.restored(task.vocabularies, {})
    with pytest.raises(DataError, match="there is no file"):
        gone.sample(Random(1))


@every_kind
def test_own_texts_are_measured_as_running_text_and_written_ones_token_by_token(files, name):
    assert KINDS[name](path=files[name]).running_text and not KINDS[name]().running_text


@pytest.mark.parametrize(("kind", "settings", "words"), [
    (Chat, {"known": 3}, "known=3 is for examples that are written by the task"),
    (Summary, {"fewest": 1}, "fewest=1 is for examples that are written"),
    (Chat, {"longest": 20}, "longest=20 is for examples that are your own: give a path"),
    (QuestionAnswering, {"tokens": "bpe"}, "tokens='bpe' is for examples that are your own"),
])  # fmt: skip
def test_settings_of_written_examples_are_refused_beside_a_path_and_the_other_way_round(kind, settings, words):
    path = {} if "your own" in words else {"path": "x.txt"}
    with pytest.raises(SettingError, match=words):
        kind(**path, **settings)


def test_pairs_that_are_too_long_or_too_many_are_noted(files, tmp_path):
    task = Summary(path=files["summary"], longest=9, pairs=50)
    assert len(task.corpus.pairs) == 50
    assert "200 pairs, of which 50 were chosen by chance (pairs)" in task.notes
    (path := tmp_path / "own.tsv").write_text("a b c d\te\n" + "".join(f"a{at}\tb\n" for at in range(20)))
    assert Summary(path=str(path), longest=3).notes == (
        "1 of 21 pairs have more than 3 tokens and were left out (longest)",
    )
    with pytest.raises(DataError, match="has more than 8 tokens on a side; raise longest"):
        Summary(path=files["summary"], longest=8).sample(Random(1))
    assert Summary().notes == ()


REAL = {  # how much of each is read here; floors and figures are in docs/own-text.md
    "chatterbot-english/english": ("chat", {"longest": 20}),
    "xquad-en/xquad.en.json": ("qa", {"longest": 110}),
    "scitldr/dev-first400.jsonl": ("summary", {"longest": 120}),
    "wikisplit/tune-first2000.tsv": ("summary", {"longest": 30}),
    "e2e-nlg/devset-first3000.csv": ("summary", {"longest": 30}),
}


@pytest.mark.parametrize("place", REAL)
def test_real_text_is_read_split_learned_from_and_decoded(place):
    if not (DATA / place).exists():
        pytest.skip(f"{place} is not beside this checkout (shared/data)")
    name, settings = REAL[place]
    config = ExperimentConfig.from_dict({
        "task": {"name": name, "path": str(DATA / place), **settings},
        "model": {"name": "transformer", "layers": 1, "width": 32, "heads": 2, "copy": "pointer_generator"},
        "training": {"steps": 12, "batch_size": 8, "learning_rate": 5e-3, "warmup": 0, "record_every": 0,
                     "evaluate_every": 100, "evaluate_on": 1},
    })  # fmt: skip
    task = config.task
    splits = {split: {one.source for one in held_out(task, split, 5)} for split in SPLITS}
    assert all(splits.values()) and len(set.union(*splits.values())) == sum(map(len, splits.values()))
    assert all(len(vocabulary) > 50 for vocabulary in task.vocabularies)
    trainer = trainer_of(config, Examples.of(task))
    losses = [event.terms["likelihood"] for event in trainer.events() if isinstance(event, StepDone)]
    assert sum(losses[-4:]) < sum(losses[:4]), losses
    shortest = min((one.source for one in held_out(task, "test", 20)), key=len)
    (output,) = free_run(trainer.model, [shortest], task.vocabularies)
    known = {*task.vocabularies[1].tokens, *shortest}
    assert set(output) <= known and len(output) <= 2 * len(shortest) + 12
