"""Guided attention: a term of the loss that draws cross-attention to the diagonal while a model learns.

    L = strength · mean over valid cells of A_tn · W_tn,    W_tn = 1 − exp(−(n/N − t/T)² / 2g²)

A are the weights before dropout, t = 0 … T−1 a target position, n = 0 … N−1 a source position, T and N the lengths of
the item at hand, <end> counted, and not those of the padded batch, whose diagonal is another. It is for tasks whose
target follows the source in order; elsewhere it hurts (`attnlab claims guided`).

Source: Tachibana et al. 2018, section 3.3, arXiv:1710.08969, with g = 0.2; for Transformers a few heads of a few layers
are guided, so that the others are free.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.data.batch import Batch
from core.errors import SettingError
from core.language import tr
from core.precision import full
from core.recording.recorder import site_of
from core.recording.tap import Tap, watching
from core.shapes import Valid
from core.training.objective import Learner, Objective, Objectives

ALL = "all"
TERM = "guidance"  # of the loss
Fade = Callable[[int, int], float]
Maps = Float[Tensor, "batch _ target source"]  # any number of heads
Targets = Bool[Tensor, "batch target"]
Sources = Bool[Tensor, "batch source"]


def constant(done: int, lasts: int) -> float:
    """In full for as long as it lasts, then nothing.

    Args:
        done: guided steps before this one; lasts: how many there shall be, at least 1.

    >>> [constant(done, 4) for done in (0, 3, 4)]
    [1.0, 1.0, 0.0]
    """
    return 1.0 if done < lasts else 0.0


def linear(done: int, lasts: int) -> float:
    """From all of it down to nothing, in a straight line.

    >>> [linear(done, 4) for done in (0, 1, 4, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """
    return max(0.0, 1.0 - done / lasts)


FADES: dict[str, Fade] = {"constant": constant, "linear": linear}


@dataclass(frozen=True)
class Guidance:
    """How much, how narrow, where and for how long.

    Attributes:
        strength: factor on the mean of A ⊙ W; 0 for none.
        width: g, in parts of the whole length; the narrower the harder the edge of the diagonal.
        layers, heads: which, as `chosen` reads them.
        fade: of FADES; lasts: guided steps, 0 for all that are left; since: the step after which they are counted.
        end: the last step of the training.
    """

    strength: float
    width: float = 0.2
    layers: str = ALL
    heads: str = ALL
    fade: str = "constant"
    lasts: int = 0
    since: int = 0
    end: int = 1

    def weight(self, step: int) -> float:
        """The strength that is left at a step, counted from 1."""
        return self.strength * FADES[self.fade](step - self.since - 1, self.lasts or max(1, self.end - self.since))


@dataclass(frozen=True)
class Guided:
    """An objective and, where there is guidance, one term more; without guidance it is the objective, bit for bit.

    Attributes:
        objective: what is minimized anyway; guidance: what is added.
    """

    objective: Objective
    guidance: Guidance

    def __call__(self, model: Learner, batch: Batch, step: int) -> Objectives:
        """Weigh one batch; weights that pass the taps of the decoder carry their gradient."""
        weight = self.guidance.weight(step)
        if weight == 0.0:
            return self.objective(model, batch, step)
        taps, heads = _taps(model, self.guidance.layers), self.guidance.heads
        passed: dict[Tap, list[Tensor]] = {tap: [] for tap in taps}

        def keep(tap: Tap, value: Tensor) -> None:
            if tap in passed and value.requires_grad:  # what only writes a prefix is not what learns
                passed[tap].append(value)

        with watching(keep):
            weighed = self.objective(model, batch, step)
        # a decoder that reads its target step by step passes a row at a time
        maps = [torch.cat(passed[tap], dim=2) if len(passed[tap]) > 1 else passed[tap][0] for tap in taps]
        maps = [one[:, list(chosen(heads, one.shape[1], "guidance_heads"))] for one in maps]
        loss = guided_attention(maps, batch.target_valid, batch.source_valid, width=self.guidance.width)
        cells = int(_cells(batch.target_valid, batch.source_valid))
        return weighed._replace(terms={**weighed.terms, TERM: weight * loss}, over={**weighed.over, TERM: cells})


def guided_attention(
    maps: Sequence[Maps], target: Targets, source: Sources, *, width: float = 0.2
) -> Float[Tensor, ""]:
    """Mean over all valid cells of weight times distance from the diagonal; no unit, from 0 for weights on it alone.

    Args:
        maps: cross-attention, one a layer, with the heads that shall be guided; what stands on pads counts nothing, and
            weights below 0, which some normalizers give, count by their size.
        target, source: which positions are real, pads at the right.
        width: g.
    """
    far = off_diagonal(target, source, width)[:, None]  # batch head=1 target source
    off: Tensor = torch.stack([(full(one).abs() * far).sum() / one.shape[1] for one in maps]).mean()
    return off / _cells(target, source)


def _cells(target: Targets, source: Sources) -> Int[Tensor, ""]:
    """How many there are of real target and real source positions."""
    return (target.sum(1) * source.sum(1)).sum()


def off_diagonal(target: Targets, source: Sources, width: float) -> Float[Tensor, "batch target source"]:
    """W: how far each cell lies from its own item's diagonal, from 0 on it towards 1; 0 where there is a pad.

    >>> five = torch.ones(1, 5, dtype=torch.bool)
    >>> [round(float(off_diagonal(five, five, 0.4)[0, 0, n]), 4) for n in (0, 1, 4)]
    [0.0, 0.1175, 0.8647]
    """
    along_target, along_source = _shares(target)[:, :, None], _shares(source)[:, None, :]
    apart = 1.0 - torch.exp(-((along_source - along_target) ** 2) / (2.0 * width**2))
    return apart * (target[:, :, None] & source[:, None, :])


def chosen(text: str, count: int, name: str) -> tuple[int, ...]:
    """Which of `count` layers or heads a setting names, counted from 0.

    Args:
        text: "all", or numbers from 1 on with commas between; -1 is the last. name: of the setting, for messages.

    Raises:
        SettingError: something else, or a number that is not among them.

    >>> chosen("all", 3, "guidance_heads"), chosen("1, -1", 4, "guidance_heads")
    ((0, 1, 2), (0, 3))
    """
    if text.strip() == ALL:
        return tuple(range(count))
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise SettingError(
            tr(
                "{name}={text_!r} is not understood: write all, or numbers from 1 on with commas between, -1 for the last",
                name=name,
                text_=text,
            )
        ) from None
    for number in numbers:
        if not 1 <= abs(number) <= count:
            raise SettingError(
                tr(
                    "{name}={text_!r} asks for number {number}, but this model has {count}, counted from 1",
                    name=name,
                    text_=text,
                    number=number,
                    count=count,
                )
            )
    return tuple(dict.fromkeys(number - 1 if number > 0 else count + number for number in numbers))


def _taps(model: nn.Module, layers: str) -> list[Tap]:
    """Where the weights of the chosen layers' cross-attention pass."""
    places = [(path, module) for path, module in model.named_modules() if path.endswith(".tap_weights")]
    cross = [(site_of(path), module) for path, module in places if site_of(path).kind == "cross"]
    wanted = chosen(layers, 1 + max(site.layer for site, _ in cross), "guidance_layers")
    return [module for site, module in cross if site.layer in wanted and isinstance(module, Tap)]


def _shares(valid: Valid) -> Float[Tensor, "batch time"]:
    """Each position over the length of its own item."""
    places = torch.arange(valid.shape[1], device=valid.device)
    return places / valid.sum(1, keepdim=True).clamp(min=1)
