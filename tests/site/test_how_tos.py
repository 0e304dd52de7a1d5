"""Each how-to for adding something is followed to the letter in a copy of the tree: what it makes passes the laws it names."""

import re
from pathlib import Path

import pytest

from tests.site.followed import ROOT, blocks, commands, copy_of_the_tree, kinds, run, write

HOW_TOS = sorted(path.stem for path in (ROOT / "docs" / "how-to").glob("add-*.md"))
STAYS = ("app",)  # a command that does not end by itself
USUAL = ("add-a-page",)  # each copies the tree and runs its tests; the others with -m slow


def page(name: str) -> str:
    return (ROOT / "docs" / "how-to" / f"{name}.md").read_text(encoding="utf-8")


def test_there_is_one_for_everything_people_add():
    assert {"add-a-task", "add-a-mechanism", "add-a-strategy", "add-a-page", "add-a-lesson"} <= set(HOW_TOS)


@pytest.mark.parametrize("name", HOW_TOS)
def test_every_block_says_where_it_belongs(name):
    """None is passed over in silence: a block is a file, a change, or commands."""
    shown = kinds(page(name))
    assert len(blocks(page(name))) == sum(kind != "bash" for kind in shown) >= 2
    assert "bash" in shown


@pytest.mark.parametrize(
    "name", [one if one in USUAL else pytest.param(one, marks=pytest.mark.slow) for one in HOW_TOS]
)
def test_who_follows_it_to_the_letter_has_what_it_promises(name, tmp_path: Path):
    tree = copy_of_the_tree(tmp_path)
    for block in blocks(page(name)):
        write(block, tree)
    for words in commands(page(name)):
        if words[1] in STAYS:
            continue
        said = run(words, tree)
        if words[0] == "pytest":
            assert re.search(r"\b[1-9]\d* passed", said) and "skipped" not in said, said
