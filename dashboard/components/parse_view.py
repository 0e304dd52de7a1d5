"""What searches made of a sentence: a row each, and of one of them the tree beside the right one and where every token looked."""

import pandas as pd
import streamlit as st

from core.data.tree_tokens import WORD
from core.errors import AttentionLabError
from core.language import mark, tr
from core.runs.parsed import Gold, Parsed
from dashboard.components.data_table import data_table
from dashboard.components.heatmap import heatmap
from dashboard.components.literal import literal
from dashboard.components.outputs import outputs
from dashboard.components.parse_tree import parse_tree

MEAN = mark("mean of its heads")
_BESIDE = 12  # words; trees over more stand below each other


def way_name(name: str) -> str:
    """A search as the page names it, in the language of whoever looks.

    >>> way_name("beam"), way_name("beam, trees only")
    ('beam', 'beam, trees only')
    """
    search, _, form = name.partition(", ")
    return tr("{search}, trees only", search=search) if form else search


def ways_table(found: dict[str, Parsed | AttentionLabError]) -> None:
    """A row for each search: whether it is a tree, how much of it is right, and where it breaks."""
    rows = pd.DataFrame([{"search": way_name(name), **_row(one)} for name, one in found.items()])
    data_table(  # where nobody knows the right tree, nothing has a score, and there are no columns for it
        rows.dropna(axis="columns", how="all"), hide_index=True, key="parsing table",
        column_config={
            "tree": st.column_config.TextColumn(help=tr("one whole tree over all words, each of them used once")),
            "exact": st.column_config.TextColumn(help=tr("the right tree, bracket for bracket")),
            "F1": st.column_config.NumberColumn(
                format="percent", help=tr("labelled bracketing against the right tree; what is no tree has no brackets")
            ),
            "precision": st.column_config.NumberColumn(format="percent", help=tr("of the constituents written, those right")),
            "recall": st.column_config.NumberColumn(format="percent", help=tr("of the right constituents, those written")),
            "Σ log p": st.column_config.NumberColumn(format="%.3f", help=tr("the model's own, in nats")),
            "tokens": st.column_config.NumberColumn(help=tr("brackets and words")),
            "where it breaks": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip


def _row(one: Parsed | AttentionLabError) -> dict[str, str | float | None]:
    if isinstance(one, AttentionLabError):
        return {"tree": "–", "where it breaks": str(one)}
    exact = {None: tr("unknown"), True: "✓", False: "✗"}[one.exact]
    scores = dict.fromkeys(("F1", "precision", "recall"))
    if one.score is not None:
        scores = {"F1": one.score.f1, "precision": one.score.precision, "recall": one.score.recall}
    return {
        "tree": "✓" if one.reading.well_formed else "✗", "exact": exact, **scores, "Σ log p": one.logp,
        "tokens": len(one.tokens), "where it breaks": one.fault,
    }  # fmt: skip


def trees(one: Parsed, name: str, looking: tuple[str, int]) -> None:
    """The tree that was written and the right one, and the written tokens where they are no tree.

    Args:
        looking: which attention shades the words: a site and a head, as `looking` gives them.
    """
    site, head = looking
    beside = len(one.words) <= _BESIDE
    left, right = st.columns(2, gap="large") if beside else (st.container(), st.container())
    with left:
        st.markdown(tr("**Written** · {name} · {verdict}", name=way_name(name), verdict=_verdict(one)))
        parse_tree(
            one.words, one.reading.constituents, key="parsing written", tags=_tags(one.tokens), right=one.right,
            weights=one.rows(site, head),
        )  # fmt: skip
    with right:
        _gold(one.gold, one.words)
    if one.fault:
        broken = [at == one.reading.at for at in range(len(one.tokens))]
        outputs(
            [{"title": tr("The tokens"), "tokens": one.tokens, "changed": broken, "lines": [tr("It breaks: {fault}.", fault=one.fault)]}],
            key="parsing tokens", words={"changed": tr("it breaks here")},
        )  # fmt: skip
    label = next(matrix.site.said for matrix in one.matrices if matrix.site.name == site)
    keys = (*one.words, "<end>")
    heatmap(
        one.rows(site, head), (*one.tokens, "<end>"), keys, key="parsing map",
        title=f"{label} · {_head(head)}",
    )  # fmt: skip
    st.caption(tr("A row is a token that was written, and where the step that wrote it looked in the sentence."))


def _head(number: int) -> str:
    return tr(MEAN) if number < 0 else tr("head {n}", n=number + 1)


def looking(one: Parsed) -> tuple[str, int]:
    """A menu: which attention is shown; below 0 the mean of the heads."""
    sites = {matrix.site.name: matrix.site for matrix in one.matrices}
    choices = {
        f"{matrix.site.label} · {MEAN if head < 0 else f'head {head + 1}'}": (matrix.site.name, head)
        for matrix in reversed(one.matrices)
        for head in range(-1, matrix.heads)
    }

    def said(choice: str) -> str:
        site, head = choices[choice]
        return f"{sites[site].said} · {_head(head)}"

    chosen = st.selectbox(
        tr("Attention"),
        list(choices),
        format_func=said,
        key="parsing attention",
        help=tr("what shades the words under the tree, and the map below"),
    )
    return choices[chosen]


def _gold(gold: Gold | None, words: tuple[str, ...]) -> None:
    if gold is None:
        st.markdown(
            tr("**Right** · nobody knows: no rule tells the tree of this sentence, and no example of the run does")
        )
        return
    if gold.reading.tree is None:
        st.markdown(tr("**Right** · cannot be drawn: {fault}", fault=literal(str(gold.reading.fault))))
        return
    st.markdown(tr("**Right**"))
    parse_tree(words, gold.reading.constituents, key="parsing gold", tags=_tags(gold.tokens))


def _verdict(one: Parsed) -> str:
    if one.fault:
        return tr(":red-badge[no tree]")
    if one.exact is None:
        return tr(":blue-badge[a tree]")
    return tr(":green-badge[the right tree]") if one.exact else tr(":orange-badge[a tree, not the right one]")


def _tags(tokens: tuple[str, ...]) -> list[str]:
    """Parts of speech, where the leaves are such."""
    leaves = [token for token in tokens if not token.startswith(("(", ")"))]
    return [] if all(leaf == WORD for leaf in leaves) else leaves
