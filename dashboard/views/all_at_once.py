"""All at once: one source written left to right, non-autoregressively and by mask-predict, and why the second mixes."""

import streamlit as st

from core.decoding.all_places import AbstractAllPlaces
from core.decoding.mask_predict import AtOnce, MaskPredict
from core.errors import AttentionLabError
from core.language import mark, tr
from core.runs.all_at_once import Cost, Told, all_places, costs, token_by_token
from core.runs.trained import TrainedModel
from core.runs.trained_parallel import TrainedParallel
from dashboard import kept, resources, state
from dashboard.components.heading import heading
from dashboard.components.literal import literal
from dashboard.components.panel import panel
from dashboard.components.pass_attention import pass_attention
from dashboard.components.ways_view import prices, reasons, way

TITLE = mark("All at once")
SOURCE = "places source"
_USUAL = {"left": "demo/phrases-transformer", "once": "demo/phrases-parallel", "masks": "demo/phrases-masked"}
_MOST = 10


def page() -> None:
    """Choose, write, explain."""
    heading(
        TITLE,
        tr("A decoder that writes every place in one call: fast, and of two minds where two translations are right."),
    )
    _ways()


@panel(mark("The ways"))
def _ways() -> None:
    addresses, passes = _chosen()
    source = _source(resources.model(addresses["left"]))
    told = _told(addresses, source, passes)
    for key, one in told.items():
        way(one, key=key)
    st.caption(
        tr(
            "A row is one call of the decoder, a column a place; the stronger the color, the surer the model was when it wrote the word. "
            "Bold words were written in this call, ✗ is emptied and written again in the next."
        )
    )
    reasons(told["once"], told["left"])
    _looks(addresses, source, told, passes)
    _prices(addresses, source, passes)


def _chosen() -> tuple[dict[str, str], int]:
    """Which runs, and how many passes."""
    stepping, parallel, filling = (
        resources.model_addresses(), resources.parallel_addresses(), resources.filling_addresses(),
    )  # fmt: skip
    offered = {
        "left": (tr("Left to right"), stepping, tr("any run that writes a word after the other, of the same task")),
        "once": (tr("All at once"), parallel, tr("any run that writes all places at once, decoded in one pass")),
        "masks": (
            tr("Mask-predict"),
            filling,
            tr("runs trained with objective=masked_filling, decoded in several passes"),
        ),
    }
    found = {}
    places = st.columns([3, 3, 3, 2], vertical_alignment="bottom")
    for place, (key, (label, known, help_)) in zip(places, offered.items()):
        ordered = sorted(known, key=lambda address: address != _USUAL[key])
        found[key] = place.selectbox(label, ordered, key=f"places {key}", bind="query-params", help=help_)
    with places[3]:
        passes = st.slider(
            tr("Passes"),
            1,
            _MOST,
            4,
            key="places passes",
            bind="query-params",
            help=tr("of mask-predict; after each the least sure words are emptied"),
        )
    return found, int(passes)


def _source(model: TrainedModel) -> str:
    examples = [model.config.task.join(example.source) for example in model.examples.test]
    state.first(SOURCE, examples[0])
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    source = left.text_input(tr("Source"), key=SOURCE, bind="query-params", help=tr(model.config.task.summary))
    with right.popover(tr("Examples"), icon=":material/lightbulb:", width="stretch", key="examples"):
        st.pills(tr("Examples"), examples, key="places example", on_change=_take, label_visibility="collapsed")
    return source


def _take() -> None:
    chosen = state.get("places example")
    if chosen:
        state.put(SOURCE, chosen)
        state.put("places example", None)


def _told(addresses: dict[str, str], source: str, passes: int) -> dict[str, Told]:
    left, once, masks = _models(addresses)
    return {
        "left": token_by_token(left, source, tr("Left to right")),
        "once": all_places(once, source, _in_one_call(once), tr("All at once")),
        "masks": all_places(
            masks, source, MaskPredict(passes=passes), tr("Mask-predict, {passes} passes", passes=passes)
        ),
    }


def _in_one_call(once: TrainedParallel) -> AbstractAllPlaces:
    """One that fills blanks is decoded in its own way."""
    return AtOnce() if once.shows or isinstance(once.usual, AtOnce) else once.usual


def _looks(addresses: dict[str, str], source: str, told: dict[str, Told], passes: int) -> None:
    """The cross-attention of a pass of one way."""
    st.markdown(tr("##### Where a pass looks"))
    _, once, masks = _models(addresses)
    ways = {"masks": (masks, MaskPredict(passes=passes)), "once": (once, _in_one_call(once))}
    chosen = st.segmented_control(
        tr("Way"), list(ways), default="masks", key="places way", required=True, format_func=lambda way: told[way].name,
        label_visibility="collapsed",
    )  # fmt: skip
    trained, how = ways[chosen]
    pass_attention(
        trained.attention(source, how, only="decoder*cross*"), told[chosen].stages, key=f"looks {chosen} {passes}"
    )
    st.caption(
        tr(
            "Rows are places, with what stands there after the pass; columns are the source. All passes have one color scale, which "
            "ends at the largest weight of any of them. • is written in this pass; from the second on such a place knows what the "
            "others hold."
        )
    )


@kept.own(show_spinner="Measuring …", max_entries=8, scope="session")
def _measured(left: str, once: str, masks: str, source: str, passes: int) -> list[Cost]:
    return costs(*_models({"left": left, "once": once, "masks": masks}), source, passes)


def _models(addresses: dict[str, str]) -> tuple[TrainedModel, TrainedParallel, TrainedParallel]:
    return (
        resources.model(addresses["left"]),
        resources.parallel_model(addresses["once"]),
        resources.parallel_model(addresses["masks"]),
    )


def _prices(addresses: dict[str, str], source: str, passes: int) -> None:
    st.markdown(tr("##### What length costs"))
    try:
        prices(_measured(**addresses, source=source, passes=passes))
    except AttentionLabError as error:
        st.info(literal(str(error)))
        return
    st.caption(
        tr(
            "Each model writes as many words as it is told to, the fastest of five times on this machine; nothing is said here of "
            "how good they are. Left to right needs a call for every word; all at once one, whatever the length."
        )
    )


page()
