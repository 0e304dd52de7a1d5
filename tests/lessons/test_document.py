"""docs/lessons.md tells the truth: its shortest lesson is one, its commands work, its table names every line of a block."""

import re
import shlex
import textwrap
from pathlib import Path

from typer.testing import CliRunner

from core.cli.program import program
from core.lessons import reading
from core.lessons.reading import read_lesson
from core.lessons.shelves import known

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "lessons.md").read_text(encoding="utf-8")


def shortest() -> str:
    """The lesson that is shown in full; its block is set in there."""
    (text,) = re.findall(r"^```markdown\n(.*?)^```$", PAGE, re.M | re.S)
    head, block = text.split("\n    ```step", 1)
    return f"{head}\n{textwrap.dedent('    ```step' + block)}"


def test_the_shortest_lesson_is_one_and_its_commands_keep_it(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (name,) = re.findall(r"Save this as `(.*?)`", PAGE)
    Path(name).write_text(shortest(), encoding="utf-8")
    lesson = read_lesson(Path(name).read_bytes(), name)
    assert len(lesson.steps) == lesson.asked == 1 and lesson.steps[0].question.right("10")
    (commands,) = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.M | re.S)
    for command in commands.splitlines():
        done = CliRunner().invoke(program, shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
    assert f"own/{name.removesuffix('.md')}" in PAGE and known()[-1].address == f"own/{name.removesuffix('.md')}"


def test_every_line_of_a_block_is_described():
    assert sorted(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) == sorted(reading._STEP)
