"""Graphs: attention along edges only, against attention to everyone and each node alone."""

from core.language import tr
from core.runs.trained_set import TrainedSet
from dashboard.components.graph_attention_view import graph_attention_view
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.set_bench import bench
from dashboard.components.set_comparison import parameters, set_comparison

_TASKS = ("karate", "communities", "graph")
_KEY = "graphs"


def page() -> None:
    """Choose, train, click through the nodes."""
    heading("Graphs", tr("Nodes are a set of vectors too; edges say who may look at whom."))
    guarded(tr("The graph"))(_draw)()


def _draw() -> None:
    trained = bench(_TASKS, key=_KEY)
    if trained is None:
        return
    panel(tr("The picture"))(_picture)(trained)
    guarded(tr("The comparison"))(_compare)(trained)


def _picture(trained: TrainedSet) -> None:
    graph_attention_view(trained, trained.examples.test[0], key=_KEY)


def _compare(trained: TrainedSet) -> None:
    set_comparison(
        trained.config.task.name, _told, title=tr("Who does it better: the same held-out nodes, every run on this task"),
        caption=tr("“edges” and “gat” look along edges only, “attention” at every node whatever the edges say, “window” with 0 on "
        "each side at none. Train each to compare them. [arXiv:1710.10903](https://arxiv.org/abs/1710.10903)"),
    )  # fmt: skip


def _told(one: TrainedSet) -> dict[str, object]:
    return {"model": tr(one.config.model.summary), "parameters": parameters(one)}


page()
