"""An inspected map on the page: which one, its picture with path and marks, scores, findings, its rivals, its training."""

from typing import Any

import streamlit as st

from core.adapters.labels import label
from core.figures.curves import Curve, curves
from core.language import tr, tr_each
from core.metrics.diagnosis import Diagnosis, Judged, diagnose, ranked
from core.recording.alignment import AlignmentDump, AlignmentMap, Axes
from dashboard import kept, links, state
from dashboard.components.alignment_source import Brought
from dashboard.components.data_table import data_table
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import literal
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.panel import again

_WORDS = {
    "read": "row {row}, column {column}:",
    "path": "line: the path with the most weight · dashed: the doctor's findings",
    "file": "alignment",
}
_MOST_SCORED = 400  # points of a curve over steps
_SHOWN = 6  # notes and findings that are seen without asking
_MOST_FINDINGS = 100
_JUDGED_AT_ONCE = 2**17  # cells: scores, doctor and path of more take longer than a person should wait for the picture


def alignment_view(brought: Brought) -> Diagnosis:
    """Choose a map, draw it, say what is wrong with it.

    Raises:
        InputError: what was given beside it does not fit.
    """
    one, beside, followed = _choice(brought)
    axes = label(one, brought.captions)
    left, right = st.columns([5, 3])
    with right:
        overlaid = st.toggle(tr("Path and findings on the map"), value=True, key="overlaid")
    shown = (brought.key, one.place, brought.captions)
    if one.weights.size > _JUDGED_AT_ONCE and state.new("alignment judged", shown):
        with left:
            _picture(one, axes, None)  # a large map is on screen before it is judged
        with right, st.spinner(tr("Judging the alignment …")):
            _diagnosed(brought.key, one, axes, beside)
        state.put("alignment judged", shown)
        again()
    diagnosis = _diagnosed(brought.key, one, axes, beside)
    with left:
        _picture(one, axes, diagnosis if overlaid else None)
    with right:
        _judgement(diagnosis)
    _scores(diagnosis)
    _over_steps(brought, followed, one)
    return diagnosis


def _choice(brought: Brought) -> tuple[AlignmentMap, tuple[AlignmentMap, ...], tuple[AlignmentMap, ...]]:
    """The map a person chose, the maps beside it, and the same layer and head through the training."""
    dump, key = brought.dump, brought.key
    group = _group(dump, key)
    steps = tuple(one for one in dump.steps if dump.at(one, group))
    last = steps[-1] if steps else None
    when, which = st.columns([2, 3], vertical_alignment="bottom")
    step = last
    if len(steps) > 1:
        step = when.select_slider(
            tr("Training step"), steps, last, format_func="{:,}".format, key=f"step {key} {group}"
        )
    decisive = dump.at(last, group)
    site = decisive[0].place.site
    asked = links.linked("alignment site")
    if len(decisive) > 1:
        judged = _ranked((key, group, last), decisive)
        quality = {one.map.place.site: one.quality for one in judged}
        site = (which if len(steps) > 1 else when).selectbox(
            tr("Layer and head, best first{rest}", rest=tr(" (at step {last:,})", last=last) if len(steps) > 1 else ""),
            list(quality),
            next((at for at, one in enumerate(quality) if one.label == asked), 0),
            format_func=lambda one: tr(
                "{label} · quality {quality:.2f}{rest}",
                label=one.label,
                quality=quality[one],
                rest=tr(" · the best") if one == judged[0].map.place.site else "",
            ),
            key=f"site {key} {group}",
        )
    links.say(**{"alignment site": site.label})
    beside = dump.at(step, group)
    one = next((each for each in beside if each.place.site == site), beside[0])
    return one, beside, dump.over_steps(site)


def _group(dump: AlignmentDump, key: tuple[Any, ...]) -> tuple[str, int | None]:
    """Which of several sentences or tensors."""
    groups = dump.groups
    if len(groups) < 2:
        return groups[0]
    at = st.selectbox(tr("Of"), range(len(groups)), format_func=lambda at: _named(groups[at]), key=f"group {key}")
    return groups[at]


def _named(group: tuple[str, int | None]) -> str:
    name, item = group
    return " · ".join(filter(None, (name, None if item is None else tr("item {n}", n=item + 1)))) or tr("map")


def _picture(one: AlignmentMap, axes: Axes, diagnosis: Diagnosis | None) -> None:
    heatmap(
        one.weights,
        axes.queries,
        axes.keys,
        key="inspected",
        title=one.place.label + ("" if one.place.step is None else tr(" · step {step:,}", step=one.place.step)),
        words=tr_each(_WORDS) | {"queries": f"{axes.rows} ↓", "keys": f"{axes.columns} →"},
        path=diagnosis.path if diagnosis else None,
        marks=diagnosis.marks if diagnosis else (),
    )
    st.caption(tr("Rows: {rows}. Columns: {columns}.", rows=literal(axes.rows), columns=literal(axes.columns)))
    for note in axes.notes:
        st.caption(f":material/info: {literal(note)}")


def _judgement(diagnosis: Diagnosis) -> None:
    st.metric(
        tr("Quality of the alignment"), f"{diagnosis.judged.quality:.2f}", help=diagnosis.judged.meanings["quality"]
    )
    st.caption(literal(diagnosis.choice))
    _findings(diagnosis)
    if len(diagnosis.rivals) > 1:
        with st.expander(
            tr("All {count:,} layers and heads at this step", count=len(diagnosis.rivals)),
            icon=":material/leaderboard:",
        ):
            rows = [{"layer and head": one.map.place.label, "quality": one.quality} for one in diagnosis.rivals]
            data_table(
                rows, hide_index=True, key="rivals",
                column_config={"quality": st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.2f")},
            )  # fmt: skip


def _scores(diagnosis: Diagnosis) -> None:
    """Every score with what it says, over the whole width: the sentences are long."""
    meanings = diagnosis.judged.meanings
    data_table(
        [{"score": tr(name), "value": value, "says": meanings[name]} for name, value in diagnosis.judged.figures.items()],
        hide_index=True, key="alignment scores", height=250, row_height=30,
        column_config={
            "score": st.column_config.TextColumn(width=150),
            "value": st.column_config.NumberColumn(format="%.3f", width=70),
        },
    )  # fmt: skip


def _findings(diagnosis: Diagnosis) -> None:
    if not diagnosis.findings:
        st.markdown(tr("**The doctor** finds no skip, repeat, stuck place, collapse, reversal or early end."))
        return
    lines = [f"{at}. {literal(told)}" for at, told in enumerate(diagnosis.told, 1)]
    st.markdown(tr("**The doctor**: {kinds}", kinds=literal(diagnosis.kinds)))
    st.markdown("\n".join(lines[:_SHOWN]))
    if len(lines) > _SHOWN:
        with st.expander(tr("{count:,} more", count=len(lines) - _SHOWN)):
            st.markdown("\n".join(lines[_SHOWN:_MOST_FINDINGS]))
            if len(lines) > _MOST_FINDINGS:
                st.caption(tr("and {count:,} smaller ones, in the report", count=len(lines) - _MOST_FINDINGS))


def _over_steps(brought: Brought, followed: tuple[AlignmentMap, ...], one: AlignmentMap) -> None:
    if len(followed) < 2:
        return
    thinned = followed[:: -(-len(followed) // _MOST_SCORED)]
    judged = [_judged((brought.key, each.place), each) for each in thinned]
    line = Curve(
        one.place.label, [each.map.place.step for each in judged], [each.quality for each in judged], points=True
    )
    figure = curves([line], title=tr("Quality over the training"), unit=tr("quality"), mode=mode())
    figure.update_yaxes(range=[-0.03, 1.03])
    best = max(judged, key=lambda each: each.quality)
    alt = tr(
        "quality {quality:.2f} at step {step}, at most {quality2:.2f} at {step2}",
        quality=judged[0].quality,
        step=judged[0].map.place.step,
        quality2=best.quality,
        step2=best.map.place.step,
    )
    live_figure(figure, key="quality over steps", height=260, alt=alt)


@kept.own(show_spinner="Scoring every layer and head …", show_time=True, max_entries=64, scope="session")
def _ranked(key: tuple[Any, ...], _maps: tuple[AlignmentMap, ...]) -> tuple[Judged, ...]:
    return ranked(_maps)


@kept.own(show_spinner=False, max_entries=1024, scope="session")
def _judged(key: tuple[Any, ...], _one: AlignmentMap) -> Judged:
    return ranked((_one,))[0]


def _diagnosed(key: tuple[Any, ...], one: AlignmentMap, axes: Axes, beside: tuple[AlignmentMap, ...]) -> Diagnosis:
    group = (one.place.name, one.place.item)
    return _diagnosis((key, one.place, axes), one, axes, _ranked((key, group, one.place.step), beside))


@kept.own(show_spinner=False, max_entries=64, scope="session")
def _diagnosis(key: tuple[Any, ...], _one: AlignmentMap, _axes: Axes, _rivals: tuple[Judged, ...]) -> Diagnosis:
    return diagnose(_one, _axes, _rivals)


def noticed(dump: AlignmentDump) -> None:
    """What the files hold, and every oddity in them."""
    st.caption(" · ".join(map(literal, dump.found)))
    if dump.done:
        with st.container(border=True):
            st.markdown("\n".join(f"- {literal(note)}" for note in dump.done[:_SHOWN]))
            if len(dump.done) > _SHOWN:
                with st.expander(tr("{count} more", count=len(dump.done) - _SHOWN)):
                    st.markdown("\n".join(f"- {literal(note)}" for note in dump.done[_SHOWN:]))
