"""Documents tell the truth: every command and every Python example in them is run, every table is compared with the code."""

import contextlib
import dataclasses
import io
import json
import os
import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from core.cli.program import program
from core.decoding.greedy import GreedySearch
from core.decoding.hypothesis import Status
from core.decoding.trees.tree import COLUMNS, DRAW_COLUMNS
from core.decoding.view import StepRecord
from core.figures.export import to_json
from core.runs.trained import load
from core.training.events import Changed, Evaluated, Finished, Snapshot, StepDone

ROOT = Path(__file__).parents[1]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
]
# the same command with less work: the last of two equal options counts
SHORTER = {
    "train": ["--steps", "12"],
    "evaluate": ["-n", "5"],
    "verify": ["--sentences", "1"],
    "send": ["--check", "10"],
    "sweep": ["-n", "5", "--max-nodes", "10"],
}


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text(page), re.M | re.S)


def commands(page: str) -> list[list[str]]:
    lines = [line for block in blocks(page, "bash") for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("attnlab ")]


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its kind or a higher one."""
    (found,) = re.findall(rf"^(#+) {re.escape(heading)}[^\n]*\n(.*?)(?=^#{{1,3}} |\Z)", text(page), re.M | re.S)
    return found[1]


def first_column(page: str, heading: str, head: str) -> list[str]:
    """The words of the first column of the table that has this head, under this heading."""
    (table,) = re.findall(rf"^\| {re.escape(head)} .*\n\|[-| ]+\n((?:\|.*\n?)+)", section(page, heading), re.M)
    return [re.findall(r"`([^`]+)`", row.split("|")[1])[0] for row in table.splitlines()]


def all_commands(group: typer.core.TyperGroup, name: str = "attnlab") -> Iterator[tuple[str, typer.core.TyperCommand]]:
    for word, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from all_commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without runs, and a working folder where `assets` are."""
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    for whose in ("CLASS", "LECTURER", "NEW"):  # they are asked for where nobody answers here
        monkeypatch.setenv(f"ATTNLAB_{whose}_PASSWORD", f"words of {whose}")
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "assets").symlink_to(ROOT / "assets")
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path


# ---------------------------------------------------------------- what is shown is run
@pytest.mark.parametrize("page, least", [("README.md", 5), ("docs/command-line.md", 5), ("docs/notebooks.md", 2)])
def test_every_command_that_is_shown_works(page, least, workplace):
    shown = commands(page)
    assert len(shown) >= least
    for words in shown:
        if words[0] == "app":
            continue  # it would stay; its options are looked at below
        done = CliRunner().invoke(program, [*words, *SHORTER.get(words[0], [])])
        assert done.exit_code == 0, f"attnlab {shlex.join(words)}\n{done.output}\n{done.exception!r}"


def test_python_examples_print_what_they_say(workplace):
    shown = blocks("README.md", "python")
    assert len(shown) == 2
    printed = []
    for block in shown:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(block, {})
        printed.append(out.getvalue())
    assert printed[0] in blocks("README.md", "text")
    assert re.fullmatch(r"(step \d+: loss \d\.\d\d, exact match \d+%\n){3}ecneuqes\n", printed[1])


@pytest.mark.parametrize("page", PAGES)
def test_every_file_a_document_points_at_is_there(page):
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text(page))
    missing = [link for link in links if not (ROOT / page).parent.joinpath(link).exists()]
    assert not missing, missing


# ---------------------------------------------------------------- the tree is the table of contents
def test_readme_shows_the_rooms_that_there_are():
    on_disk = set()
    for house in ("core", "dashboard"):
        for folder, folders, files in os.walk(ROOT / house):
            folders[:] = [name for name in folders if name != "__pycache__"]
            on_disk |= {Path(folder).relative_to(ROOT).as_posix()} if files else set()
    (shown,) = [block for block in blocks("README.md", "text") if block.startswith("core/")]
    rooms, above = set(), []
    for indent, name in re.findall(r"^( *)([\w.]+)/", shown, re.M):
        above[len(indent) // 2 :] = [name]
        rooms.add("/".join(above))
    assert {room for room in rooms if room.partition("/")[0] in ("core", "dashboard")} == on_disk
    assert all((ROOT / room).is_dir() for room in rooms)


# ---------------------------------------------------------------- the command line
def test_every_command_has_its_paragraph_and_an_example():
    known = dict(all_commands(typer.main.get_command(program)))
    described = re.findall(r"^## (attnlab .+)$", text("docs/command-line.md"), re.M)
    assert sorted(described) == sorted(known)
    for name in known:
        assert f"```bash\n{name}" in section("docs/command-line.md", name), f"no example of {name}"


def test_every_option_is_named_where_its_command_is_described():
    for name, command in all_commands(typer.main.get_command(program)):
        options = {option for one in command.params for option in one.opts if option.startswith("-")}
        said = section("docs/command-line.md", name)
        missing = [one for one in options - {"--json", "--help", "-h"} if one not in said]
        assert not missing, f"{name} does not mention {missing}"
        assert ("--json" in options) == (name != "attnlab app")


# ---------------------------------------------------------------- files and records
def test_every_file_of_a_run_is_described(workplace):
    done = CliRunner().invoke(program, ["train", "--task", "reverse", "--steps", "3", "--name", "x"])
    assert done.exit_code == 0, done.output
    folders = [*(ROOT / "assets" / "runs").iterdir(), workplace / "home" / "runs" / "x"]
    files = {path.relative_to(run).as_posix() for run in folders for path in run.rglob("*") if path.is_file()}
    described = [name.replace("NNNNNN", "[0-9]*") for name in first_column("docs/run-folder.md", "Files", "File")]
    compiled = {name for name in described if name.startswith("compiled/")}  # tests/cli/test_compiling.py makes them
    assert [name for name in files if not any(fnmatchcase(name, one) for one in described)] == []
    unused = {one for one in described if not any(fnmatchcase(name, one) for name in files)}
    assert unused == {"control/*.json", "notes.md", "log.txt"} | compiled


def test_every_event_is_described():
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", section("docs/run-folder.md", "`events.jsonl`"), re.M)
    described = {kind: set(re.findall(r"`(\w+)`", fields)) for kind, fields in rows if kind != "kind"}
    for event in (StepDone, Evaluated, Snapshot, Changed, Finished):
        fields = {field.name for field in dataclasses.fields(event)} - {"step", "kind", "matrices"}
        assert fields <= described[event.kind], event.__name__
    assert len(described) == 5


def test_every_column_of_a_tree_is_described():
    page = "docs/records.md"
    assert tuple(first_column(page, "`nodes`", "Column")) == COLUMNS
    assert tuple(first_column(page, "`draws`", "Column")) == DRAW_COLUMNS
    assert first_column(page, "`nodes`", "Status") == [str(status) for status in Status]
    assert first_column(page, "`steps`", "Field") == [field.name for field in dataclasses.fields(StepRecord)]


def test_every_field_of_a_header_and_of_an_attention_record_is_described():
    model = load("demo/reverse-transformer")
    tree = model.tree("abc", GreedySearch()).to_dict()
    body = {"nodes", "steps", "draws", "attention"}
    assert first_column("docs/records.md", "Header", "Field") == [name for name in tree if name not in body]
    record = json.loads(to_json(model.matrices("abc")))["records"][0]
    assert first_column("docs/records.md", "Attention matrices", "Field of a record") == list(record)
