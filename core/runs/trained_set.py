"""A network that labels sets of vectors, trained on disk in a run folder like all others: what pages and notebooks call."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.data.vector_sets import Entrance, SetBatch, SetExample, numbered, stack_sets
from core.data.vocabulary import UNK
from core.errors import InputError, RunError, SettingError
from core.language import tr
from core.models.set_models import build_set_model
from core.models.set_settings import AbstractSetSettings
from core.recording.matrix import AttentionMatrix
from core.runs import checkpoint, store
from core.runs.folder import RunFolder
from core.runs.reader import digest
from core.runs.set_config import SetConfig, is_set_run
from core.runs.set_examples import SetExamples, read_entrance, read_sets, write_sets
from core.runs.transfer import transfer
from core.runs.weights import fitted
from core.tasks.task import Split
from core.training.events import Evaluated
from core.training.set_trainer import SetTrainer, judge, recorded

_CHUNK = 64  # sets with something hidden that are labelled together
MOST_ITEMS = 4000  # of a set that a person gives; all pairs of more would not fit


@dataclass(frozen=True, eq=False)
class TrainedSet:
    """A network with how its sets enter, and where it came from.

    Attributes:
        run: the folder; config: how it was trained; step: of the checkpoint.
        network: in evaluation, without gradients; entrance: how sets enter; examples: what the run carries to show.
    """

    run: RunFolder
    config: SetConfig
    step: int
    network: nn.Module = field(repr=False)
    entrance: Entrance = field(repr=False)
    examples: SetExamples = field(repr=False)

    def read(self, text: str) -> SetExample:
        """A set from what a person typed.

        Raises:
            InputError: it cannot be read, is too long, or this task's sets cannot be typed.
        """
        example = self.config.task.read(text)
        if len(example.items) > MOST_ITEMS:
            raise InputError(
                tr(
                    "the input has {count:,} items; at most {most_items:,} can be read: shorten it",
                    count=len(example.items),
                    most_items=MOST_ITEMS,
                )
            )
        return example

    @torch.no_grad()
    def probabilities(self, example: SetExample) -> Float[np.ndarray, "item label"]:
        """How likely each label is, of every item; one row where there is one label for all."""
        scores = self.network(stack_sets([example]))[0].softmax(-1)
        return np.atleast_2d(scores.numpy())

    def matrices(self, example: SetExample, only: str = "*", level: str = "weights") -> list[AttentionMatrix]:
        """Every attention matrix of a set.

        Raises:
            SettingError: the network has no attention.
        """
        if not self.looks:
            raise SettingError(
                tr("model={name} has no attention to look at; see what decided instead", name=self.config.model.name)
            )
        return recorded(self.network, example, self.config.model.first, only, level)

    @torch.no_grad()
    def decided(self, example: SetExample, item: int = 0, label: int | None = None) -> Float[np.ndarray, " item"]:
        """Which items decided: by how many nats a label becomes less likely when each is hidden (Li et al. 2016, arXiv:1612.08220).

        A hidden word is <unk>, a hidden vector zeros; what is below 0 spoke against the label.

        Args:
            item: whose label; 0 where there is one for all. label: which; None takes the most probable.
        """
        seen = self._log_probs(stack_sets([example]))[0, item]
        which = int(seen.argmax()) if label is None else label
        return torch.cat([seen[which] - one[:, item, which] for one in self._with_one_hidden(example)]).numpy()

    @torch.no_grad()
    def deciding(self, example: SetExample) -> Float[np.ndarray, "asked item"]:
        """The same for the most probable label of every item; one row where there is one label for all."""
        seen = self._log_probs(stack_sets([example]))[0]
        best, which = seen.max(-1)
        rows = torch.arange(len(best))
        return torch.cat([best - one[:, rows, which] for one in self._with_one_hidden(example)]).T.numpy()

    def _with_one_hidden(self, example: SetExample) -> Iterator[Float[Tensor, "hidden item label"]]:
        """Log-probabilities of every label with each item hidden in its turn, some at a time."""
        whole, count = stack_sets([example]), len(example.items)
        hidden = whole.content.expand(count, *whole.content.shape[1:]).clone()
        hidden[torch.arange(count), torch.arange(count)] = 0.0 if hidden.is_floating_point() else UNK
        edges = [example.edges] * _CHUNK
        for start in range(0, count, _CHUNK):
            some = hidden[start : start + _CHUNK]
            graphs = None if example.edges is None else numbered(edges[: len(some)])
            yield self._log_probs(
                SetBatch(
                    some,
                    whole.valid.expand(len(some), -1),
                    whole.labels.expand(len(some), *whole.labels.shape[1:]),
                    graphs,
                )
            )

    def evaluate(self, split: Split = "test", n: int = 500) -> Evaluated:
        """Label held-out sets that are read anew from the task's data.

        Raises:
            DataError: the data are not here; RunError: they are others than when it was trained.
        """
        task = SetConfig.from_dict(self.run.config()).task  # reads its data anew
        if task.entrance != self.entrance:
            raise RunError(
                tr("the data of {address} have changed since it was trained: put them back", address=self.run.address)
            )
        began = perf_counter()
        found = judge(self.network, task.some(split)[:n])
        none = float("nan")
        return Evaluated(
            self.step, split, found.whole, found.right, found.loss, none, found.sets, perf_counter() - began
        )

    def _log_probs(self, batch: SetBatch) -> Float[Tensor, "batch item label"]:
        scores = self.network(batch).log_softmax(-1)
        return scores if scores.ndim == 3 else scores[:, None]

    @property
    def looks(self) -> bool:
        """Whether it has attention."""
        return any(True for name, _ in self.network.named_modules() if name.endswith("tap_weights"))

    @cached_property
    def model_hash(self) -> str:
        """Fingerprint of the weights."""
        return digest(b"".join(tensor.numpy().tobytes() for tensor in self.network.state_dict().values()))


def create_set_run(name: str, config: SetConfig) -> RunFolder:
    """Make a run on sets that is ready to be trained.

    Raises:
        RunError: the name is taken or impossible; DataError: the task's data cannot be used; SettingError: the model cannot
            do what is asked, or the run to begin with does not fit.
    """
    store.check_name(name)
    examples = SetExamples.of(config.task)  # reads the data: what is wrong with it is said before a run exists
    network = build_set_model(config.model, config.task.entrance, config.seeds)
    begin_with(network, config)
    run = store.create(name, config.to_dict())
    write_sets(run, config.task.entrance, examples)
    return run


def set_trainer(run: RunFolder, config: SetConfig) -> SetTrainer:
    """A trainer at step 0, with the weights of another run where the configuration says so.

    Raises:
        RunError: the data are others than when the run was made; DataError: they cannot be used.
    """
    if config.task.entrance != read_entrance(run):
        raise RunError(
            tr(
                "the data of {address} have changed since it was made: put them back, or train a new run",
                address=run.address,
            )
        )
    network = build_set_model(config.model, config.task.entrance, config.seeds)
    begin_with(network, config)
    probe = read_sets(run).probe
    return SetTrainer(network, config.model.first, config.task, probe, config.training, config.seeds)


def begin_with(network: nn.Module, config: SetConfig) -> None:
    """Give a fresh network the weights of `training.from_run`, of every part but the last, which makes the labels.

    Raises:
        RunError: there is no such run; SettingError: its model is another, or its words are of another language.
    """
    if not config.training.from_run:
        return
    before = load_set(config.training.from_run)
    mine, theirs = config.model, before.config.model
    if mine.name != theirs.name or _but_pool(mine) != _but_pool(theirs):
        raise SettingError(
            tr(
                "from_run={address} has another model: give this run the same model settings ({name}, {listed})",
                address=before.run.address,
                name=theirs.name,
                listed=", ".join(
                    f"{name}={value}" for name, value in _but_pool(theirs).items() if value != _but_pool(mine).get(name)
                ),
            )
        )
    transfer(network, config.task.entrance, before.network, before.entrance)


def _but_pool(model: AbstractSetSettings) -> dict[str, Any]:
    """Settings without that of how one label is read for all: it has no weights that are kept."""
    return {name: value for name, value in model.to_dict().items() if name != "pool"}


def load_set(address: str | Path, step: int | None = None) -> TrainedSet:
    """The network of a run on sets: a name, `demo/NAME`, or the path of a run folder.

    Args:
        step: which checkpoint; None takes the newest whole one.

    Raises:
        RunError: no such run, none on sets, damaged, or not trained yet.
    """
    run = store.open_run(str(address))
    if not is_set_run(run):
        raise RunError(tr("{address} labels no set of vectors: open it with core.load", address=run.address))
    return opened_set(run, step)


def opened_set(run: RunFolder, step: int | None = None) -> TrainedSet:
    """As `load_set`, of a folder that is known to be a run on sets.

    Raises:
        RunError: damaged, or not trained yet.
    """
    config, entrance = SetConfig.from_dict(run.config()), read_entrance(run)
    found = checkpoint.load(run, step)
    if found is None:
        raise RunError(
            tr("{address} has no checkpoint yet; wait for its first one, or resume its training", address=run.address)
        )
    network = fitted(run, found.model, lambda: build_set_model(config.model, entrance, config.seeds))
    network.eval().requires_grad_(False)
    known = SetConfig(config.task.restored(entrance), config.model, config.training, config.seed)
    return TrainedSet(run, known, found.step, network, entrance, read_sets(run))
