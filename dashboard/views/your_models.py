"""Your models: folders of Hugging Face's format, kept under a name, so that the other pages look inside them."""

from pathlib import Path

import streamlit as st

import core
from core.errors import AttentionLabError
from core.language import mark, tr
from core.runs.adapted import AdaptedModel, AdaptedReader
from core.runs.foreign import KeptModel, forget_model, keep_model, kept_models, load_foreign, on_disk, told
from core.runs.workspace import in_classroom
from dashboard import links, resources, state
from dashboard.components.heading import heading
from dashboard.components.literal import literal
from dashboard.components.panel import guarded
from dashboard.components.press import pressed

_FOLDER, _NAME, _FROM, _TO = "model folder", "model name", "model from", "model to"
_SAID, _KEPT = "model problem", "model kept"
_CHECKED = "model checked"
_VIEWS = {  # where a model can be looked at: those that write, and those that only read
    True: (
        ("attention", mark("Attention")),
        ("decoder", mark("Decoder")),
        ("compare", mark("Compare")),
        ("intervene", mark("Intervene")),
    ),
    False: (("attention", mark("Attention")),),
}


def page() -> None:
    """Keep a folder, and say what is in those that are kept."""
    heading("Your models", tr("Trained models from elsewhere: open a folder, and every page looks inside it."))
    if in_classroom():
        st.info(
            tr("In a classroom no folder of the server is opened from here; whoever runs it keeps models for you."),
            icon=":material/school:",
        )
    else:
        _adding()
    _list()


@guarded(mark("The folder"))
def _adding() -> None:
    folder, name = st.columns([5, 2])
    folder.text_input(
        tr("Folder of a model"), key=_FOLDER, placeholder=tr("/home/me/models/opus-mt-en-de"),
        help=tr("as save_pretrained writes it: config.json, model.safetensors and the tokenizer's files. Nothing in it is run, nothing "
        "is changed, nothing is fetched"),
    )  # fmt: skip
    name.text_input(tr("Name here"), key=_NAME, placeholder=tr("the folder's name"))
    with st.expander(tr("Languages"), icon=":material/translate:"):
        st.caption(
            tr("For models of many languages (mBART, NLLB), as their tokenizer names them; else leave them empty.")
        )
        left, right = st.columns(2)
        left.text_input(tr("From"), key=_FROM, placeholder=tr("eng_Latn"))
        right.text_input(tr("To"), key=_TO, placeholder=tr("zho_Hans"))
    st.button(tr("Open"), icon=":material/folder_open:", type="primary", on_click=_keep)
    if problem := state.get(_SAID):
        st.warning(literal(problem), icon=":material/error:")
    elif kept := state.get(_KEPT):
        st.success(tr("Opened: {kept}.", kept=literal(kept)), icon=":material/check:")
    st.caption(
        tr(
            "Known architectures: Marian, BART, mBART, Pegasus, Blenderbot, M2M100 and NLLB, T5, mT5 and Whisper can be stepped and edited; of BERT, RoBERTa, "
            "ELECTRA, DistilBERT, GPT-2, OPT and GPT-NeoX the self-attention is shown."
        )
    )


def _keep() -> None:
    """Open the folder, and keep it where it can be opened; what was typed stays where it cannot."""
    state.forget(_SAID, _KEPT)
    try:
        if not _typed(_FOLDER):
            raise core.InputError(tr("type the path of a folder on this computer"))
        path = Path(_typed(_FOLDER)).expanduser().absolute()
        kept = KeptModel(_typed(_NAME) or path.name, str(path), _typed(_FROM), _typed(_TO))
        load_foreign(path, kept.source_language, kept.target_language)
        keep_model(kept)
    except AttentionLabError as error:
        state.put(_SAID, str(error))
        return
    state.put(_KEPT, kept.address)
    for name in (_FOLDER, _NAME, _FROM, _TO):
        state.put(name, "")


def _typed(name: str) -> str:
    return str(state.get(name) or "").strip()


@guarded(mark("Your models"))
def _list() -> None:
    kept = kept_models()
    if not kept:
        st.info(tr("No model is kept here yet."), icon=":material/folder_off:")
        return
    for one in kept:
        with st.container(border=True):
            _card(one)


def _card(kept: KeptModel) -> None:
    title, gone = st.columns([6, 1], vertical_alignment="center")
    title.markdown(f"**{literal(kept.address)}** · {literal(kept.path)}")
    gone.button(
        tr("Forget"),
        key=f"forget {kept.name}",
        on_click=_forget,
        args=(kept.name,),
        help=tr("the folder stays as it is"),
        width="stretch",
    )
    languages = " → ".join(filter(None, (kept.source_language, kept.target_language)))
    try:
        there = on_disk(kept)
    except AttentionLabError as error:
        st.warning(literal(str(error)), icon=":material/error:")
        return
    st.caption(
        " · ".join(
            filter(None, (there.architecture, tr("{size:,.1f} MB of weights", size=there.size / 1e6), languages))
        )
    )
    _doors(kept, there.writes)
    for line in state.get(f"{_CHECKED} {kept.name}", ()):
        st.caption(f":material/verified: {literal(line)}")


def _doors(kept: KeptModel, writes: bool) -> None:
    """To the pages that look inside, and a check of its numbers; the model is opened when one is pressed."""
    places = st.columns(6)
    for place, (page_, title) in zip(places, _VIEWS[writes]):
        if pressed(tr(title), draw=place.button, key=f"{page_} {kept.name}", width="stretch"):
            opened = resources.any_model(kept.address)
            with state.undisturbed():
                state.put(f"kept {links.RUN}", kept.address)
                state.put(f"kept {links.SOURCE}", opened.example_text())
            st.switch_page(f"views/{page_}.py", query_params={links.RUN: kept.address})
    if pressed(
        tr("Check"), draw=places[4 if writes else 1].button, key=f"check {kept.name}", width="stretch",
        help=tr("opens it and says what is inside; of one that writes, a sentence is decoded with every search, and every number of that "
        "computed again in another way"),
    ):  # fmt: skip
        with st.spinner(tr("Checking …")):
            state.put(f"{_CHECKED} {kept.name}", _checked(resources.any_model(kept.address)))


def _checked(opened: AdaptedModel | AdaptedReader) -> list[str]:
    """What a model is, and whether its numbers agree."""
    facts = told(opened)
    lines = [
        tr(
            "{weights:,} weights ({model_hash}) · {tokens:,} tokens · {attentions} attentions, "
            "{cross_attentions} of them cross-attention",
            weights=facts["weights"],
            model_hash=facts["model_hash"],
            tokens=facts["tokens"],
            attentions=facts["attentions"],
            cross_attentions=facts["cross_attentions"],
        ),
        *facts["notes"],
    ]
    if isinstance(opened, AdaptedModel):
        found = core.verify(opened, 1)
        verdict = tr("all agree") if found.ok else tr("they do not agree")
        lines.append(
            tr(
                "{checked:,} numbers computed in two ways, {verdict}: largest difference {max_error:.1e}",
                checked=found.checked,
                verdict=verdict,
                max_error=found.max_error,
            )
        )
    return lines


def _forget(name: str) -> None:
    forget_model(name)
    resources.forget_foreign()
    state.forget(f"{_CHECKED} {name}", _KEPT)


page()
