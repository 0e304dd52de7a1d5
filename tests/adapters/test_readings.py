"""A text that is sent is read as it is read here: number for number, however a person types it."""

import pytest

from core.adapters.sending.readings import READINGS, reading_of
from core.data.tokenization import TOKENIZERS
from core.data.vocabulary import SPECIALS
from core.errors import SettingError
from core.tasks.chat import Chat
from core.tasks.parsing import Parsing
from core.tasks.table import TASKS
from core.tasks.task import held_out
from core.tasks.text import Text

NASTY = [
    "  A\u00a0b\u2003c\x1cd ", "ΟΔΟΣ ΣΑΣ, σοφός", "cafe\u0301 İstanbul ½ ² x", "Don't (ever) go, Tom! — co-op's",
    "我用2台。カタカナ abc", "<pad> <end> a<unk>b", "3\u200f/4\u200f/2018", "\U0001f600 ok\r\n\tnew", "a_b ▁c — d…",
    "हिन्दी ยินดี", "x. , !y!? z;", "１２ ٣ ⅷ Ⅷ",
]  # fmt: skip
PAIRS = [
    "low low lower lowest\ttief",
    "Don't (ever) go, Tom!\tGeh nicht!",
    "我用2台。\tzwei",
    "a newest, widest dog.\tHund",
]
UNSAID = {"sortpoints", "asr"}  # fills numbers up with zeros; hears
OWN = {"text"}  # a person's own file


def assert_read_alike(task, texts):
    """Numbers of the package are ours, over a vocabulary that knows everything in the texts."""
    cut = [task.tokenize(text) for text in texts]
    known = (*SPECIALS, *dict.fromkeys(token for tokens in cut for token in tokens if token not in SPECIALS))
    known = tuple(dict.fromkeys([*known, *task.vocabularies[0].tokens]))
    tokenizer = reading_of(task).tokenizer(known)
    for text, tokens in zip(texts, cut):
        assert tokenizer.encode(text).tokens == [*tokens, "<end>"], text


def test_every_task_is_read_or_is_known_not_to_be():
    assert set(READINGS) | UNSAID == set(TASKS) and not set(READINGS) & UNSAID


@pytest.mark.parametrize("name", [name for name in READINGS if name not in OWN])
def test_a_task_is_read_as_here(name):
    task = TASKS[name]()
    assert_read_alike(task, [task.join(example.source) for example in held_out(task, "test", 60)] + NASTY)


@pytest.mark.parametrize("task", [Chat(language="zh"), Parsing(reads="tags")], ids=["chinese", "tags"])
def test_settings_that_change_how_a_task_reads_are_heard(task):
    assert_read_alike(task, [task.join(example.source) for example in held_out(task, "test", 20)] + NASTY)


@pytest.fixture
def own(tmp_path):
    """The task of a person's own pairs, cut in a way."""
    path = tmp_path / "pairs.tsv"
    path.write_text("\n".join(f"{at} {pair}" for at in range(60) for pair in PAIRS), encoding="utf-8")

    def made(kind):
        return Text(path=str(path), source_tokens=kind, target_tokens=kind)

    return made


@pytest.mark.parametrize("kind", [kind for kind in TOKENIZERS if kind != "bpe"])
def test_a_persons_own_texts_are_read_as_they_were_cut(kind, own):
    assert_read_alike(own(kind), NASTY + PAIRS)


def test_pieces_of_words_are_read_by_their_merges_and_what_is_no_piece_is_unknown(own):
    task = own("bpe")
    source = task.vocabularies[0]
    tokenizer = reading_of(task).tokenizer(source.tokens)
    for text in [*NASTY, *PAIRS]:
        assert tokenizer.encode(text).ids == source.encode_source(task.tokenize(text)), text
    assert tokenizer.decode(tokenizer.encode("low  lowest dog.").ids[:-1]) == "low lowest dog."


def test_what_cannot_be_said_has_no_reading():
    assert reading_of(TASKS["sortpoints"]()) is None


def test_a_reading_of_a_task_without_its_file_is_refused_as_the_task_is():
    with pytest.raises(SettingError, match="path is empty"):
        reading_of(Text())
