"""Detection: a Transformer names all things of a picture at once; where each query looks, and who answers for which thing."""

import hashlib

import streamlit as st

from core.data.boxes import BoxedPictures
from core.errors import InputError
from core.language import mark, tr
from core.runs.detection import DetectionRun
from core.runs.expectations import expected, told
from core.training.set_loss import MATCHINGS
from dashboard import state
from dashboard.components.detection_view import SCENES, SIZE, curve, detector, matching, own, picture, scenes
from dashboard.components.heading import heading
from dashboard.components.literal import literal
from dashboard.components.locks import file_box
from dashboard.components.panel import guarded, panel
from dashboard.components.race_bar import race_bar, race_button, race_ended
from dashboard.components.uploaded import content

_TICK = 0.6  # seconds between redraws while something runs
_SLICE = 0.8  # seconds of work in each: a press on Stop never waits long
_RUNNING = "detection running"
_MEGABYTES = 100  # of one file
_OWN = "own"
_CUTS = {1: mark("whole pictures"), 2: mark("four tiles of each"), 3: mark("nine tiles of each")}
_KINDS = {
    "rectangles": mark("rectangles · one to three, in two colors"),
    "digits": mark("digits · handwritten, anywhere on a canvas"),
    _OWN: mark("your own · pictures with boxes (Pascal VOC)"),
}
_MATCHINGS = {"hungarian": mark("cheapest pairs (Hungarian)"), "in_order": mark("in order, for comparison")}
_OFFERED = 20  # held-out pictures to look at


def page() -> None:
    """Choose pictures, press, choose a query."""
    heading(
        "Detection",
        tr("What is on a picture, and where: a set of boxes, written by queries that look at it all at once."),
    )
    guarded(tr("The detector"))(_detector)()


def _detector() -> None:
    places = st.columns([4, 3, 2, 2], vertical_alignment="bottom")
    kind = places[0].selectbox(
        tr("Pictures"), list(_KINDS), key="detection kind", bind="query-params", format_func=lambda one: tr(_KINDS[one])
    )
    way = places[1].selectbox(
        tr("Assignment"), list(MATCHINGS), key="detection matching", bind="query-params", format_func=lambda one: tr(_MATCHINGS[one]),
        help=tr("which query answers for which thing, in training: what each is told it should have said"),
    )  # fmt: skip
    seed = int(
        places[2].number_input(
            tr("Seed"), 0, 999, 0, key="detection seed", bind="query-params", help=tr("of weights and batches")
        )
    )
    name, pictures = (kind, scenes(kind)) if kind in SCENES else _uploaded()
    one = detector(name, kind, seed, way, pictures)
    running = state.running(_RUNNING, repr((name, seed, way))) and not one.done
    with places[3]:
        race_button("detection", _RUNNING, running=running, done=one.done, help=tr("done; another seed trains anew"))
    expectation = told(expected(kind, way)) or one.expected
    if expectation:
        st.caption(expectation)
    choice = _choice(one)
    panel(tr("The picture"), every=_TICK if running else None)(_watch)(one, choice, running)


def _uploaded() -> tuple[str, BoxedPictures]:
    """A name for what was uploaded, and the pictures.

    Raises:
        InputError: nothing was uploaded yet.
    """
    left, right = st.columns([5, 2])
    files = file_box(
        tr("Annotations (.xml) and their pictures (.jpg, .png), at most 100 MB each; a list val.txt or test.txt says what is held out"),
        ["xml", "jpg", "jpeg", "png", "txt"], accept_multiple_files=True, key="detection files", max_upload_size=_MEGABYTES, place=left
    )  # fmt: skip
    parts = right.selectbox(
        tr("Learn from"), list(_CUTS), 1, key="detection parts", format_func=_CUTS.get,
        help=tr("each is brought to {size} × {size2} pixels; many small things are learned sooner from tiles", size=SIZE[0], size2=SIZE[1]),
    )  # fmt: skip
    if not files:
        raise InputError(tr("upload annotations in the form of Pascal VOC and the pictures they name, all at once"))
    contents = {file.name: content(file, _MEGABYTES) for file in files}
    digest = hashlib.sha256(b"".join(name.encode() + body for name, body in sorted(contents.items()))).hexdigest()
    pictures = own(digest, parts, contents)
    told = tr(
        "{count} to learn from, {count2} held out: {classes}",
        count=len(pictures.train),
        count2=len(pictures.held_out),
        classes=", ".join(pictures.classes),
    )
    st.caption(literal(" · ".join([told, *pictures.told])))
    return f"{digest} {parts}", pictures


def _choice(one: DetectionRun) -> tuple[int, int | None, int, int | None, bool]:
    """Which picture, which query, which layer and head, and whether the matching is drawn."""
    settings, places = one.trainer.network.settings, st.columns([2, 2, 2, 2, 3], vertical_alignment="bottom")
    at = places[0].selectbox(
        tr("Held-out picture"), range(min(_OFFERED, len(one.pictures.held_out))), key="detection picture at",
        format_func=lambda number: one.pictures.held_out[number].name,
    )  # fmt: skip
    query = places[1].selectbox(
        tr("Query"), [None, *range(settings.queries)], key="detection query", bind="query-params", help=tr("where it looks is laid over the picture"),
        format_func=lambda number: tr("none") if number is None else tr("query {n}", n=number + 1),
    )  # fmt: skip
    layer = places[2].selectbox(
        tr("Layer"), range(settings.decoder_layers), settings.decoder_layers - 1, key="detection layer", bind="query-params",
        format_func=lambda number: tr("layer {n}", n=number + 1),
    )  # fmt: skip
    head = places[3].selectbox(
        tr("Head"), [None, *range(settings.heads)], key="detection head", bind="query-params",
        format_func=lambda number: tr("mean of all") if number is None else tr("head {n}", n=number + 1),
    )  # fmt: skip
    drawn = places[4].toggle(
        tr("Draw the matching"), key="detection drawn", help=tr("lines from answers to the things they are told")
    )
    return at, query, layer, head, drawn


def _watch(one: DetectionRun, choice: tuple[int, int | None, int, int | None, bool], running: bool) -> None:
    race_bar(one, running=running, seconds=_SLICE, each=False)
    at, query, layer, head, drawn = choice
    looked = one.look(one.pictures.held_out[at])
    left, right = st.columns([5, 4], gap="medium")
    with left:
        picture(looked, query, layer, head, drawn=drawn)
        st.caption(
            tr(
                "Gold, dashed: what is there. In colors: what queries name, with their numbers. Green: where the chosen query looks."
            )
            if one.step
            else tr(
                "Gold, dashed: what is there. Nothing is learned yet: press Train, and the boxes of the queries come to the things."
            )
        )
    with right:
        matching(looked)
        st.caption(
            tr(
                "What it would cost each query to answer for each thing (−p + 5·L1 − 2·GIoU); framed: the pairs of least cost, which "
                "is what the queries are told. The others are told to say nothing, so two do not name the same thing."
            )
        )
    if one.curve:
        curve(one)
    race_ended(_RUNNING, running=running, done=one.done)


page()
