"""A person's own reward: the function `reward(output, reference)` of a Python file.

    def reward(output: str, reference: str) -> float:
        return float(output == reference)

Both are texts as a person reads them; more is better. The file is a program with all its rights: it is run only where its
owner has named it on their own command line or in their own code, never by a page and never for a run that came from
elsewhere. What it raises, and an answer that is no number or never comes, ends the training with one message; the run
keeps what it had learned.
"""

import importlib.util
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import DataError, InputError
from core.language import tr
from core.tasks.task import AbstractTask
from core.training.rewards import Pair

NAME = "reward"
_FORM = "def reward(output: str, reference: str) -> float"


@dataclass(frozen=True)
class OwnReward:
    """A function of a person's file.

    Attributes:
        path: of the file; function: `reward` of it; task: which turns tokens to text.
        seconds: that one answer may take.
    """

    path: Path
    function: Callable[[str, str], Any] = field(repr=False)
    task: AbstractTask
    seconds: float

    def __call__(self, pairs: Sequence[Pair]) -> list[float]:
        """Of every pair.

        Raises:
            InputError: it raised, gave no number, or took too long.
        """
        texts = [tuple(self.task.join_target(tokens) for tokens in pair) for pair in pairs]
        answers: list[Any] = []
        failed: list[BaseException] = []

        def ask() -> None:
            try:
                for output, reference in texts:
                    answers.append(self.function(output, reference))
            except BaseException as error:  # SystemExit too: it is a person's program
                failed.append(error)

        self._wait(threading.Thread(target=ask, daemon=True, name=NAME), answers)
        asked = texts[min(len(answers), len(texts) - 1)] if texts else ("", "")
        if failed:
            error = failed[0]
            raise InputError(
                tr(
                    "{called} raised {name}: {error}; mend the function and resume the run",
                    called=self._called(asked),
                    name=type(error).__name__,
                    error=error,
                )
            ) from error
        return [self._number(answer, text) for answer, text in zip(answers, texts)]

    def _wait(self, thread: threading.Thread, answers: list[Any]) -> None:
        """Until it has answered all; one that hangs is left alone, and ends with the process."""
        thread.start()
        answered = -1
        while thread.is_alive():
            if len(answers) == answered:
                raise InputError(
                    tr(
                        "{path}: {name}() did not answer within {seconds:g} s; make it faster, or allow more with "
                        "objective.reward_seconds, and resume the run",
                        path=self.path,
                        name=NAME,
                        seconds=self.seconds,
                    )
                )
            answered = len(answers)
            thread.join(self.seconds)

    def _number(self, answer: Any, asked: Sequence[str]) -> float:
        try:
            number = float(answer)
        except (TypeError, ValueError):
            number = math.nan
        if isinstance(answer, str) or not math.isfinite(number):
            raise InputError(
                tr(
                    "{called} gave {answer!r}, which is no finite number; mend the function and resume the run",
                    called=self._called(asked),
                    answer=str(answer)[:40],
                )
            )
        return number

    def _called(self, asked: Sequence[str]) -> str:
        output, reference = (text[:40] for text in asked)
        return f"{self.path}: {NAME}({output!r}, {reference!r})"


def read_reward(path: Path, task: AbstractTask, seconds: float) -> OwnReward:
    """Run a file and take its function.

    Raises:
        DataError: no such file, it is not Python, it raised, or it has no such function.
    """
    if path.suffix != ".py" or not path.is_file():
        raise DataError(
            tr("{path} is no Python file; give the path of a .py file that has {form}", path=path, form=_FORM)
        )
    spec = importlib.util.spec_from_file_location(f"attnlab_{NAME}", path)
    assert spec is not None and spec.loader is not None  # it ends in .py
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise DataError(
            tr(
                "{path} cannot be run: {name}: {error}; mend it and start again",
                path=path,
                name=type(error).__name__,
                error=error,
            )
        ) from error
    function = getattr(module, NAME, None)
    if not callable(function):
        raise DataError(tr("{path} has no function {name}; write {form}", path=path, name=NAME, form=_FORM))
    return OwnReward(path, function, task, seconds)
