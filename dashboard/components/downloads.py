"""Files to take along: what is on the page as data, as a picture, and as the Python that makes it."""

import streamlit as st

from core.decoding.search import AbstractSearch
from core.decoding.trees.tree import DecodingTree
from core.figures.export import EXPORTS
from core.figures.tree_files import TREE_EXPORTS
from core.recording.matrix import AttentionMatrix
from dashboard.components.model_bar import Chosen


def matrix_downloads(chosen: Chosen, matrices: list[AttentionMatrix], target: str) -> None:
    """The matrices as NumPy, JSON and SVG."""
    with st.expander("Take it along", icon=":material/download:"):
        for column, (suffix, write) in zip(st.columns(len(EXPORTS)), EXPORTS.items()):
            with column:
                st.download_button(
                    f"Matrices {suffix}",
                    lambda write=write: write(matrices),
                    f"attention{suffix}",
                    on_click="ignore",
                    width="stretch",
                    key=f"download {suffix}",
                )
        asked = f"{chosen.source!r}, {target!r}" if target else repr(chosen.source)
        st.code(
            f"import core\n\nmodel = core.load({chosen.model.run.address!r})\nmatrices = model.matrices({asked})",
            "python",
        )


def tree_download(chosen: Chosen, search: AbstractSearch, tree: DecodingTree, *, key: str) -> None:
    """The decoding tree in every form that a tree is written in, and the Python that makes it."""
    kind = type(search).__name__
    changed = ", ".join(
        f"{name}={value!r}" for name, value in search.to_dict().items() if value != type(search)().to_dict()[name]
    )
    with st.expander("Take it along", icon=":material/download:"):
        for column, (ending, write) in zip(st.columns(len(TREE_EXPORTS)), TREE_EXPORTS.items()):
            column.download_button(
                f"Tree {ending}",
                lambda write=write: write(tree.parts),
                f"tree-{search.name}{ending}",
                on_click="ignore",
                width="stretch",
                key=f"{key} {ending}",
            )
        st.code(
            f"import core\n\nmodel = core.load({chosen.model.run.address!r})\n"
            f"tree = model.tree({chosen.source!r}, core.{kind}({changed}))",
            "python",
        )
