"""Speech: frames are a set of vectors; how far must each of them look?"""

from functools import partial

from core.attention.patterns import PATTERNS
from core.language import tr
from core.models.set_settings import ReaderSettings
from core.runs.trained_set import TrainedSet
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.recording_view import recording_view
from dashboard.components.set_bench import bench
from dashboard.components.set_comparison import set_comparison

_TASKS = ("phones", "spoken")
_KEY = "speech"


def page() -> None:
    """Choose, train with one window and another, compare."""
    heading("Speech", tr("A hundred frames a second: truncated self-attention lets each look at its neighbors only."))
    guarded(tr("The frames"))(_draw)()


def _draw() -> None:
    trained = bench(_TASKS, key=_KEY)
    if trained is None:
        return
    panel(tr("The recording"))(recording_view)(trained, key=_KEY)
    guarded(tr("The comparison"))(_compare)(trained)


def _compare(trained: TrainedSet) -> None:
    items = len(trained.examples.test[0].items)
    set_comparison(
        trained.config.task.name, partial(_reach, items=items),
        title=tr("Window, pairs scored and what is right: every run on this task, the same held-out recordings"),
        caption=tr("Pairs are those of one layer and head, for {items} frames. Set model.attention to banded and model.window to 0, 1, "
        "2 …, or attention to pairs, and train each: where the evidence is near, a small window is enough. A stack of L layers "
        "looks L windows ahead. [arXiv:1910.12977](https://arxiv.org/abs/1910.12977)", items=items),
    )  # fmt: skip


def _reach(one: TrainedSet, items: int) -> dict[str, object]:
    model = one.config.model
    window = getattr(model, "window", None)
    if not isinstance(model, ReaderSettings):
        return {"looks": tr("no attention"), "window": window, "pairs scored": 0}
    banded = model.attention == "banded" or model.pattern == "local"
    if not banded:
        return {"looks": tr("at all"), "window": None, "pairs scored": items * items}
    return {
        "looks": tr("at a window"),
        "window": window,
        "pairs scored": int(PATTERNS["local"].mask(items, model.window).sum()),
    }


page()
