"""A how-to, followed to the letter: its blocks are put where it says, and its commands are run, in a copy of the tree.

A page says of each block where it belongs, in the line above it: "A new file, `path`:" before the whole of a file, and
"In `path`" before a change, which shows lines that are there (exactly once), lines to add (+) and lines to take out (-).
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^([^\n]*)\n\n(`{3,})(\w+)\n(.*?)^\2$", re.M | re.S)  # a longer fence may hold shorter ones
_RUN = {
    "pytest": ["-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider"],
    "attnlab": ["-c", "from core.cli import main; main()"],
}


@dataclass(frozen=True)
class Block:
    """A block of a page and the path that the line above it names."""

    path: str
    new: bool
    text: str


def blocks(page: str) -> list[Block]:
    """What a page says to write, in its order."""
    found = []
    for above, _, kind, text in _BLOCK.findall(page):
        named = re.search(r"(?:A new file,|\b[Ii]n) [^`]*?`([\w./-]+\.\w+)`.*:$", above)
        if named is not None and kind != "bash":
            found.append(Block(named[1], "A new file," in above, text))
    return found


def kinds(page: str) -> list[str]:
    """Of what kind each block of a page is."""
    return [kind for _, _, kind, _ in _BLOCK.findall(page)]


def commands(page: str) -> list[list[str]]:
    """The lines of a page's bash blocks, as words."""
    lines = [line for block in re.findall(r"^```bash\n(.*?)^```$", page, re.M | re.S) for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.strip()]


def copy_of_the_tree(into: Path) -> Path:
    """Everything a person edits, and links to what nobody does."""
    leave = shutil.ignore_patterns("__pycache__", "made")
    for house in ("core", "dashboard", "tests"):
        shutil.copytree(ROOT / house, into / house, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", into)
    (into / "assets").mkdir()
    shutil.copytree(ROOT / "assets" / "lessons", into / "assets" / "lessons")
    for shipped in (ROOT / "assets").iterdir():
        if shipped.name != "lessons":
            (into / "assets" / shipped.name).symlink_to(shipped)
    return into


def write(block: Block, tree: Path) -> None:
    """Put one block where it belongs."""
    path = tree / block.path
    if block.new:
        assert not path.exists(), f"{block.path} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    for change in block.text.split("@@\n"):
        lines = change.splitlines()
        before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
        assert text.count(before) == 1, f"{block.path} has these lines {text.count(before)} times:\n{before}"
        text = text.replace(before, "\n".join(line[1:] for line in lines if not line.startswith("-")))
    path.write_text(text, encoding="utf-8")


def run(words: list[str], tree: Path) -> str:
    """Run a command of a page in the tree; what it printed, or a failure that shows it."""
    home = {"ATTNLAB_HOME": str(tree / "home"), "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *_RUN[words[0]], *words[1:]]
    done = subprocess.run(command, cwd=tree, env={**os.environ, **home}, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout
