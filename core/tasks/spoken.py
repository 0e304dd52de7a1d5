"""One label for a recording: which digit is spoken, or by whom; from a folder of WAV files whose names say so."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import torch

from core.data.audio import FRAMES_A_SECOND, MELS, read_wav
from core.data.named_file import named_file
from core.data.recording import relative
from core.data.vector_sets import Entrance, SetExample
from core.errors import DataError, InputError
from core.language import tr
from core.settings import setting
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import Split, split_of

LONGEST = 10.0  # seconds of a recording: a word, not a speech
MOST = 20_000  # files of a folder
_TRAINING = {
    "steps": 600, "batch_size": 16, "learning_rate": 2e-3, "evaluate_every": 50, "weight_decay": 0.01, "warmup": 50,
}  # fmt: skip


@dataclass(frozen=True)
class Spoken(AbstractSetTask):
    """A recording in, one label out: a part of its file's name, as in 7_jackson_0.wav.

    Frames of 25 ms, one every 10 ms, `reduction` of them side by side in an item. Held out by the hash of a file's name, or, to
    test, the files whose name fits a pattern.
    """

    name: ClassVar[str] = "spoken"
    summary: ClassVar[str] = "one label for a recording, the digit or the speaker: your own folder of WAV files"
    item: ClassVar[str] = "frame"
    needs_data: ClassVar[bool] = True
    typed: ClassVar[bool] = True
    expected: ClassVar[str] = (
        "On the free spoken digits of four speakers, official test takes: about 90 % of 200 recordings right after 600 steps, some "
        "6 seconds; the nearest neighbor gets 85 %."
    )
    presets: ClassVar[dict[str, Any]] = {
        "attention": {
            "model": {"layers": 2, "width": 64, "heads": 4, "attention": "banded", "window": 8, "dropout": 0.1},
            "training": _TRAINING,
        },
        "window": {"model": {"window": 8, "width": 64}, "training": _TRAINING},
    }

    folder: str = setting("", help="folder of WAV files, of any rate; they are converted to 16 kHz, one channel")
    part: int = setting(
        1, low=1, high=9, help="which part of a name is the label, parts apart by _ or -, counted from 1"
    )
    tested: str = setting("", help="files to test on, as *_[0-4].wav; empty: some, by the hash of their names")
    reduction: int = setting(4, low=1, high=32, help="frames side by side in one item: fewer items, less to compare")
    noise: float = setting(
        0.5, low=0.0, high=10.0, step=0.1, help="noise added to features while training; 1 is as loud as all else"
    )

    def build_entrance(self) -> Entrance:
        """Frames side by side, and one label for all."""
        labels = tuple(sorted({self._label(path) for path in self._files}))
        return Entrance(None, MELS * self.reduction, "one", labels)

    def examples(self, split: Split) -> Sequence[SetExample]:
        """The recordings of a split, by name."""
        return [self._examples[path.name] for path in self._files if self._split(path) == split]

    def lesson(self, example: SetExample, rng: Random) -> SetExample:
        """Never twice the same: with other noise at every step."""
        chance = torch.Generator().manual_seed(rng.getrandbits(60))
        blurred = example.content + self.noise * torch.randn(example.content.shape, generator=chance)
        return replace(example, content=blurred)

    def read(self, text: str) -> SetExample:
        """A recording by its path, whose name need not say a label.

        Raises:
            InputError: there is no such file, or it is too long; DataError: it cannot be used.
        """
        path = named_file(text.strip())
        if not path.is_file():
            raise InputError(
                tr("there is no recording {strip!r}; give the path of a WAV file", strip=text.strip()[:80])
            )
        return self._heard(path, -1)

    @cached_property
    def _files(self) -> list[Path]:
        if not self.folder:
            raise DataError(tr("task=spoken needs task.folder: a folder of WAV files whose names say the label"))
        folder = named_file(self.folder)
        if not folder.is_dir():
            raise DataError(
                tr(
                    "there is no folder {folder}; check the path (it is taken from {cwd})",
                    folder=folder,
                    cwd=Path.cwd(),
                )
            )
        found = sorted(folder.glob("*.wav"))
        if not found:
            raise DataError(tr("the folder {folder} has no .wav file; put the recordings into it", folder=folder))
        if len(found) > MOST:
            raise DataError(
                tr(
                    "the folder {folder} has {count:,} recordings; at most {most:,} are read: take a part",
                    folder=folder,
                    count=len(found),
                    most=MOST,
                )
            )
        return found

    @cached_property
    def _examples(self) -> dict[str, SetExample]:
        numbers = {label: at for at, label in enumerate(self.entrance.labels)}
        return {path.name: self._heard(path, numbers[self._label(path)]) for path in self._files}

    def _label(self, path: Path) -> str:
        parts = path.stem.replace("-", "_").split("_")
        if len(parts) < self.part:
            raise DataError(
                tr(
                    "{name}: its name has {count} parts, and part={part} is to be its label; rename it, or choose "
                    "another part",
                    name=path.name,
                    count=len(parts),
                    part=self.part,
                )
            )
        return parts[self.part - 1]

    def _split(self, path: Path) -> Split:
        by_hash = split_of((path.name,))
        if not self.tested:
            return by_hash
        if fnmatch.fnmatchcase(path.name, self.tested):
            return "test"
        return "validation" if by_hash != "train" else "train"

    def _heard(self, path: Path, label: int) -> SetExample:
        sound = read_wav(path)
        if sound.seconds > LONGEST:
            raise DataError(
                tr(
                    "{name} lasts {seconds:.1f} s; at most {longest:.0f} s have one label here: cut it into words",
                    name=path.name,
                    seconds=sound.seconds,
                    longest=LONGEST,
                )
            )
        features = torch.from_numpy(relative(sound))
        features = torch.nn.functional.pad(features, (0, 0, 0, -len(features) % self.reduction))
        content = features.reshape(-1, self.reduction * MELS)
        step = self.reduction / FRAMES_A_SECOND
        items = tuple(f"{at * step:.2f} s" for at in range(len(content)))
        return SetExample(items, content, torch.tensor(label), told={"recording": path.name, "step": step})
