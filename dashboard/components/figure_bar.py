"""Open a figure: the page, model, text and place that it came from are shown again, whatever page is open."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.decoding.search import AbstractSearch
from core.errors import AttentionLabError, DataError, RunError
from core.figures.attention import REDUCTIONS
from core.figures.opening import open_figure
from core.figures.provenance import Provenance
from core.language import mark, tr
from core.runs.classroom import locked
from core.runs.sessions import SCHEMA, SavedSession
from dashboard import links, resources, state
from dashboard.components.edit_address import ask_for_edits
from dashboard.components.head_address import ask_for
from dashboard.components.literal import literal
from dashboard.components.locks import file_box
from dashboard.components.session_bar import open_session
from dashboard.components.uploaded import content

_TOLD, _PROBLEM, _GO, _COUNT = "figure told", "figure problem", "figure goes to", "figures opened"
_MEGABYTES = 50
_ASKS = "figure asked for"
_TITLES = {
    "attention": mark("Attention"), "decoder": mark("Decoder"), "depth": mark("Depth"),
    "inspect_alignment": mark("Inspect my alignment"), "intervene": mark("Intervene"), "recordings": mark("Recordings"),
}  # fmt: skip
_FILES_MISSING = mark(
    "The figure was made of attention maps from files, which are not inside it: drop the same files here to see it."
)
_RECORDING_MISSING = mark(
    "The figure was made of a recording, which is not inside it: drop the same files here, where they are not open below. "
    "Layer and head are chosen then; of several hypotheses choose the one that the title names."
)


@dataclass(frozen=True)
class Going:
    """Where a figure leads.

    Attributes:
        page: its name; values: of the widgets there; site, head: of the page Attention, the head counted from 1.
        edits: of the page Intervene, as its address has them; search: with which they were made, where it is that page.
        words: what differs from when the figure was saved.
    """

    page: str
    values: dict[str, Any] = field(default_factory=dict)
    site: str | None = None
    head: str | None = None
    edits: str | None = None
    search: AbstractSearch | None = None
    words: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Of the page, as it stands at its head."""
        return _TITLES[self.page]


def arrive(title: str) -> None:
    """Go to the page of a figure that was opened, and there give its widgets what they had; before they are drawn.

    Args:
        title: of the page that is open.
    """
    going = state.get(_GO)
    if going is None:
        return
    if going.title != title:
        # an address is given, an empty one: Streamlit clears none while widgets are bound to it
        st.switch_page(f"views/{going.page}.py", query_params={})
    state.restore(going.values)
    ask_for(going.site, going.head)
    if going.search is not None:
        ask_for_edits(going.values[links.RUN], going.values[links.SOURCE], going.edits, going.search)
    state.forget(_GO)


def figure_bar() -> None:
    """The button that asks for a figure."""
    st.button(
        tr("Open figure"),
        icon=":material/image_search:",
        help=tr("a picture that was saved here"),
        on_click=_ask,
        key="open figure",
    )
    if state.get(_ASKS):  # remembered: a page that is drawn again meanwhile does not close it
        st.dialog(tr("Open a figure"), on_dismiss=_answered)(_asking)()


def _ask() -> None:
    state.forget(_PROBLEM)
    state.put(_ASKS, True)


def _answered() -> None:
    state.forget(_ASKS, _PROBLEM)


def _asking() -> None:
    """Where to drop it; it stays until a figure was opened."""
    name = f"figure file {state.get(_COUNT, 0)}"
    file_box(
        tr("A picture that was saved here"), ["svg", "png", "pdf", "html"], key=name, max_upload_size=_MEGABYTES,
        on_change=_take, args=(name,),
    )  # fmt: skip
    if problem := state.get(_PROBLEM):
        st.warning(
            literal(tr("{sentence} The page is as it was.", sentence=_sentence(problem))), icon=":material/error:"
        )
    else:
        st.caption(tr("Its page, model, text and place are shown again; nothing is taken from the picture itself."))
    if state.get(_GO):
        st.rerun()


def figure_told(title: str) -> None:
    """What there is to say of the figure that was opened last, as long as its page shows what it is of.

    Args:
        title: of the page that is open.
    """
    page, about, words = state.get(_TOLD, (None, None, ()))
    if about is None or page != title:
        return
    shown = {links.RUN: about.origin.run, links.SOURCE: about.source} if about.origin.run else {}
    if all(state.get(name) == value for name, value in shown.items()):
        st.caption(tr(":material/image: From a figure: {title}", title=literal(about.title)))
        for word in words:
            st.warning(literal(word), icon=":material/info:")


def _take(name: str) -> None:
    """Open the file that was just chosen, before anything is drawn, since it changes what is chosen elsewhere."""
    file = state.get(name)
    state.forget(_PROBLEM)
    if file is None:
        return
    try:
        locked.check("upload")
        found = open_figure(content(file, _MEGABYTES))
        going = _leads(found.about)
    except AttentionLabError as error:
        state.put(_PROBLEM, str(error))
        return
    words = [*([_sentence(found.warning)] if found.warning else []), *going.words]
    state.put(_TOLD, (going.title, found.about, words))
    state.put(_COUNT, state.get(_COUNT, 0) + 1)
    state.put(_GO, going)
    state.forget(_ASKS)


def _leads(about: Provenance) -> Going:
    """Where a figure leads.

    Raises:
        AttentionLabError: its run is not here, it cannot be decoded again, or no page shows its like.
    """
    if about.page not in _TITLES:
        raise DataError(
            tr(
                "no page can show this figure again; it is of: {view}, {title}",
                view=about.view,
                title=about.title[:120],
            )
        )
    if about.page == "inspect_alignment":
        return Going(about.page, words=(_FILES_MISSING,))
    if about.page == "recordings":
        return _recorded(about)
    run = about.query.get(links.RUN, "")
    if run not in resources.addresses(writing=False):
        raise RunError(
            tr("this figure was made with the run “{run}”, which is not here; bring that run here first", run=run[:80])
        )
    ways = {"decoder": _decoded, "depth": _deep, "intervene": _intervened, "attention": _attended}
    return ways[about.page](about, run)


def _recorded(about: Provenance) -> Going:
    """The page Recordings: the place is asked for, and found as soon as the recording is there."""
    query, way = about.query, _way(about)
    values = {links.RECORDED_SECTION: links.THROUGH if way else links.EVERY_HEAD, **way}
    if query.get(links.REDUCTION) in REDUCTIONS:
        values[links.RECORDED_REDUCTION] = query[links.REDUCTION]
    return Going(about.page, values, query.get(links.SITE), query.get(links.HEAD), words=(_RECORDING_MISSING,))


def _attended(about: Provenance, run: str) -> Going:
    """The page Attention."""
    words = _other_weights(about, run)
    query = {name: about.query[name] for name in links.ATTENTION if name in about.query}
    if query.get(links.BESIDE, links.NOBODY) not in (links.NOBODY, *resources.model_addresses()):
        words.append(
            tr(
                "The model beside it, “{pop}”, is not here; {run} is shown alone.",
                pop=query.pop(links.BESIDE)[:80],
                run=run,
            )
        )
    if query.get(links.REDUCTION) not in REDUCTIONS:
        query.pop(links.REDUCTION, None)
    values = {
        links.RUN: run, links.SOURCE: query.get(links.SOURCE, ""), links.TARGET: query.get(links.TARGET, ""),
        links.BESIDE: query.get(links.BESIDE, links.NOBODY), links.REDUCTION: query.get(links.REDUCTION, REDUCTIONS[0]),
        links.WORDS: query.get(links.WORDS) == "true",
    }  # fmt: skip
    return Going(about.page, values, query.get(links.SITE), query.get(links.HEAD), words=tuple(words))


def _deep(about: Provenance, run: str) -> Going:
    """The first part of the page Depth."""
    values = {links.RUN: run, links.SOURCE: about.source, links.DEPTH: links.THROUGH, **_way(about)}
    return Going(about.page, values, words=tuple(_other_weights(about, run)))


def _way(about: Provenance) -> dict[str, Any]:
    """How maps were carried through layers, and up to which; a layer that the model lacks is left to the page."""
    how, layer = (about.query.get(name) for name in (links.CARRY, links.LAYER))
    known = how is not None and layer is not None and layer.isdecimal() and len(layer) < 4
    return {links.CARRY: how, links.LAYER: int(str(layer))} if known else {}


def _other_weights(about: Provenance, run: str) -> list[str]:
    """What there is to say where a run was trained on since."""
    model = resources.any_model(run)
    if model.model_hash == about.origin.model_hash:
        return []
    return [
        tr(
            "The figure was made with weights {model_hash} of step {step}; here {run} has "
            "weights {model_hash2} of step {step2}, so the map below is theirs and may look different.",
            model_hash=str(about.origin.model_hash)[:40],
            step=about.origin.step,
            run=run,
            model_hash2=model.model_hash,
            step2=model.step,
        )
    ]


def _decoded(about: Provenance, run: str) -> Going:
    """The page Decoder: its session, or the search alone where a session was too long to be inside."""
    query, words = about.query, ()
    if links.SESSION in query:
        saved = SavedSession.from_link(query[links.SESSION])
    else:
        saved = _unforced(about, run)
        words = (tr("The figure holds the search but no branches: the tree below is the unforced one."),)
    if (saved.run, saved.session.source) != (run, about.source):
        raise DataError(
            tr("this figure was edited: its session is of another run or source than it says; save it again")
        )
    if problem := open_session(saved):
        raise RunError(tr("the tree of this figure is not opened: {problem}", problem=problem))
    values = {links.RUN: run, links.SOURCE: saved.session.source, links.SEARCH: saved.session.search.name}
    values |= {name: query[name] for name in (links.SITE, links.HEAD) if name in query}
    return Going(about.page, values, words=words)


def _intervened(about: Provenance, run: str) -> Going:
    """The page Intervene: search and edits; whether the model has such heads the page says."""
    saved = _unforced(about, run)
    saved.check(resources.any_model(run))
    search = saved.session.search
    values = {links.RUN: run, links.SOURCE: about.source, links.SEARCH: search.name}
    return Going(about.page, values, edits=about.query.get(links.EDITS), search=search)


def _unforced(about: Provenance, run: str) -> SavedSession:
    """The search of a figure on its source, without branches."""
    return SavedSession.from_dict({
        "schema": SCHEMA, "run": run, "model_hash": about.origin.model_hash, "checkpoint_step": about.origin.step,
        "source": about.source, "search": about.search, "branches": [],
    })  # fmt: skip


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
