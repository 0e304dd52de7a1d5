"""Trees only: which tokens can still lead to one whole tree over the words of a source.

Tokens are read from the left, so what is written so far is a stack of open constituents and a count of words. A token is
free if some well-formed tree goes on with it and ends, with <end>, within the longest output: each step leaves a way to the
end, so nothing is ever cut off and no search need look back. Vinyals et al. 2015 (arXiv:1412.7449) do without: a parser
trained well enough breaks the rule in few sentences.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from core.data.brackets import DEEPEST
from core.data.tree_tokens import CLOSES, LEAF, OPENS, TreeTokens
from core.decoding.frontier import Limits, Rules
from core.decoding.weighing import FREE, UNTREELIKE
from core.errors import SettingError
from core.language import mark, tr

TREE = "tree"
FORMS = ("any", TREE)
OPEN, MISMATCHED, WORDLESS, ROOMLESS, OUTSIDE = UNTREELIKE
NO_TREE = {
    OPEN: mark("brackets are open, or words are left"),
    MISMATCHED: mark(
        "it does not close what was opened last, or closes it without a word, or the tree with words left"
    ),
    WORDLESS: mark("no word of the sentence is left for it"),
    ROOMLESS: mark("what it opens could not be closed within the longest output"),
    OUTSIDE: mark("it is neither a word nor a bracket of the tree"),
}


def refuse(rules: Rules, longest: int) -> None:
    """Say what trees cannot be written.

    Raises:
        SettingError: the vocabulary has no brackets, or no tree over so many words is short enough.
    """
    if rules.trees is None:
        raise SettingError(
            tr("form=tree needs a run that writes trees (task parse); this one writes none: choose form=any")
        )
    words = rules.source_length - 1
    if longest < rules.trees.fewest(words):
        raise SettingError(
            tr(
                "no tree over {words} words fits into {longest} tokens, <end> counted; it needs {fewest}: "
                "raise max_length, take a shorter sentence, or a model with a larger model.longest",
                words=words,
                longest=longest,
                fewest=rules.trees.fewest(words),
            )
        )


def bar_untreelike(
    limits: Limits, written: Int[np.ndarray, "item slot step"], vocabulary: int
) -> Int[np.ndarray, "item slot vocab"]:
    """FREE, or why a token cannot be part of a well-formed tree, for every slot and token.

    What a person forced may have left no way: then nothing is free.
    """
    trees = limits.trees
    assert trees is not None, "asked only where trees can be written"
    kinds = trees.kinds(vocabulary)
    now = _stand(limits, trees, kinds, written)
    depth, left, room = now.depth[..., None], now.left[..., None], now.room[..., None]
    within = (depth > 0) | (written.shape[-1] == 0)  # one tree, which begins with the first token
    opens = np.where(room >= left + depth + 3, FREE, ROOMLESS)  # itself, its end, <end>
    opens = np.where(left > 0, np.where(within & (depth < DEEPEST), opens, OUTSIDE), WORDLESS)
    leaf = np.where(left > 0, np.where(depth > 0, FREE, OUTSIDE), WORDLESS)
    barred = np.select([kinds == OPENS, kinds == CLOSES, kinds == LEAF], [opens, MISMATCHED, leaf], OUTSIDE)
    items, slots = np.nonzero(now.may_close)
    barred[items, slots, np.array(trees.closes)[now.label[items, slots]]] = FREE
    barred[..., limits.end] = np.where((now.depth == 0) & (now.left == 0), FREE, OPEN)
    return barred.astype(np.int8)


class _Stand(NamedTuple):
    """How far every slot has come.

    Attributes:
        depth: open constituents; left: words not read; room: tokens that may still be written, <end> counted.
        label: the place of the label that was opened last and is open; may_close: whether it may be closed now.
    """

    depth: Int[np.ndarray, "item slot"]
    left: Int[np.ndarray, "item slot"]
    room: Int[np.ndarray, "item 1"]
    label: Int[np.ndarray, "item slot"]
    may_close: Bool[np.ndarray, "item slot"]


def _stand(
    limits: Limits, trees: TreeTokens, kinds: Int[np.ndarray, " vocab"], written: Int[np.ndarray, "item slot step"]
) -> _Stand:
    left, room = limits.source_length[:, None] - 1, limits.longest[:, None] - written.shape[-1]
    if not written.shape[-1]:
        nothing = np.zeros(written.shape[:2], dtype=np.int64)
        return _Stand(nothing, left + nothing, room, nothing, nothing > 0)
    kind = kinds[written]
    depths = ((kind == OPENS).astype(np.int64) - (kind == CLOSES)).cumsum(axis=-1)
    depth = depths[..., -1]
    left = left - (kind == LEAF).sum(axis=-1)
    opened = (kind == OPENS) & (depths == depth[..., None])  # at this depth, and the last of them is the one still open
    last = written.shape[-1] - 1 - opened[..., ::-1].argmax(axis=-1)
    labels = np.zeros(len(kinds), dtype=np.int64)
    labels[list(trees.opens)] = np.arange(len(trees.opens))
    label = labels[np.take_along_axis(written, last[..., None], -1)[..., 0]]
    may_close = (kind[..., -1] != OPENS) & ((depth > 1) | ((depth == 1) & (left == 0)))
    return _Stand(depth, left, room, label, may_close)
