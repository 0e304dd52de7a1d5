"""Where a model is sent: a kind of folder, how it is filled, and how it is opened again to compare."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from tokenizers import Tokenizer

from core.adapters.sending.fitting import Fit
from core.adapters.sending.parcel import Parcel
from core.errors import MissingExtra
from core.language import tr

Numbers = list[int]


class AbstractOpened(ABC):
    """A folder that was sent, opened by the program that it is for.

    Args:
        folder: where it is; parcel: what was sent.
    """

    def __init__(self, folder: Path, parcel: Parcel) -> None:
        self.folder, self.parcel = folder, parcel

    def read(self, texts: Sequence[str]) -> list[Numbers] | None:
        """Numbers of sources, <end> included, as what was sent reads them; None where it reads no text."""
        path = self.folder / "tokenizer.json"
        if not path.exists():
            return None
        tokenizer = Tokenizer.from_file(str(path))
        return [one.ids for one in tokenizer.encode_batch(list(texts))]

    @abstractmethod
    def greedy(self, sources: Sequence[Numbers], longest: int) -> list[Numbers]:
        """The greedy output of each source, <end> cut off.

        Args:
            sources: numbers, <end> included; longest: tokens of an output, <end> counted.
        """


class AbstractTarget(ABC):
    """A kind of folder.

    Attributes:
        name: the word on the command line; summary: one line for menus.
        program: the package that opens it.
        fits: what holds for models with the norm before, and after, beside what holds for all.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    program: ClassVar[str]
    fits: ClassVar[Mapping[str, tuple[Fit, ...]]] = {}

    @abstractmethod
    def fill(self, parcel: Parcel, folder: Path) -> None:
        """Write everything into an empty folder.

        Raises:
            MissingExtra: a package that writes it is not installed.
        """

    @abstractmethod
    def open(self, folder: Path, parcel: Parcel) -> AbstractOpened:
        """Open what was written, with the program it is for."""

    def require_program(self) -> None:
        """Let pass where what is sent can be opened here.

        Raises:
            MissingExtra: the program it is for is not installed.
        """
        if find_spec(self.program) is None:
            raise MissingExtra(self.program, "export", tr("comparing what was sent (which --check 0 leaves out)"))


def write_json(path: Path, data: Any) -> None:
    """A file that people may read too."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_tokens(parcel: Parcel, folder: Path) -> None:
    """`tokenizer.json`, which reads text; `vocabulary.json`, the tokens by their numbers, where nothing can."""
    if parcel.tokenizer is None:
        write_json(folder / "vocabulary.json", list(parcel.tokens))
    else:
        parcel.tokenizer.save(str(folder / "tokenizer.json"))


def until(end: int, numbers: Sequence[int]) -> Numbers:
    """An output up to its <end>, which is left out."""
    return list(numbers[: numbers.index(end)] if end in numbers else numbers)
