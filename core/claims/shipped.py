"""What claims about shipped models share: held-out sentences that chance draws, and those already drawn in another part of it."""

from core.data.batch import Example
from core.errors import DataError
from core.language import tr
from core.runs.trained import TrainedModel
from core.seeds import Seeds

_PATIENCE = 100  # draws for each sentence that is wanted


def drawn(trained: TrainedModel, seed: int, count: int) -> list[Example]:
    """Different sentences of the test split whose target the model can write.

    Args:
        seed: all chance comes from it; count: how many.

    Raises:
        DataError: the task has fewer that the model can write.
    """
    chance, found, own = (
        Seeds(seed).random("held-out sentences"),
        dict[tuple[str, ...], Example](),
        trained.vocabularies,
    )
    for _ in range(_PATIENCE * count):
        example = trained.config.task.draw("test", chance)
        if not own[1].unknown(example.target):
            found[example.source] = example
        if len(found) == count:
            return [*found.values()]
    raise DataError(
        tr(
            "{run} has only {found} held-out sentences to read here, not {count}",
            run=trained.run.address,
            found=len(found),
            count=count,
        )
    )
