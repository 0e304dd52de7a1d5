"""Tagging: a label for each word, from the word alone, from a window around it, or from all words by self-attention."""

import streamlit as st

from core.language import tr
from core.runs.trained_set import TrainedSet
from dashboard import resources
from dashboard.components.heading import heading
from dashboard.components.labelled_words import labelled_words, sentence_form
from dashboard.components.panel import guarded, panel
from dashboard.components.set_bench import bench

_TASKS = ("saw", "tagging", "classes")
_KEY = "tagging"
_MOST = 3  # runs beside the first


def page() -> None:
    """Choose, train, point at words."""
    heading("Tagging", tr("A label for each word. Which words must a network see to tell a verb from a noun?"))
    guarded(tr("Tagging"))(_draw)()


def _draw() -> None:
    trained = bench(_TASKS, key=_KEY)
    if trained is not None:
        panel(tr("The sentence"))(_sentence)(trained)


def _sentence(trained: TrainedSet) -> None:
    example = sentence_form(trained, key=_KEY, help=tr("words as the task has them, with spaces between"))
    task, address = trained.config.task.name, trained.run.address
    others = [one for one in resources.set_addresses(task) if one != address and resources.has_weights(one)]
    beside = st.multiselect(
        tr("Beside it"), others, max_selections=_MOST, key=f"{_KEY} beside {address}", bind="query-params", disabled=not others,
        placeholder=tr("other runs on this task") if others else tr("train a window beside the attention, then choose it here"),
        help=tr("window, with its size in the settings, is fully connected layers without attention; 0 sees each word alone"),
    )  # fmt: skip
    labelled_words(trained, example, key=_KEY)
    for at, other in enumerate(beside):
        st.divider()
        one = resources.set_model(other)
        read = one.read(" ".join(example.items)) if one.entrance.words != trained.entrance.words else example
        labelled_words(one, read, key=f"{_KEY} other {at}")


page()
