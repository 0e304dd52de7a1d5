"""A folder of recordings and its table: every usual form is read, and what is wrong is said with its line."""

from pathlib import Path

import pytest

from core.data.transcripts import _file, read_transcripts
from core.errors import DataError

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two recordings, one of them in wavs; what is in them does not matter here."""
    (tmp_path / "wavs").mkdir()
    (tmp_path / "one.wav").write_bytes(b"RIFF")
    (tmp_path / "wavs" / "two.wav").write_bytes(b"RIFF")
    return tmp_path


def table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "one\tA dog, two cats\ntwo\tgo\n",
        'one.wav,"A dog, two cats"\ntwo,go\n',
        "one|A dog, 2 cats|A dog, two cats\ntwo|go|go\n",
        "\ufefffile,text\none,\"A dog, two cats\"\n\ntwo.wav,go\n",
        "speaker;transcript;path\r\nx;A dog, two cats;one\r\ny;go;wavs/two.wav\r\n",
    ],
)  # fmt: skip
def test_every_usual_form_of_table_is_read(folder, text):
    found = read_transcripts(folder, table(folder, text))
    assert [one.text for one in found] == ["A dog, two cats", "go"]
    assert [one.path for one in found] == [folder / "one.wav", folder / "wavs" / "two.wav"]


def test_a_quotation_mark_in_a_table_with_bars_is_a_quotation_mark(folder):
    (one, two) = read_transcripts(folder, table(folder, 'one|"Go!" he said|"Go!" he said\ntwo|"stop|"stop\n'))
    assert (one.text, two.text) == ('"Go!" he said', '"stop')


def test_the_table_may_be_named_as_it_is_called_in_the_folder(folder):
    table(folder, "one\tgo\n")
    assert read_transcripts(folder, Path("table.csv"))[0].name == "one"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one\tgo\ntwo\t \n", r"table\.csv: no text \(line 2\); each row needs the name of a WAV file"),
        ("one\tgo\ntwo\n", r"no text \(line 2\)"),
        ("one\tgo\n\tgo\n\tstop\n", r"no name \(lines 2, 3\)"),
        ("one\tgo\ntwo\tgo\none\tstop\n", r"a name comes twice \(one \(lines 1 and 3\)\); each recording has one row"),
        (
            "one\tgo\na\tb\nc\td\ne\tf\ng\th\n",
            r"4 of 5 recordings have no WAV file \(a \(line 2\), c \(line 3\), e \(line 4\) and 1 more\); put them into ",
        ),
        ("one two\n", r"has one column only \(no tab, comma or \| in its first line\)"),
        ("file,text\n", r"a line of column names and no rows below it"),
        ("\n \n", r"table\.csv is empty"),
        ("one\tgo\x00\n", r"a zero byte"),
        ('one,"' + "x" * 200_000 + '"\n', r"line 1: field larger than field limit"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_lines(folder, text, words):
    with pytest.raises(DataError, match=words):
        read_transcripts(folder, table(folder, text))


def test_a_name_may_not_lead_out_of_the_folder(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "three.wav"
    outside.write_bytes(b"RIFF")
    with pytest.raises(DataError, match="leads out of"):
        read_transcripts(folder, table(folder, f"{outside}\tgo\n"))


WAYS = [
    "{outside}/secret",
    "../outside/secret",
    "wavs/../../outside/secret",
    "{outside}/secret.wav",
    "link",
    "ring",
    "null\0",
]


@pytest.mark.parametrize("way", WAYS)
def test_a_table_does_not_tell_what_is_on_the_disk_outside_its_folder(tmp_path, way):
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    (folder / "wavs").mkdir(parents=True)
    outside.mkdir()
    (folder / "ring.wav").symlink_to(folder / "ring.wav")
    (folder / "ring").symlink_to(folder / "ring.wav")
    (folder / "link").symlink_to(outside / "secret")
    told = []
    for _ in ("absent", "there"):
        with pytest.raises(DataError, match="leads out of") as error:
            _file(folder, way.format(outside=outside))
        told.append(str(error.value))
        for name in ("secret", "secret.wav"):
            (outside / name).write_bytes(b"RIFF")
    assert told[0] == told[1]


def test_a_name_with_more_bytes_than_a_system_takes_is_refused(folder):
    with pytest.raises(DataError, match="longer than a file's name can be"):
        read_transcripts(folder, table(folder, "€" * 190 + "\tgo\n"))


def test_a_missing_folder_and_a_missing_table_are_named(folder):
    with pytest.raises(DataError, match=r"there is no folder .*nowhere"):
        read_transcripts(folder / "nowhere", Path("table.csv"))
    with pytest.raises(DataError, match=r"there is no file .*absent\.csv"):
        read_transcripts(folder, Path("absent.csv"))


@pytest.mark.skipif(
    not DATA.is_dir(), reason="the real recordings lie beside a checkout of the project's machines only"
)
def test_the_form_of_ljspeech_is_read_with_its_written_out_text():
    found = read_transcripts(DATA / "ljspeech-sample", Path("metadata.csv"))
    assert len(found) == 6 and found[0].name == "LJ001-0001" and found[0].path.name == "LJ001-0001.wav"
    assert found[0].text.startswith("Printing, in the only sense with which we are at present concerned")
