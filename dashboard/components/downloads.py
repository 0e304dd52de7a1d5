"""Files to take along: what is on the page as a picture, as numbers, and as the Python that makes it."""

import re
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.decoding.search import AbstractSearch
from core.decoding.session import Session
from core.decoding.trees.saved import Parts
from core.decoding.trees.tree import DecodingTree
from core.errors import AttentionLabError
from core.figures.attention import ALL, MapView, Reading, about_derived, about_heads, about_map, map_figure
from core.figures.drawn.attention import to_html
from core.figures.export import EXPORTS, NUMBERS
from core.figures.pictures import FIGURE_EXPORTS
from core.figures.provenance import Origin, Provenance
from core.figures.tree_files import TREE_EXPORTS, tree_figure
from core.figures.tree_files import to_html as tree_html
from core.language import mark, tr
from core.recording.matrix import AttentionMatrix
from core.runs.reader import AbstractTrained
from core.runs.sessions import SavedSession
from dashboard import links
from dashboard.components.locks import download_button
from dashboard.components.model_bar import Chosen
from dashboard.components.panel import guarded, redraw

TAKEN = "taken away"  # a fragment
Files = Mapping[str, Callable[[], bytes]]
Taken = Mapping[str, tuple[str, Files]]  # what a page shows by its name there: name of the file, and its forms


@st.fragment(key=TAKEN)
@guarded(mark("Take away"))
def take_away(draw: Callable[[], None], *, key: str) -> None:
    """What is there to be taken along, drawn once somebody opens it: few do, and a page is drawn anew at every click.

    Args:
        draw: fills it; key: of its state, one a page.
    """
    place = st.expander(
        tr("Take away"), icon=":material/download:", key=f"take away {key}",
        on_change=lambda: redraw(TAKEN),  # a step at the decoder told in the same moment draws but its node
    )  # fmt: skip
    if place.open:
        with place:
            draw()


def download_row(files: Files, name: str, *, key: str) -> None:
    """One button for each kind of file; a file is made when it is asked for.

    Args:
        files: what writes it by the ending of its name, pictures first; name: of the file, without its ending.
    """
    with st.container(horizontal=True, gap="xsmall"):
        for ending, write in files.items():
            download_button(
                ending.removeprefix(".").upper(), write, f"{name}{ending}", on_click="ignore", key=f"{key} {ending}",
                help=f"{name}{ending}",
            )  # fmt: skip


def map_files(view: MapView, reading: Reading) -> Files:
    """One map as it is drawn large: pictures that say what they are of, and its numbers."""
    about = about_map(view, reading)
    pictures = {ending: lambda write=write: write(map_figure(view, about)) for ending, write in FIGURE_EXPORTS.items()}
    pictures[".html"] = lambda: to_html([view.numbers], about)
    return pictures | {ending: lambda write=write: write([view.numbers], about) for ending, write in NUMBERS.items()}


def derived(maps: Mapping[str, AttentionMatrix], reading: Reading) -> Taken:
    """Maps that were each made of several, by their titles: as pictures and as numbers."""
    return {
        title: ("-".join(re.findall(r"\w+", title)), _derived_files(matrix, about_derived(matrix, title, reading)))
        for title, matrix in maps.items()
    }


def _derived_files(matrix: AttentionMatrix, about: Provenance) -> Files:
    view = MapView(matrix, 0, "mean over heads")
    pictures = {ending: lambda write=write: write(map_figure(view, about)) for ending, write in FIGURE_EXPORTS.items()}
    return pictures | {ending: lambda write=write: write([matrix], about) for ending, write in NUMBERS.items()}


def map_name(view: MapView) -> str:
    """Of the file, without its ending."""
    site = view.matrix.site
    part = f"head{view.head + 1}" if view.reduction == "head" else view.reduction.split()[0]
    return f"attention-{site.stack}-{site.kind}-layer{site.layer + 1}-{part}"


def chosen_download(taken: Taken, *, key: str) -> None:
    """What of the page is wanted, and a button for each of its forms."""
    key = f"{key} {' '.join(taken)}"
    what = st.segmented_control(
        tr("Of"), list(taken), format_func=tr, default=next(iter(taken)), key=key, required=True
    )
    name, files = taken[what]
    download_row(files, name, key=f"download {what}")


def heads_files(matrices: Sequence[AttentionMatrix], reading: Reading) -> Files:
    """All heads in every form."""
    about = about_heads(matrices, reading)
    return {ending: lambda write=write: write(matrices, about) for ending, write in EXPORTS.items()}


def reading_of(model: AbstractTrained, source: str, target: str, query: Mapping[str, str]) -> Reading:
    """What the page Attention shows of a model."""
    origin = Origin(model.run.address, model.model_hash, model.step, model.config.seed)
    return Reading(origin, source, target or None, "attention", query)


def matrix_downloads(
    matrices: list[AttentionMatrix], views: Mapping[str, tuple[MapView, Reading]], whole: Reading
) -> None:
    """What is large on the page, or all heads, in every form; and the Python that makes it.

    Args:
        views: what is drawn large, by its name; whole: of what all matrices were recorded.
    """

    def draw() -> None:
        taken = {what: (map_name(view), map_files(view, reading)) for what, (view, reading) in views.items()}
        chosen_download({**taken, ALL: ("attention", heads_files(matrices, whole))}, key="take")
        asked = f"{whole.source!r}, {whole.target!r}" if whole.target else repr(whole.source)
        st.code(f"import core\n\nmodel = core.load({whole.origin.run!r})\nmatrices = model.matrices({asked})", "python")

    take_away(draw, key="take")


def tree_files(parts: Parts, query: Mapping[str, str], seed: int | None, page: str = "decoder") -> Files:
    """A decoding tree in every form that it is written in, pictures first.

    Args:
        query, seed, page: as in `about_tree`.
    """
    pictures = {
        ending: lambda write=write: write(tree_figure(parts, query, seed, page))
        for ending, write in FIGURE_EXPORTS.items()
    }
    pictures[".html"] = lambda: tree_html(parts, query, seed, page)
    others = {ending: lambda write=write: write(parts) for ending, write in TREE_EXPORTS.items()}
    return pictures | {one: others[one] for one in others if one not in pictures}


def tree_download(
    chosen: Chosen,
    search: AbstractSearch,
    tree: DecodingTree,
    *,
    key: str,
    session: Session | None = None,
    place: Mapping[str, str] | None = None,
) -> None:
    """The decoding tree in every form that a tree is written in, and the Python that makes it.

    Args:
        session: what was done at the decoder, if anything; place: what else of the page Decoder belongs to its state.
    """
    kind = type(search).__name__
    changed = ", ".join(
        f"{name}={value!r}" for name, value in search.to_dict().items() if value != type(search)().to_dict()[name]
    )

    def draw() -> None:
        query = _opens(chosen, session or Session(chosen.source, search)) | dict(place or {})
        files = tree_files(tree.parts, query, chosen.model.config.seed)
        download_row(files, f"tree-{search.name}", key=key)
        st.code(
            f"import core\n\nmodel = core.load({chosen.model.run.address!r})\n"
            f"tree = model.tree({chosen.source!r}, core.{kind}({changed}))",
            "python",
        )

    take_away(draw, key=key)


def _opens(chosen: Chosen, session: Session) -> dict[str, str]:
    """The address of a tree on the page Decoder; a session too long for one is left out, and its search stays."""
    query = {links.RUN: chosen.model.run.address, links.SOURCE: chosen.source}
    try:
        return query | {links.SESSION: SavedSession.of(chosen.model, session).to_link()}
    except AttentionLabError:
        return query
