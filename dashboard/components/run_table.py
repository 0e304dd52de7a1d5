"""All runs in a table: choose which to draw over each other; rename, delete, export, import."""

import pandas as pd
import streamlit as st

from core.errors import AttentionLabError
from core.language import mark, tr
from core.runs import archive, status, store
from core.runs.config import PARTS
from core.runs.folder import RunFolder
from core.runs.history import history
from core.runs.job_queue import line
from core.runs.store import find_run, list_runs
from dashboard import links, resources, state
from dashboard.components import queueing
from dashboard.components.data_table import data_table
from dashboard.components.literal import literal
from dashboard.components.locks import download_button, file_box, unless_locked
from dashboard.components.panel import guarded
from dashboard.components.press import pressed
from dashboard.components.sending import hugging_face_button
from dashboard.components.uploaded import content

_MEGABYTES = 20  # of an archive; larger ones by attnlab runs import


def run_table() -> list[str]:
    """Draw the table; the runs whose rows are chosen."""
    runs = list_runs()
    asked = (links.linked(links.BESIDE) or "").split(",")
    rows = [at for at, run in enumerate(runs) if run.address in asked]
    places = {ticket.path: before for before, ticket in enumerate(line().waiting)}
    table = pd.DataFrame([_row(run, places.get(str(run.path))) for run in runs])
    st.markdown(tr("##### Runs"))
    st.caption(tr("Choose rows to draw their curves over those of the run above."))
    event = data_table(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": rows}} if rows else None,
        key="runs",
        column_config={
            "exact match": st.column_config.NumberColumn(format="percent"),
            "state": st.column_config.TextColumn(width=130 if places else None),  # "waiting, 12 before"
        },
    )
    return [runs[at].address for at in event.selection.rows if at < len(runs) and runs[at].problem is None]


def _row(run: RunFolder, before: int | None) -> dict[str, object]:
    now, problem = status.read(run), run.problem
    told = queueing.word(now.state) if before is None else tr("waiting, {before} before", before=before)
    row: dict[str, object] = {"run": run.address, "state": tr("damaged") if problem else told, "step": now.step}
    if problem:
        return {**row, "settings": problem}
    config = run.config()
    parts = {part: dict(config.get(part, {})) for part in PARTS}  # runs of before there were objectives have none
    names = {part: parts[part].pop("name", "") for part in ("task", "model", mark("objective"))}
    settings = ", ".join(f"{name}={value}" for part in parts.values() for name, value in part.items())
    try:
        judged = history(resources.tail(run.address).look(), now.steps).last_evaluation
    except AttentionLabError as error:
        return {**row, **names, "settings": str(error)}
    return {
        **row,
        **names,
        "exact match": judged.exact_match if judged else None,
        "seed": config.get("seed"),
        "settings": settings,
    }


@guarded(mark("Managing runs"))
def run_manager(address: str | None) -> None:
    """Rename, delete and export one run; import another."""
    with st.expander(tr("Rename, delete, export, import"), icon=":material/folder_managed:"):
        if address is not None:
            _manage(find_run(address))
        packed = file_box(
            tr("Import a run (.zip, at most {megabytes} MB)", megabytes=_MEGABYTES),
            type=["zip"],
            key="import",
            max_upload_size=_MEGABYTES,
            control="import",
        )
        if packed is not None and pressed(tr("Import"), key="import now", of=packed.file_id):
            data = content(packed, _MEGABYTES)
            run = archive.import_run(data)
            state.put("next watch", run.address)
            if word := archive.word_on(data):
                st.toast(literal(word), icon=":material/info:")
            st.rerun()


def _manage(run: RunFolder) -> None:
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    with left:
        name = st.text_input(tr("New name"), value=run.name, disabled=run.read_only, key=f"rename {run.address}")
        if pressed(
            tr("Rename"),
            width="stretch",
            key="rename",
            of=run.address,
            **unless_locked("delete", disabled=run.read_only or name == run.name),
        ):
            state.put("next watch", store.rename(run, name).address)
            st.rerun()
    with middle:
        sure = st.checkbox(tr("Yes, delete it for good"), disabled=run.read_only, key=f"sure {run.address}")
        if pressed(
            tr("Delete"), width="stretch", key="delete", of=run.address, **unless_locked("delete", disabled=not sure)
        ):
            store.delete(run)
            state.put("next watch", None)
            st.rerun()
    with right:
        download_button(
            tr("Export .zip"),
            lambda: archive.export_bytes(run),
            f"{run.name}.zip",
            on_click="ignore",
            width="stretch",
            key="export",
        )
        hugging_face_button(run)


def watchable() -> list[str]:
    """Runs that can be shown at the top of the page."""
    return [run.address for run in list_runs()]
