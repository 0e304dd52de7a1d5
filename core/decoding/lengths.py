"""How many places an item gets, by name: as the model predicts, as many as may be needed, or as many as are right.

Places count <end>. `own` is the way in which the model was trained to know it. What a model has not learned is refused:
places behind <end> are noise to one that never saw any, and one without a predictor has no idea of a length.
"""

from collections.abc import Callable, Sequence

import torch

from core.errors import SettingError
from core.language import tr
from core.parallel_model import PREDICTED, UPSAMPLED, ParallelModel, Reading

Places = list[list[int]]  # of every item, the numbers to try, the most probable first


def predicted(
    model: ParallelModel, reading: Reading, sources: Sequence[int], right: Sequence[int], most: int
) -> Places:
    """The most probable numbers of places, at most so many."""
    if model.counting not in PREDICTED:
        raise SettingError(
            tr(
                "length=predictor cannot be: this model was trained with counting={counting} and predicts no length; "
                "choose length=own",
                counting=model.counting,
            )
        )
    law = model.lengths(reading)
    best, numbers = law.topk(min(most, law.shape[1] - 1), dim=-1)  # no places at all cannot be
    return [
        [number for number, logp in zip(*both) if logp > float("-inf")] for both in zip(numbers.tolist(), best.tolist())
    ]


def end_cut(model: ParallelModel, reading: Reading, sources: Sequence[int], right: Sequence[int], most: int) -> Places:
    """As many as may be needed; what is behind the first <end> is left out."""
    if model.counting != "end":
        raise SettingError(
            tr(
                "length=end cannot be: this model was trained with counting={counting} and has never seen a place behind "
                "<end>; choose length=own, or train one with model.counting=end",
                counting=model.counting,
            )
        )
    return _one("end", [model.canvas(source) for source in sources], most)


def oracle(model: ParallelModel, reading: Reading, sources: Sequence[int], right: Sequence[int], most: int) -> Places:
    """As many as the right output has."""
    if model.counting == UPSAMPLED:
        raise SettingError(
            tr("length=oracle cannot be: for CTC the number of places is no number of tokens; choose length=own")
        )
    if len(right) != len(sources):
        raise SettingError(
            tr(
                "length=oracle needs the right output, and there is none for this source: choose length=own, or a source that "
                "the task can answer"
            )
        )
    return _one("oracle", list(right), most)


def own(model: ParallelModel, reading: Reading, sources: Sequence[int], right: Sequence[int], most: int) -> Places:
    """As the model was trained."""
    if model.counting in PREDICTED:
        return predicted(model, reading, sources, right, most)
    return _one("own", [model.canvas(source) for source in sources], most)


LENGTHS: dict[str, Callable[[ParallelModel, Reading, Sequence[int], Sequence[int], int], Places]] = {
    "own": own,
    "predictor": predicted,
    "end": end_cut,
    "oracle": oracle,
}


def _one(name: str, places: list[int], most: int) -> Places:
    if most > 1:
        raise SettingError(
            tr(
                "candidates={most} lengths cannot be compared with length={name}, which gives one for a source here: choose "
                "candidates=1",
                most=most,
                name=name,
            )
        )
    return [[one] for one in places]


def rows_of(places: Places) -> torch.Tensor:
    """The item of each number of places, all items' numbers one after another."""
    return torch.tensor([item for item, numbers in enumerate(places) for _ in numbers])
