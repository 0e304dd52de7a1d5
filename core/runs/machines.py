"""One source, four machines: a recurrent decoder, a Transformer, one that copies, and one that writes all places at once.

Whichever way a machine writes, what is shown of it has one form: its output and its calls of the decoder, and for every
token that was written where the machine looked in the source when it wrote it, how sure it was, and how much was copied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Float

from core.decoding.all_places import write
from core.decoding.batched import decode
from core.errors import RunError
from core.language import mark, tr
from core.models.fast.table import fast
from core.models.parallel_settings import ParallelSettings
from core.models.recurrent_settings import RecurrentSettings
from core.models.transformer_settings import TransformerSettings
from core.runs import copied
from core.runs.all_at_once import Told, all_places, fastest, token_by_token
from core.runs.folder import RunFolder
from core.runs.reader import AbstractTrained
from core.runs.trained import GREEDY, TrainedModel
from core.runs.trained_parallel import TrainedParallel
from core.tasks.task import AbstractTask
from core.training.distillation import differing

_COPYING, _AT_ONCE = "copying", "at_once"
_OF_MODEL = MappingProxyType({
    RecurrentSettings.name: "recurrent", TransformerSettings.name: "transformer", ParallelSettings.name: _AT_ONCE,
})  # fmt: skip
_DRAWS = 400  # of training examples, among which some have known names only


@dataclass(frozen=True)
class Machine:
    """One of the four.

    Attributes:
        title, summary: for people; usual: a shipped run of this kind.
    """

    title: str
    summary: str
    usual: str


MACHINES: dict[str, Machine] = {
    "recurrent": Machine(
        mark("RNN"), mark("a GRU or LSTM that writes a word after the other and looks back"), "demo/chat-gru"
    ),
    "transformer": Machine(
        mark("Transformer"), mark("writes a word after the other by attention alone"), "demo/chat-transformer"
    ),
    _COPYING: Machine(mark("Pointer-generator"), mark("any run that may copy what it looks at"), "demo/chat-pointer"),
    _AT_ONCE: Machine(mark("Non-autoregressive"), mark("a run that writes all places at once"), "demo/chat-parallel"),
}


@dataclass(frozen=True, eq=False)
class Answer:
    """What one machine makes of a source.

    Attributes:
        told: its output, whether it is right, its calls of the decoder and what each of them wrote.
        written: what stands at the rows, <end> among it; sure: the probability of each when it was written, in 0…1.
        rows: where the machine looked in the source when it wrote each, <end> last: the copy distribution where there is
            one, else the attention of the last layer, its heads' mean.
        p_gen: of each, how much of the probability goes to making a word; None for a machine that has no such gate.
        copied: which part of each word's probability comes from copying it, in 0…1.
        unseen: tokens of the source that no vocabulary holds.
        milliseconds: of the output alone, from the source on, the fastest of a few times.
    """

    told: Told
    written: tuple[str, ...]
    sure: Float[np.ndarray, " step"] = field(repr=False)
    rows: Float[np.ndarray, "step source"] = field(repr=False)
    p_gen: Float[np.ndarray, " step"] | None = field(repr=False)
    copied: Float[np.ndarray, " step"] = field(repr=False)
    unseen: tuple[str, ...]
    milliseconds: float


def kind_of(run: RunFolder) -> str | None:
    """Which of MACHINES a run is; None where it is none of them.

    Raises:
        RunError: the run is damaged.
    """
    model: Any = run.config().get("model")
    if not isinstance(model, dict):
        return None
    return _COPYING if model.get("copy", "none") != "none" else _OF_MODEL.get(str(model.get("name")))


def refuse_strangers(machines: Mapping[str, AbstractTrained]) -> None:
    """Let machines pass that have learned one task with the same words; the first says which.

    Raises:
        RunError: one has learned something else; the message says which, and what to do.
    """
    first, *others = machines.values()
    for other in others:
        same = first.config.task.name == other.config.task.name
        problem = (
            differing(first.vocabularies, other.vocabularies)
            if same
            else tr("its task is {name}, not {name2}", name=other.config.task.name, name2=first.config.task.name)
        )
        if problem is not None:
            raise RunError(
                tr(
                    "{address} cannot answer beside {address2}: {problem}; choose four runs of one task with the "
                    "same settings",
                    address=other.run.address,
                    address2=first.run.address,
                    problem=problem,
                )
            )


def answer(machine: AbstractTrained, source: str, name: str) -> Answer:
    """What a machine makes of a source.

    Args:
        name: of the machine, for people.

    Raises:
        InputError: the source cannot be read.
    """
    assert isinstance(machine, TrainedModel | TrainedParallel)
    return _at_once(machine, source, name) if isinstance(machine, TrainedParallel) else _stepped(machine, source, name)


def known_sources(task: AbstractTask, count: int) -> list[str]:
    """Sources of the training split whose every word has been learned, of a task whose held-out ones have unseen words."""
    if not task.unseen:
        return []
    rng, found = Random("known"), dict[str, None]()
    for _ in range(_DRAWS):
        example = task.draw("train", rng)
        if not task.vocabularies[0].unknown(example.source):
            found[task.join(example.source)] = None
        if len(found) == count:
            break
    return list(found)


def _stepped(machine: TrainedModel, source: str, name: str) -> Answer:
    told = token_by_token(machine, source, name)
    one = copied.write(machine.model, machine.vocabularies, machine.read(source))
    numbers, rules = machine.item(source, keep_pruned=0)
    work = partial(decode, GREEDY, fast(machine.model, only=""), [numbers], [rules])
    calls = told.calls  # a row for each: one that was stopped at its limit has been asked once more than it wrote
    last = told.stages[-1]
    return Answer(
        told, last.tokens, np.array(last.confidences), one.rows[:calls], None if one.p_gen is None else one.p_gen[:calls],
        one.copied[:calls], one.unseen, fastest(work),
    )  # fmt: skip


def _at_once(machine: TrainedParallel, source: str, name: str) -> Answer:
    how, (own, target) = machine.usual, machine.vocabularies
    tokens, told = machine.read(source), all_places(machine, source, how, name)
    last = told.stages[-1]
    places = last.tokens.index("<end>") + 1 if "<end>" in last.tokens else len(last.tokens)
    # each place as it was looked from in the pass that wrote what stands there at last
    passes = np.stack([found[-1].mean() for found in machine.attention(source, how, only="decoder*cross*")])
    written = np.array([stage.written for stage in told.stages])
    by = len(written) - 1 - written[::-1].argmax(axis=0)
    rows = passes[by, np.arange(len(by))]
    return Answer(
        told, last.tokens[:places], np.array(last.confidences[:places]), rows[:places], None, np.zeros(places),
        tuple(target.unknown(own.unknown(tokens))), fastest(partial(write, how, machine.model, [own.encode_source(tokens)])),
    )  # fmt: skip
