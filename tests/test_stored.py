"""What is stored where: the table of docs/operations.md names what the code keeps in its folder, and nothing else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from core.runs.workspace import WORKSPACES
from tests.test_documents import ROOT, section

PLACES = {"home", "root"}  # functions of core/runs/workspace.py: of whoever asks, and of the server
NAMED = {"WORKSPACES": WORKSPACES}


def below(node: ast.expr) -> tuple[bool, list[str]]:
    """Whether a path begins at such a place, and the names below it that the code says, up to the first that it does not."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        begins, names = below(node.left)
        name = (
            node.right.value if isinstance(node.right, ast.Constant) else NAMED.get(getattr(node.right, "id", ""), "")
        )
        return begins, [*names, str(name)]
    called = node.func if isinstance(node, ast.Call) else None
    return getattr(called, "attr", getattr(called, "id", "")) in PLACES, []


def paths(folder: Path) -> Iterator[str]:
    """Of everything that a file of this folder keeps there; locks, whose names begin with a dot, are nothing to keep."""
    for file in sorted(folder.rglob("*.py")):
        joined = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.BinOp)]
        beginnings = {node.left for node in joined}
        for node in joined:
            begins, names = (False, []) if node in beginnings else below(node)
            if begins and not names[0].startswith("."):
                yield "/".join(names).partition("//")[0].rstrip("/")


def documented() -> set[str]:
    """The names of the table, without what stands for any name; what a workspace alone has by its name in there."""
    rows = re.findall(r"^\| (`.*?) \|", section("docs/operations.md", "What is stored where; backups"), re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    return {re.sub(r"/(NAME/?)?$", "", re.sub(rf"^{WORKSPACES}/NAME/(?=.)", "", name)) for name in names}


def test_the_table_of_what_is_stored_has_a_row_for_everything_that_is():
    kept = {path for folder in ("core", "dashboard") for path in paths(ROOT / folder)}
    assert {"runs", "uploads", "published/lessons", "desk.json", WORKSPACES} <= kept
    told = documented()
    whole = {path for path in kept if not any(path.startswith(f"{name}/") for name in told)}
    assert whole == told


def test_a_new_folder_is_noticed(tmp_path):
    (tmp_path / "new.py").write_text(
        'def _at(name): return workspace.root() / "secrets" / name / "x"\nb = home() / ".lock"\n'
    )
    assert set(paths(tmp_path)) == {"secrets"}
