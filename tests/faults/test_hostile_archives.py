"""Archives from strangers: refused with a reason, and nothing of them stays."""

import io
import json
import stat
import zipfile

import pytest

from core.errors import RunError
from core.runs import archive, store
from tests.runs.made import CONFIG, a_run

GOOD = {"x/config.json": json.dumps(CONFIG)}


def zipped(entries: dict, **attributes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = attributes.get(name.rpartition("/")[2].partition(".")[0], 0)
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, text)
    return file.getvalue()


def refused(data: bytes, reason: str) -> None:
    with pytest.raises(RunError, match=reason):
        archive.import_run(data)
    assert not store.runs_folder().exists() or list(store.runs_folder().iterdir()) == []


def test_a_plain_archive_is_a_run_with_or_without_its_folder():
    assert archive.import_run(zipped(GOOD)).name == "x"
    assert archive.import_run(zipped({"config.json": json.dumps(CONFIG)})).name == "imported"


def test_what_desktops_add_is_ignored():
    extra = {"__MACOSX/x/._config.json": "?", "x/.DS_Store": "?", "x/": ""}
    run = archive.import_run(zipped({**GOOD, **extra}))
    assert [path.name for path in run.path.iterdir()] == ["config.json"]


@pytest.mark.parametrize("name", [
    "../evil.json", "x/../../evil", "/etc/passwd", "x/..\\evil.json", "C:\\evil.json", "x/model.pkl", "x/worker.py",
    "x/checkpoints/step-000001/optimizer.pt", "x/checkpoints/../../config.json", "x/.lock", "x/control/1.json", "x/log.txt",
    "y/notes.md", "x/x/config.json", "x/snapshots/step-000001.npz/a", "x/CONFIG.JSON", "x/config.json\n", "x/notes.md/",
])  # fmt: skip
def test_entries_that_no_run_has_are_refused(name):
    if name.endswith("/"):
        assert archive.import_run(zipped({**GOOD, name: ""})).config() == CONFIG, "an empty folder is nothing"
    else:
        refused(zipped({**GOOD, name: "x"}), "is not a file that a run has|no config.json")


def test_links_are_refused():
    link = (stat.S_IFLNK | 0o777) << 16
    refused(zipped({**GOOD, "x/notes.md": "/etc/passwd"}, notes=link), "is a link or a device")
    refused(zipped({"x/config.json": "/etc/passwd"}, config=link), "is a link or a device")


@pytest.mark.parametrize("config", ["", "{", "{}", '{"schema": "attnlab/run/2"}', "[" * 100_000])
def test_archives_without_a_readable_configuration_are_refused(config):
    refused(zipped({"x/config.json": config}), "config.json")


def test_archives_that_are_none_are_refused(tmp_path):
    good = zipped(GOOD)
    for data in (b"", b"hello", good[:-30], good[:40], good.replace(b"PK\x03\x04", b"PK\x03\x05")):
        refused(data, "not a whole zip file|no config.json")
    with pytest.raises(RunError, match="cannot be read"):
        archive.import_run(tmp_path / "nowhere.zip")


def test_flipped_bytes_never_get_through_as_something_else():
    good = zipped({**GOOD, "x/notes.md": "what I thought " * 9})
    for place in range(0, len(good), 3):
        data = bytearray(good)
        data[place] ^= 0x55
        try:
            run = archive.import_run(bytes(data))
        except RunError:
            continue
        assert run.config() == CONFIG
        store.delete(run)


def test_two_entries_of_one_name_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out, pytest.warns(UserWarning, match="Duplicate"):
        for _ in range(2):
            out.writestr("x/config.json", json.dumps(CONFIG))
    refused(file.getvalue(), "two entries of one name")


def test_bombs_are_refused_before_they_unpack(monkeypatch):
    monkeypatch.setattr(archive, "_LARGEST_TEXT", 1_000_000)
    refused(zipped({**GOOD, "x/events.jsonl": "0" * 2_000_000}), "unpacks to")
    monkeypatch.setattr(archive, "_MOST_ENTRIES", 10)
    refused(zipped({**GOOD, **{f"x/snapshots/step-{n:06d}.npz": "" for n in range(11)}}), "entries")
    monkeypatch.setattr(archive, "_LARGEST_ARCHIVE", 100)
    refused(zipped(GOOD), "at most 100")


def test_an_entry_that_lies_about_its_size_is_refused():
    honest = zipped({**GOOD, "x/notes.md": "0" * 5000})
    size, lie = (5000).to_bytes(4, "little"), (50).to_bytes(4, "little")
    assert honest.count(size) == 2
    refused(honest.replace(size, lie), "not a whole zip file")


def test_an_encrypted_archive_is_refused():
    data = bytearray(zipped(GOOD))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    refused(bytes(data), "encrypted")


def test_an_import_never_replaces_a_run():
    run = a_run("x")
    run.write_notes("mine")
    assert archive.import_run(zipped({**GOOD, "x/notes.md": "theirs"})).name == "x-2"
    assert run.notes() == "mine"
