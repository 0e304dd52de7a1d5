"""Pictures: patches are a set of vectors; self-attention over them against a convolutional network."""

import numpy as np
import streamlit as st

from core.data.vector_sets import SetExample
from core.figures.patches import laid_over
from core.language import mark, tr
from core.runs.trained_set import TrainedSet
from core.tasks.picture_task import whole
from dashboard.components.heading import heading
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.panel import guarded, panel
from dashboard.components.picture_sizes import picture_sizes
from dashboard.components.set_bench import bench
from dashboard.components.set_comparison import parameters, set_comparison

_TASKS = ("digits", "pictures")
_KEY = "pictures"


def page() -> None:
    """Choose, train, look from a patch."""
    heading(
        "Pictures", tr("Cut into patches a picture is a set of vectors: where does each patch look, and is it enough?")
    )
    part = st.segmented_control(
        tr("Part"), list(_PARTS), format_func=tr, default=_FIRST, key=f"{_KEY} part", required=True, bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    guarded(tr("The pictures"))(_PARTS[part or _FIRST])()


def _draw() -> None:
    trained = bench(_TASKS, key=_KEY)
    if trained is None:
        return
    panel(tr("The picture"))(_picture)(trained)
    guarded(tr("The comparison"))(_compare)(trained)


def _picture(trained: TrainedSet) -> None:
    examples, names, grid = trained.examples.test, trained.entrance.labels, trained.entrance.grid
    assert grid is not None
    matrices = trained.matrices(examples[0]) if trained.looks else []
    places = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    with places[0]:
        which = st.selectbox(
            tr("Held-out picture"), range(len(examples)), key=f"{_KEY} which {trained.run.address}", bind="query-params",
            format_func=lambda at: f"{at + 1}: {names[int(examples[at].labels)]}",
        )  # fmt: skip
    example = examples[which]
    looks = [*trained.config.model.first, *example.items]
    with places[1]:
        patch = st.selectbox(
            tr("Look from"), range(len(looks)), key=f"{_KEY} patch {trained.run.address}", bind="query-params", disabled=not matrices,
            format_func=lambda at: tr("the class item") if looks[at] == "<class>" else looks[at],
        )  # fmt: skip
    with places[2]:
        layer = st.segmented_control(
            tr("Layer"), range(len(matrices)), default=len(matrices) - 1 if matrices else None, disabled=not matrices,
            key=f"{_KEY} layer {trained.run.address}", bind="query-params", format_func=lambda at: str(at + 1),
        )  # fmt: skip
    with places[3]:
        heads = matrices[0].heads if matrices else 1
        head = st.selectbox(
            tr("Head"), ("mean", *range(heads)), key=f"{_KEY} head {trained.run.address}", bind="query-params", disabled=not matrices,
            format_func=lambda at: tr("all, mean") if at == "mean" else str(int(at) + 1),
        )  # fmt: skip
    found = trained.probabilities(example)[0]
    _verdict(found, names, int(example.labels))
    _three(trained, example, grid, (patch, layer or 0, head), looks)


def _verdict(found: np.ndarray, names: tuple[str, ...], true: int) -> None:
    best = found.argsort()[::-1][:3]
    right = tr("right") if best[0] == true else tr("it is {names}", names=literal(names[true]))
    rest = ", ".join(f"{literal(names[at])} {found[at]:.1%}" for at in best[1:])
    st.markdown(
        tr(
            "**{names}** ({found:.1%}), {right}; then {rest}",
            names=literal(names[best[0]]),
            found=found[best[0]],
            right=right,
            rest=rest,
        )
    )


def _three(
    trained: TrainedSet, example: SetExample, grid: tuple[int, int], look: tuple[int, int, object], looks: list[str]
) -> None:
    """The picture, where one patch looks, which patches decided."""
    picture = whole(example.content, grid).numpy()
    columns = st.columns(3)
    with columns[0]:
        live_figure(
            laid_over(picture, None, mode(), title=tr("The picture")),
            key=f"{_KEY} plain",
            height=300,
            alt=tr("the picture"),
        )
    patch, layer, head = look
    with columns[1]:
        if trained.looks:
            rows = trained.matrices(example)[layer].weights[:, patch]
            weights = rows.mean(0) if head == "mean" else rows[int(str(head))]
            ahead = len(looks) - len(example.items)
            chosen = None if patch < ahead else divmod(patch - ahead, grid[1])
            title = tr("Where {rest} looks", rest=tr("the class item") if patch < ahead else tr("the framed patch"))
            figure = laid_over(picture, weights[ahead:].reshape(grid), mode(), title=title, chosen=chosen)
            live_figure(figure, key=f"{_KEY} look", height=300, alt=title)
            if ahead:
                st.caption(
                    tr("at itself, the class item: {sum:.2f}", sum=weights[:ahead].sum())
                    if not patch
                    else tr("at the class item: {weights:.2f}", weights=weights[0])
                )
        else:
            st.caption(tr("A convolutional network has no attention: each place sees its neighbors, everywhere alike."))
    with columns[2]:
        decided = trained.decided(example).reshape(grid)
        title = tr("Which patches decided: nats lost without each")
        live_figure(laid_over(picture, decided, mode(), title=title), key=f"{_KEY} decided", height=300, alt=title)


def _compare(trained: TrainedSet) -> None:
    set_comparison(
        trained.config.task.name, _told, title=tr("How many pictures it learned from, and what is right: every run on this task"),
        caption=tr("Set training.labelled to 50, 200 … and train both: a convolution knows from the start that neighbors belong "
        "together, attention has to learn it: “How many pictures” above draws the curve. On small data that helps where it is "
        "true; see Rivals, Small data, for where it is not. [arXiv:2010.11929](https://arxiv.org/abs/2010.11929)"),
    )  # fmt: skip


def _told(one: TrainedSet) -> dict[str, object]:
    learned = one.config.training.labelled
    return {"model": one.config.model.name, "learned from": str(learned or "all"), "parameters": parameters(one)}


_FIRST = mark("Where patches look")
_PARTS = {_FIRST: _draw, mark("How many pictures"): picture_sizes}
page()
