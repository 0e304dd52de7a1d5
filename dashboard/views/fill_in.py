"""Fill in: hide words, see what the others make of them; and what that is good for when labels are few."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.claims.claim import Finding, Row
from core.claims.pretraining import Pretraining
from core.data.hidden_classes import left_optimum, two_sided_optimum
from core.figures.few_labels import few_labels
from core.language import mark, tr
from core.runs.trained_set import TrainedSet
from core.tasks.fill_in import GAP, FillIn
from dashboard import links, state
from dashboard.components.data_table import data_table
from dashboard.components.heading import heading
from dashboard.components.labelled_words import OWN, labelled_words
from dashboard.components.literal import placed
from dashboard.components.live_figure import live_figure
from dashboard.components.mode import mode
from dashboard.components.panel import guarded, panel
from dashboard.components.rival_experiment import experiment
from dashboard.components.set_bench import bench
from dashboard.components.words_alike import words_alike

_KEY, _SHOWN = "fill in", 8
_SEEDS = (0, 1, 2)


def page() -> None:
    """Train, hide, look; then tune."""
    heading("Fill in", tr("Hidden words must be told from the words on both sides: how BERT learns without labels."))
    part = st.segmented_control(
        tr("Part"), list(_PARTS), format_func=tr, default=_FIRST, key=f"{_KEY} part", required=True,
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    guarded(tr("Fill in"))(_PARTS[part or _FIRST])()


def _hidden() -> None:
    trained = bench((FillIn.name,), key=_KEY)
    if trained is not None:
        panel(tr("The sentence"))(_sentence)(trained)


def _vectors() -> None:
    trained = bench((FillIn.name,), key=_KEY)
    if trained is not None:
        panel(tr("The words"))(words_alike)(trained, key=_KEY)


def _sentence(trained: TrainedSet) -> None:
    words = _words(trained)
    number = state.number("filled in", (trained.run.address, tuple(words)))
    hidden = st.pills(
        tr("Hide words"), range(len(words)), selection_mode="multi", format_func=lambda at: placed(words[at], at),
        default=[at for at, word in enumerate(words) if word == GAP] or _linked(len(words)) or [len(words) // 2],
        key=f"{_KEY} hidden {number}", help=tr("press a word to hide it, again to show it"),
    )  # fmt: skip
    links.say(**{"fill in hidden": ".".join(str(at + 1) for at in hidden)})
    gaps = sorted({*hidden, *(at for at, word in enumerate(words) if word == GAP)})
    task = trained.config.task
    assert isinstance(task, FillIn)
    example = task.asked([GAP if at in gaps else word for at, word in enumerate(words)])
    if gaps:
        _candidates(trained.probabilities(example), gaps, words, trained.entrance.labels)
    else:
        st.info(tr("No word is hidden: press one above."), icon=":material/visibility_off:")
    labelled_words(trained, example, key=_KEY, asked=gaps or None)


def _linked(count: int) -> list[int]:
    """Which words the link hides that opened the page."""
    asked = (links.linked("fill in hidden") or "").split(".")
    return sorted({int(one) - 1 for one in asked if one.isdecimal() and len(one) < 10 and 0 < int(one) <= count})


def _words(trained: TrainedSet) -> tuple[str, ...]:
    """The words of a held-out sentence, nothing hidden, or of one that is typed."""
    shown = trained.examples.test
    whole = [tuple(one.told.get("words", one.items)) for one in shown]
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        at = st.selectbox(
            tr("Held-out sentence"), [*range(len(whole)), OWN], key=f"{_KEY} held out {trained.run.address}", bind="query-params",
            format_func=lambda one: one if one == OWN else " ".join(whole[one]),
        )  # fmt: skip
    with right:
        typed = st.text_input(
            tr("Sentence"), key=f"{_KEY} typed", bind="query-params", disabled=at != OWN, max_chars=2000, help=tr("{gap} is a hidden word", gap=GAP),
            placeholder=tr("choose “your own” on the left, then type"),
        )  # fmt: skip
    return trained.read(typed).items if at == OWN else whole[int(at)]


def _candidates(found: np.ndarray, gaps: list[int], words: Sequence[str], labels: Sequence[str]) -> None:
    """The most probable words for each gap, the hidden one marked."""
    places = st.columns(max(2, min(4, len(gaps))))
    for at, gap in enumerate(gaps[:4]):
        order = found[gap].argsort()[::-1][:_SHOWN]
        with places[at]:
            was = "" if words[gap] == GAP else tr(", was {words}", words=words[gap])
            data_table(
                pd.DataFrame(
                    {
                        tr("place {n}{was}", n=gap + 1, was=was): [
                            labels[one] + (" ✓" if labels[one] == words[gap] else "") for one in order
                        ],
                        "probability": [float(found[gap][one]) for one in order],
                    }
                ),
                hide_index=True, height=320,
                column_config={"probability": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)},
            )  # fmt: skip
    if len(gaps) > 4:
        st.caption(tr("Drawn are the first four gaps; point at the others below."))


def _few() -> None:
    st.markdown(
        tr(
            "A network first fills in hidden words of a small language with six hidden word classes. Then it learns to name the class of "
            "each word from 1, 2, 5 and 20 labelled sentences, beside a network that begins from nothing."
        )
    )
    experiment(
        Pretraining.name, _SEEDS, _curve, title=tr("The labelled sentences"),
        before=tr("{count} seeds: each a pre-training and eight tunings, about half a minute of a quiet core.", count=len(_SEEDS)),
    )  # fmt: skip
    st.caption(
        tr(
            "Only the small language has a class for every word and labelled sentences without end, so only there can the curve be "
            "drawn at a press, and held to what can be known. With your own files: train here on your text, then on the pages Tagging or One label with the same model settings, this run as "
            "training › from run, and training › labelled as the number of sentences. Words find their vectors by name."
        )
    )


def _curve(rows: Sequence[Row], finding: Finding | None) -> None:
    found: dict[str, dict[int, list[float]]] = {}
    for row in rows:
        by = found.setdefault(str(row["begins"]), {})
        by.setdefault(int(row["labelled"] or 0), []).append(float(row["accuracy"] or 0))
    live_figure(
        few_labels(found, unit=tr("labelled sentences"), mode=mode()), key=f"{_KEY} curve", height=360,
        alt=tr("share of words tagged right over the number of labelled sentences, from scratch and pre-trained"),
    )  # fmt: skip
    filled = [float(row["filled in"] or 0) for row in rows]
    st.markdown(
        tr(
            "Filled in right (class): **{filled:.1%}** · the best that can be done from the left alone "
            "{left_optimum:.1%}, from both sides {two_sided_optimum:.1%} (counted over a thousand hidden words a seed: give or take 1 %)",
            filled=sum(filled) / len(filled),
            left_optimum=left_optimum(),
            two_sided_optimum=two_sided_optimum(),
        )
    )
    if finding is not None:
        st.markdown(
            tr(
                "**{verdict}** · {statement}: {effect:.1%} against {baseline:.1%} ({effect_is}; {rule})",
                verdict=tr(finding.verdict),
                statement=tr(Pretraining.statement),
                effect=finding.effect,
                baseline=finding.baseline,
                effect_is=tr(Pretraining.effect_is),
                rule=tr(Pretraining.rule),
            )
        )


_FIRST = mark("Hidden words")
_PARTS = {_FIRST: _hidden, mark("Words as vectors"): _vectors, mark("Fewer labels"): _few}
page()
