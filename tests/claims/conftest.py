"""What experiments on data of one's own are given in tests: a treebank of sentences of the small grammar."""

from pathlib import Path
from random import Random

import pytest

from core.claims.parsing import TREEBANK
from core.data.brackets import written
from core.tasks.attachment import sentence


@pytest.fixture(scope="session")
def treebank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of trees, under a root, a tree a line."""
    rng = Random(8)
    path = tmp_path_factory.mktemp("treebank") / "grammar.ptb"
    path.write_text("\n".join(f"(ROOT {written(sentence(rng))})" for _ in range(900)), "utf-8")
    return path


@pytest.fixture(autouse=True)
def own_treebank(treebank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every claim finds it."""
    monkeypatch.setenv(TREEBANK, str(treebank))
