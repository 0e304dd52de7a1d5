"""What documents show is there and does what it says: commands with their options, and Python."""

import ast
import contextlib
import importlib
import io
import re
from pathlib import Path

import pytest
import typer

from core.cli.program import program
from tests.site.followed import ROOT, commands
from tests.test_documents import all_commands, workplace

__all__ = ["workplace"]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
]
PAGES = [page for page in PAGES if not page.startswith("docs/reference/made/")]
# blocks that need what is not here, by a word in them: they are read, their imports too, and what they teach is run where it says
ELSEWHERE = {
    "bccd-detection": "tests/runs/test_detection.py",  # a folder that a person has fetched
    "opus-mt-en-de": "tests/adapters/test_huggingface.py",  # a model that a person has fetched
    "num_return_sequences": "tests/adapters/test_generate.py",  # a model of Hugging Face's library
}


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def python(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", text(page), re.M | re.S)


@pytest.mark.parametrize("page", [page for page in PAGES if "attnlab " in text(page)])
def test_every_command_that_is_shown_exists_with_its_options(page):
    known = dict(all_commands(typer.main.get_command(program)))
    for words in commands(text(page)):
        if words[0] != "attnlab":
            continue
        name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None)
        assert name or words[1:] == ["--help"], f"there is no {' '.join(words[:3])}"
        options = (
            {option for one in known[name].params for option in (*one.opts, *one.secondary_opts)} if name else set()
        )
        unknown = [
            word for word in words if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in options | {"--help"}
        ]
        assert not unknown, f"{name} has no {unknown}"


RUN = [page for page in PAGES if python(page) and not page.startswith(("docs/how-to/add-", "README"))]


@pytest.mark.parametrize("page", RUN)
def test_python_that_is_shown_runs(page, workplace):
    """Blocks of a page go on from each other, as who copies them one after the other does; README's and the how-tos' have tests of their own."""
    names: dict[str, object] = {}
    for block in python(page):
        elsewhere = [path for word, path in ELSEWHERE.items() if word in block]
        if elsewhere:
            assert Path(ROOT, elsewhere[0]).exists()
            for node in ast.walk(ast.parse(block)):
                if isinstance(node, ast.ImportFrom):
                    module = importlib.import_module(node.module or "")
                    assert all(hasattr(module, name.name) for name in node.names), ast.unparse(node)
            continue
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(block, page, "exec"), names)
