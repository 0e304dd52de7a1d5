"""What a task on sets of vectors is: examples in three disjoint splits, and how a person's own input becomes a set.

Such a task asks for a label of each item or one for all; tasks whose output has a length of the model's own are `AbstractTask`
(task.py). A task *is* its settings: a frozen dataclass.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Any, ClassVar

from core.data.vector_sets import Entrance, SetExample
from core.errors import DataError, InputError
from core.language import tr
from core.settings import Settings
from core.tasks.task import Split


class AbstractSetTask(Settings, ABC):
    """Sets of vectors and their labels.

    Attributes:
        name: the task's word in tables, files and on the command line.
        summary: one line for menus: what goes in, what comes out.
        item: what an item is, in the singular: "word", "frame", "patch", "node".
        models: names in SET_MODELS that can learn it, the usual one first.
        needs_data: whether it has no examples without files of a person's own.
        typed: whether `read` makes a set of what a person types.
        files: settings that are the path of a file, for which pages take an upload.
        expected: what is known of its data beside what core/runs/expectations.py says; empty where nothing is.
        presets: by model, the parts of a configuration that are known to work; what is left out is as usual.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    item: ClassVar[str]
    models: ClassVar[tuple[str, ...]] = ("attention", "window")
    needs_data: ClassVar[bool] = False
    typed: ClassVar[bool] = False
    files: ClassVar[tuple[str, ...]] = ()
    expected: ClassVar[str] = ""
    presets: ClassVar[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {}

    @abstractmethod
    def build_entrance(self) -> Entrance:
        """How its sets enter a model, from the data."""

    @abstractmethod
    def examples(self, split: Split) -> Sequence[SetExample]:
        """The sets of a split, the same on every machine.

        Raises:
            DataError: the data cannot be read, or the split is empty.
        """

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out of a person's files, or guessed, in words."""
        return ()

    def read(self, text: str) -> SetExample:
        """A set from what a person typed; nothing is known of its labels.

        Raises:
            InputError: the text cannot be read, or this task's sets cannot be typed.
        """
        raise InputError(
            tr("the sets of task={name} cannot be typed; choose one of its held-out examples", name=self.name)
        )

    @cached_property
    def entrance(self) -> Entrance:
        """How its sets enter a model, read once."""
        return self.build_entrance()

    def lesson(self, example: SetExample, rng: Random) -> SetExample:
        """What is learned from an example at one step; a task that hides words draws here which."""
        return example

    def restored(self, entrance: Entrance) -> "AbstractSetTask":
        """This task as a run folder kept it: reads a person's input without the data it was trained with."""
        twin = copy.copy(self)
        twin.__dict__["entrance"] = entrance  # where cached_property looks first
        return twin

    def some(self, split: Split) -> Sequence[SetExample]:
        """The sets of a split, of which there is at least one.

        Raises:
            DataError: there is none.
        """
        found = self.examples(split)
        if not found:
            raise DataError(
                tr(
                    "the task {name} has no example in the split {split}: it has too few different ones; add data",
                    name=self.name,
                    split=split,
                )
            )
        return found
