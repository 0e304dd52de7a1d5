"""Episodes: outputs that a model writes while it learns, and how probable it finds them.

A decoder is an agent: what it has written is the state, the next token the action, and the reward comes at the end. It
writes in evaluation, as it decodes: keys and values are kept, all items and all their draws are stepped together, and an
item that is through leaves. Tokens that are never generated are out of the distribution where it draws and where it is
weighed, so what is weighed is what was drawn from. An episode ends with its first <end>, or at the limit of its length;
nothing stands behind it, and nothing behind it gets a gradient.
"""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.data.batch import Batch
from core.data.copying import Copyable
from core.data.recording import Heard
from core.data.vocabulary import PAD
from core.devices import CPU, placed
from core.models.fast.table import fast
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.training.evaluation import rules_for
from core.training.mixing import fingerprints, most_probable, sample

Written = Int[Tensor, "item slot time"]


class Casting(NamedTuple):
    """What is fixed before a batch of episodes is written.

    Attributes:
        given: how many tokens of its target each item is given to begin with; 0 for none.
        draws: outputs of each that are drawn; greedy: outputs that take the likeliest token, 0 or 1, before them.
        noise: of every token that is drawn, in [0, 1).
    """

    given: Int[Tensor, " item"]
    draws: int
    greedy: int
    noise: Float[Tensor, "item time slot"]


def cast(
    batch: Batch,
    longest: Int[Tensor, " item"],
    given: Int[Tensor, " item"],
    slots: tuple[int, int],
    chance: tuple[Seeds, str, int],
) -> Casting:
    """The chance of a step: functions of (seed, name, step), the item's own content, the draw and the place.

    Args:
        longest: tokens that each item may write; given: as in `Casting`.
        slots: draws, and greedy outputs; chance: seeds, name and step.
    """
    seeds, name, step = chance
    key, time, (draws, greedy) = seeds.number(name, step), int(longest.max()), slots
    found = np.empty((len(longest), time, draws), dtype=np.float32)
    for at, item in enumerate(fingerprints(batch)):
        found[at] = np.random.Generator(np.random.Philox(key=[key, item])).random((time, draws), dtype=np.float32)
    return Casting(given, draws, greedy, torch.from_numpy(found))


def limits(model: Seq2Seq, batch: Batch) -> Int[Tensor, " item"]:
    """Tokens that each item may write, <end> counted: as it decodes."""
    lengths = batch.source_valid.sum(dim=1).tolist()
    return torch.tensor([rules_for(model, [0] * length).max_new_tokens for length in lengths])


@torch.no_grad()
def write(model: Seq2Seq, batch: Batch, longest: Int[Tensor, " item"], casting: Casting) -> Written:
    """Outputs of every item, the greedy one first; <end> included, pads behind.

    Args:
        model: in evaluation.
    """
    with placed(CPU):  # the model is stepped as a search steps it, which knows no devices
        written = _write(model, batch.on(CPU), longest.cpu(), casting._replace(given=casting.given.cpu()))
    return written.to(batch.target_in.device)


def _write(model: Seq2Seq, batch: Batch, longest: Int[Tensor, " item"], casting: Casting) -> Written:
    stepped, (items, gold) = fast(model, only=""), batch.target_out.shape
    slots = casting.greedy + casting.draws
    written = torch.full((items, slots, int(longest.max())), PAD)
    going, through = torch.arange(items), torch.zeros(items, slots, dtype=torch.bool)
    state, fed = stepped.start(_sources(batch)), torch.full((items, 1), stepped.begin)
    for at in range(written.shape[2]):
        step = stepped.step(fed, state)
        fed = _next(
            step.log_probs.expand(-1, slots, -1), casting.noise[going, at], casting.greedy, stepped.never_generated
        )
        if at < gold:
            fed = torch.where((at < casting.given[going])[:, None], batch.target_out[going, at][:, None], fed)
        fed = torch.where(through, PAD, fed)
        written[going, :, at] = fed
        through = through | (fed == stepped.end) | (at + 1 >= longest[going])[:, None]
        stay = (~through.all(dim=1)).nonzero()[:, 0]
        if not len(stay):
            return written[:, :, : at + 1]
        parents = torch.arange(slots) if at else torch.zeros(slots, dtype=torch.long)
        state = step.state
        if len(stay) < len(going):
            state = state.select(parents.expand(len(stay), -1).contiguous(), stay)
            going, fed, through = going[stay], fed[stay], through[stay]
        elif at == 0 and slots > 1:
            state = state.select(parents.expand(len(stay), -1).contiguous())
    return written


def log_probabilities(
    model: Seq2Seq, batch: Batch, written: Written
) -> tuple[Float[Tensor, "item slot time"], Bool[Tensor, "item slot time"]]:
    """Natural log-probability of every token written, 0 behind an episode; and which are real.

    Args:
        model: in evaluation, so that what is weighed is what was drawn from; its weights get gradients.
    """
    items, slots, _ = written.shape
    rows = written.flatten(0, 1)
    ends = (rows == model.end).long()
    real = (rows != PAD) & (ends.cumsum(dim=1) == ends)  # up to the first <end>, with it
    begin = torch.full_like(rows[:, :1], model.begin)
    again = Batch(
        batch.source.repeat_interleave(slots, dim=0), batch.source_valid.repeat_interleave(slots, dim=0),
        torch.cat([begin, rows[:, :-1]], dim=1), rows, real,
    )  # fmt: skip
    logits = model(again).index_fill(-1, torch.tensor(model.never_generated), -torch.inf)
    logp = logits.log_softmax(dim=-1).gather(-1, rows[..., None])[..., 0]
    return torch.where(real, logp, 0.0).unflatten(0, (items, slots)), real.unflatten(0, (items, slots))


def _next(
    log_probs: Float[Tensor, "item slot vocab"],
    noise: Float[Tensor, "item draw"],
    greedy: int,
    never: tuple[int, ...],
) -> Int[Tensor, "item slot"]:
    allowed = log_probs.index_fill(-1, torch.tensor(never), -torch.inf)
    drawn = sample(allowed[:, greedy:], noise)
    return torch.cat([most_probable(allowed[:, :greedy], noise[:, :greedy]), drawn], dim=1)


def _sources(batch: Batch) -> list[list[int]]:
    """Sources as a step model takes them."""
    lengths = batch.source_valid.sum(dim=1).tolist()
    if batch.source.is_floating_point():
        return [Heard(range(length), frames[:length]) for frames, length in zip(batch.source, lengths)]
    if batch.source.dim() == 3:  # batch source (number, copied)
        pairs = [row[:length].unbind(dim=1) for row, length in zip(batch.source, lengths)]
        return [Copyable(read.tolist(), copied.tolist(), {}) for read, copied in pairs]
    return [row[:length] for row, length in zip(batch.source.tolist(), lengths)]
