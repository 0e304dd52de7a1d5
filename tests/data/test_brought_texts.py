"""Conversations, questions and documents as people have them: what is read, what is counted and skipped, what is refused."""

import json

import pytest

from core.data.conversations import read_conversations
from core.data.documents import read_documents
from core.data.question_answers import read_questions
from core.errors import DataError


@pytest.fixture
def brought(tmp_path):
    """A file with this text."""

    def write(text, name="brought.txt"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


# ---------------------------------------------------------------- conversations
YAML = """categories:
- small talk
conversations:
- - Hello
  - Hi, how are you?
  - "Fine: thanks"
- - 42
  - |
    two
    lines
- - alone
- what: this is no list
- - Hello
  - Hi, how are you?
"""


def test_every_turn_of_a_yaml_conversation_is_answered_by_the_next_and_what_is_broken_is_named_by_its_line(brought):
    found = read_conversations(brought(YAML, "talk.yml"))
    assert found.pairs == (
        ("Hello", "Hi, how are you?"), ("Hi, how are you?", "Fine: thanks"), ("42", "two lines"),
    )  # fmt: skip
    assert found.notes == (
        "talk.yml: 2 conversations without an answer, skipped (lines 11, 12)",
        "talk.yml: 1 line said before, skipped (line 13)",
    )


@pytest.mark.parametrize("text", [
    "a\nb\nc\n\nd\ne\n",  # a turn on each line
    "a\tb\nb\tc\nd\te\tsomebody wrote this\n",
    "question,answer\na,b\nb,c\nd,e\n",
    json.dumps([["a", "b", "c"], ["d", "e"]]),
    json.dumps({"conversations": [["a", "b", "c"], [{"role": "user", "content": "d"}, {"content": "e"}]]}),
    '[\n["a", "b", "c"],\n["d", "e"]\n]\n',
    '["a", "b", "c"]\n["d", "e"]\n',
    '{"messages": [{"content": "a"}, {"content": "b"}, {"content": "c"}]}\n{"turns": ["d", "e"]}\n',
    "- - a\n  - b\n  - c\n- - d\n  - e\n",
    "\ufeffconversations:\r\n- [a, b, c]\r\n- [d, e]\r\n",
])  # fmt: skip
def test_conversations_come_in_many_forms(brought, text):
    assert read_conversations(brought(text)).pairs == (("a", "b"), ("b", "c"), ("d", "e"))


def test_a_broken_line_of_json_lines_costs_itself_alone(brought):
    found = read_conversations(brought('["a", "b"]\n["c", \n["d", "e"]\n{"turns": [1, 2]}\n'))
    assert found.pairs == (("a", "b"), ("d", "e"))
    assert found.notes == ("brought.txt: 2 conversations without an answer, skipped (lines 2, 4)",)


def test_a_folder_is_read_file_after_file_and_a_bad_one_costs_itself_alone(tmp_path):
    for name, text in {
        "b.yml": "conversations:\n- [a, b]\n",
        "a.txt": "c\nd\n",
        "bad.yml": "conversations:\n- [a, b\n- c",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "picture.png").write_bytes(b"\x00")
    found = read_conversations(tmp_path)
    assert found.pairs == (("c", "d"), ("a", "b"))
    (note,) = found.notes
    assert note.startswith("left out: bad.yml, line 3: not YAML")


@pytest.mark.parametrize(("text", "words"), [
    ("conversations:\n- [a, b\n", "line 2: not YAML"),
    ("conversations: none\n", "no list of conversations"),
    ("conversations:\n- - a\n", "no pair left to learn from; brought.txt: 1 conversation without an answer"),
    ("conversations:\n- &a [x, *a]\n- *a\n- *a\n", "1 conversation without an answer, skipped \\(line 2\\)"),
    ("conversations: " + "[" * 50_000, "not YAML"),
    ("{}", "no pair left"),
    ("[" * 50_000, "nested too deep|not JSON"),
    ('[["a", "b"', "line 1: not JSON"),
    ("a\tb\n".replace("b", "\x00"), "zero byte"),
])  # fmt: skip
def test_what_is_no_conversation_is_refused_with_the_place(brought, text, words):
    with pytest.raises(DataError, match=words):
        read_conversations(brought(text))


def test_a_tag_of_yaml_makes_nothing(brought, tmp_path):
    path = brought(f"conversations:\n- - !!python/object/apply:os.mkdir [{tmp_path / 'made'}]\n  - b\n- [c, d]\n")
    assert read_conversations(path).pairs == (("c", "d"),)
    assert not (tmp_path / "made").exists()


# ---------------------------------------------------------------- questions
def squad(*asked):
    return {"data": [{"title": "t", "paragraphs": [{"context": "Ada | wrote it in 1843.", "qas": list(asked)}]}]}


ASKED = {
    "question": "Who wrote it | there?",
    "answers": [{"text": "Ada", "answer_start": 0}, {"text": "Ada L.", "answer_start": 0}],
}


def test_a_question_of_squad_stands_before_its_context_and_has_its_first_answer(brought):
    found = read_questions(brought(json.dumps(squad(ASKED))))
    assert found.pairs == (("Who wrote it / there? | Ada | wrote it in 1843.", "Ada"),)


def test_questions_without_an_answer_or_a_text_are_counted_by_their_number(brought):
    open_ended, torn = {"question": "Why?", "answers": [], "is_impossible": True}, {"answers": ASKED["answers"]}
    found = read_questions(brought(json.dumps(squad(open_ended, ASKED, torn, "?")), "q.json"))
    assert len(found.pairs) == 1
    assert found.notes == (
        "q.json: 2 questions without a question or a context, skipped (questions 3, 4)",
        "q.json: 1 question without an answer, skipped (question 1)",
    )


@pytest.mark.parametrize("text", [
    '{"question": "Who?", "context": "Ada.", "answers": {"text": ["Ada"], "answer_start": [0]}}\n{"question": "Who?"}\n',
    'context,question,answer\n"Ada.",Who?,Ada\n',
    "Who?\tAda.\tAda\n",
    json.dumps([{"question": "Who?", "passage": "Ada.", "answer": "Ada"}]),
])  # fmt: skip
def test_questions_come_as_rows_too(brought, text):
    assert read_questions(brought(text)).pairs == (("Who? | Ada.", "Ada"),)


@pytest.mark.parametrize(("text", "words"), [
    ('{"data": {}}', "no list named data"),
    ('{"data": [',  "line 1: not JSON"),
    (json.dumps(squad()), "no pair left"),
    ("question\tcontext\n", "has the columns question, context; expected .* answer"),
    ("just text\n", "has the columns just text"),
])  # fmt: skip
def test_what_has_no_question_is_refused(brought, text, words):
    with pytest.raises(DataError, match=words):
        read_questions(brought(text))


# ---------------------------------------------------------------- documents
@pytest.mark.parametrize("text", [
    '{"source": ["one.", "two."], "target": ["short"], "paper_id": "x"}\n',
    '{"article": "one. two.", "highlights": "short"}\n',
    "document,summary\none. two.,short\n",
    'id;summary;text\n1;short;"one. two."\n',
    "one. two.\tshort\n",
])  # fmt: skip
def test_documents_come_in_many_forms(brought, text):
    assert read_documents(brought(text)).pairs == (("one. two.", "short"),)


def test_several_targets_of_one_source_are_a_pair_each(brought):
    found = read_documents(brought('{"source": "long", "target": ["a", "b"]}'))
    assert found.pairs == (("long", "a"), ("long", "b"))


def test_a_quoted_cell_holds_commas_and_lines_and_a_row_with_too_many_cells_is_named(brought):
    found = read_documents(brought('mr,ref\r\n"name[X],\r\narea[Y]",X is in Y.\r\na,b,c\r\nd,e\r\n', "facts.csv"))
    assert found.pairs == (("name[X], area[Y]", "X is in Y."), ("d", "e"))
    assert found.notes == ("facts.csv: 1 line with another number of cells, skipped (line 4)",)


def test_a_quote_that_is_never_closed_is_noticed(brought):
    found = read_documents(brought('mr,ref\na,b\n"c,d\n' + "e,f\n" * 40_000, "facts.csv"))
    assert found.pairs == (("a", "b"),)
    assert found.notes == ("facts.csv: 1 line with another number of cells, skipped (line 3)",)


def test_lines_that_are_no_json_are_counted_beside_those_that_lack_something(brought):
    found = read_documents(brought('{"source": "a", "target": "b"}\n{"source"\n{"source": "a"}\n[1]\n', "x.jsonl"))
    assert found.pairs == (("a", "b"),)
    assert found.notes == (
        "x.jsonl: 1 line that cannot be read as JSON, skipped (line 2)",
        "x.jsonl: 2 lines without source or target, skipped (lines 3, 4)",
    )


@pytest.mark.parametrize(("text", "words"), [
    ('{"source": "a"}\n', "no row to learn from; expected .*source.*target.*without source or target"),
    ('{"a": 1, "b": 2}', "JSON without a list of objects"),
    ("summary,other\na,b\n", "has the columns summary, other"),
    ("source,target\n", "no row to learn from"),
    ("\n\n", "is empty"),
])  # fmt: skip
def test_a_file_without_anything_usable_is_refused_once(brought, text, words):
    with pytest.raises(DataError, match=words):
        read_documents(brought(text))


def test_a_folder_without_a_usable_file_says_what_is_read(tmp_path):
    with pytest.raises(DataError, match=r"no file of a kind that is read \(\.csv"):
        read_documents(tmp_path)
    (tmp_path / "a.csv").write_text("source,target\n")
    with pytest.raises(DataError, match=r"no file of .* can be used; left out: a\.csv has no row"):
        read_documents(tmp_path)
