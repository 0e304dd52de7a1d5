"""Links: what they ask for, what their scripts give, and how a link is refused that asks for what cannot be."""

from pathlib import Path

import pytest

import core
from core import language
from core.errors import DataError, InputError, RunError, SettingError
from core.replay.check import check, run
from core.replay.link import open_link, parse
from core.replay.script import script
from core.replay.table import VIEWS
from core.replay.values import as_json, differences, plain
from core.runs.journal import Journal
from tests.replay.links import LEFT_OUT, OF_MADE_RUNS, QUICK
from tests.runs.made import a_run, step_done


def gives_its_numbers(link: str) -> None:
    found = check(open_link(link))
    assert found.count > 4 and not found.differing


def asks_for_the_same_spelled_out(link: str) -> None:
    reading = open_link(link)
    again = open_link(reading.link("http://another.machine:8501/lab/"))
    assert script(again) == script(reading)


@pytest.mark.parametrize("link", QUICK)
def test_the_python_of_a_link_gives_its_numbers_in_a_process_of_its_own(link):
    gives_its_numbers(link)


@pytest.mark.parametrize("link", OF_MADE_RUNS)
def test_the_python_of_a_link_gives_the_numbers_of_a_run_that_was_trained_here(trained_home, link):
    gives_its_numbers(link)


@pytest.mark.parametrize("link", QUICK)
def test_a_link_that_spells_everything_out_asks_for_the_same(link):
    asks_for_the_same_spelled_out(link)


@pytest.mark.parametrize("link", OF_MADE_RUNS)
def test_a_link_to_a_run_that_was_trained_here_asks_for_the_same_spelled_out(trained_home, link):
    asks_for_the_same_spelled_out(link)


def part(link: str) -> tuple[str, str | None]:
    page, query = parse(link)
    by = VIEWS[page].by
    if by is None:
        return page, None
    return page, by.read(query[by.key({})], {}) if by.key({}) in query else by.usual({})


def test_every_page_that_has_numbers_has_a_link_that_is_checked():
    linked = {part(link) for link in QUICK + OF_MADE_RUNS}
    assert {page for page, _ in linked} == {page for page, view in VIEWS.items() if view.sections}
    assert linked | LEFT_OUT == {(page, part) for page, view in VIEWS.items() for part in view.sections}
    assert not linked & LEFT_OUT


def test_a_check_finds_a_number_that_is_another_one():
    one = {"maps": [[0.1, 0.9]], "word": "danke"}
    other = {"maps": [[0.1, 0.8]], "word": "danke"}
    assert list(differences(one, other)) == ["maps[0][1]: 0.9 in the view, 0.8 by the script"]
    assert list(differences(one, {"maps": [[0.1]], "word": "danke"})) == [
        "maps[0]: [0.1, 0.9] in the view, [0.1] by the script"
    ]
    assert not list(differences({"a": float("nan")}, {"a": float("nan")}))


def test_a_script_that_fails_says_its_last_words():
    with pytest.raises(DataError, match="no such number"):
        run("raise SystemExit('no such number')")


def test_numbers_are_written_with_every_digit():
    assert as_json({"p": 0.1 + 0.2}) == '{\n "p": 0.30000000000000004\n}'


@pytest.mark.parametrize(
    ("link", "error", "words"),
    [
        ("maskz", SettingError, r"no page 'maskz' \(did you mean masks\?\)"),
        ("masks?lenght=12", SettingError, r"Masks knows no setting 'lenght' \(did you mean length\?\)"),
        ("masks?length=1000", SettingError, "length='1000' cannot be: it is a whole number from 8 to 64"),
        ("masks?length=twelve", SettingError, "length='twelve' cannot be"),
        ("masks?causal=perhaps", SettingError, "true or false"),
        ("masks?pattern=locale", SettingError, r"no pattern 'locale' \(did you mean local\?\)"),
        (
            "attention?run=mine",
            RunError,
            "needs the run 'mine', which is not here; where it was made, attnlab runs export",
        ),
        ("attention?run=demo/none", RunError, "needs the shipped run 'demo/none'"),
        ("attention?run=hf/none", RunError, "needs the model 'hf/none', which is not kept here"),
        ("attention?run=demo/phrases-parallel", RunError, "this page cannot show it"),
        ("decoder?session=eNo9", DataError, "cut off or mistyped"),
        ("by_hand?table=eNo9", DataError, "damaged"),
        ("intervene?edits={", DataError, "copy it whole"),
        ("http://[", SettingError, "is no link"),
        ("masks?length=" + "9" * 30_000, SettingError, "characters"),
    ],
)
def test_a_link_that_cannot_be_is_refused_in_words(link, error, words):
    with pytest.raises(error, match=words):
        open_link(link)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("attention?run=demo/reverse-transformer&source=abcd&head=5", "head='5' cannot be: .* from 1 to 4"),
        ("attention?run=demo/reverse-transformer&source=abcd&site=encoder.layers.0.self_attention.attention&head=30", "from 1 to 4"),
        ("attention?run=demo/reverse-transformer&source=abcd&site=x", "no site 'x'; choose one of: encoder.layers.0.self"),
        ("sampling?run=demo/reverse-transformer&source=abcd&settings=sampling:draws=7&draw=8", "from 1 to 7"),
        ("rivals?twin+query=5", "twin query='' cannot be"),
        ("wrong_word?wrong+models=Two+of+the+runs&wrong+place=99", "place 99 is not in this target of"),
        ("train?watch=demo/reverse-gru&beside=demo/reverse-transformer&events=3", "a number for each of 2 trainings"),
    ],
)  # fmt: skip
def test_what_the_run_does_not_have_is_refused_in_words(link, words):
    with pytest.raises((SettingError, InputError), match=words):
        open_link(link).numbers()


def test_a_word_that_the_sentence_does_not_have_cannot_be_hidden(trained_home):
    with pytest.raises(SettingError, match="fill in hidden='99' cannot be: it is a whole number from 1 to"):
        open_link("fill_in?fill+in+held+out+filled=2&fill+in+hidden=99")


def test_a_link_of_a_session_in_another_language_is_read_in_its_language(monkeypatch):
    said = {"a graph": "图", "a sequence": "序列"}

    def translated(chosen):
        return type("Catalogue", (), {"gettext": staticmethod(lambda text: said.get(text, text))})

    monkeypatch.setattr(language, "_catalogue", translated)
    reading = open_link("masks?lang=zh&over=图&nodes=4&edges=1-2&speaker=node+3")
    assert reading.values["speaker"] == 2 and language.language() == "en"
    assert open_link("masks?lang=zh&over=a+graph").part == "a graph"  # the English words are understood as well
    with language.speaking("zh"):
        assert open_link(reading.link()).values == reading.values
        assert "lang=zh" in reading.link()


def test_every_page_has_an_entry():
    pages = Path(core.__file__).parents[1] / "dashboard" / "views"
    assert set(VIEWS) == {one.stem for one in pages.glob("[!_]*.py")}


def test_the_command_prints_numbers_script_and_check(command_line):
    code, out, _ = command_line("replay", "masks?length=8&layers=1")
    assert code == 0 and "pairs: 34" in out
    code, out, _ = command_line("replay", "masks?length=8&layers=1", "--python")
    assert code == 0 and "length = 8\n" in out and out.rstrip().endswith("print(core.as_json(numbers))")
    code, out, err = command_line("replay", "masks?length=7")
    assert code == 2 and "from 8 to 64" in err


def test_the_command_leaves_with_1_where_the_python_gives_other_numbers(command_line, monkeypatch):
    monkeypatch.setattr("core.replay.check.script", lambda reading: "print('{\"allowed\": 1}')")
    code, out, _ = command_line("replay", "masks?length=8&layers=1", "--check")
    assert code == 1 and "differ:" in out


def test_the_python_of_a_training_that_goes_on_gives_what_was_shown():
    run = a_run("mine")
    with Journal(run) as writer:
        writer.append(step_done(1))
        shown = open_link("train?watch=mine")
        writer.append(step_done(2))
        (now,) = plain(shown.numbers())["trainings"].values()
        assert now["loss"]["steps"] == [1] and not check(shown).differing
        assert open_link("train?watch=mine").values["events"] == (2,)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("train?watch=mine", "needs the run 'mine', which is not here"),
        ("train?watch=demo/reverse-gru&beside=demo/none", "needs the shipped run 'demo/none'"),
        ("train?watch=demo/reverse-gru&scrub+demo/reverse-gru=3", r"did you mean 30\?"),
        ("train?watch=demo/reverse-gru&head=2", "choose one of: 1"),
    ],
)
def test_a_training_that_is_not_here_is_refused_in_words(link, words):
    with pytest.raises((RunError, SettingError), match=words):
        open_link(link)
