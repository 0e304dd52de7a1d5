"""Weights of a trained network as the beginning of another: of everything but the last map, which makes the labels.

Words need not be the same: what is known of a word goes with the word, or with the word in small letters where only that was
learned; a word that is new begins as it is.
"""

import torch
from torch import Tensor, nn

from core.data.vector_sets import Entrance
from core.data.vocabulary import SPECIALS, Vocabulary
from core.errors import SettingError
from core.language import tr

_LAST = "output."


def transfer(network: nn.Module, entrance: Entrance, before: nn.Module, known: Entrance) -> int:
    """Give a fresh network the weights of another.

    Args:
        network, entrance: the fresh one and how sets enter it; before, known: the trained one.

    Returns:
        How many words it knows already; 0 where sets have no words.

    Raises:
        SettingError: they do not fit each other, or have no word in common.
    """
    words, learned = entrance.words, known.words
    if (words is None) != (learned is None) or entrance.features != known.features:
        raise SettingError(tr("sets enter the two networks in different ways: choose runs of the same kind of data"))
    found = _places(words, learned) if words is not None and learned is not None else {}
    if words is not None and len(found) <= len(SPECIALS):
        raise SettingError(tr("the two runs have no word in common: choose texts of the same language"))
    state = network.state_dict()
    for name, value in before.state_dict().items():
        if name in state and not name.startswith(_LAST):
            state[name] = _rows(state[name], value, found, len(words or ()), len(learned or ()))
    network.load_state_dict(state)
    return len(found)


def _places(words: Vocabulary, learned: Vocabulary) -> dict[int, int]:
    """For each word that is known, its number here and its number there."""
    there = learned.numbers
    looked = {at: there.get(word, there.get(word.lower())) for at, word in enumerate(words.tokens)}
    return {here: at for here, at in looked.items() if at is not None}


def _rows(fresh: Tensor, value: Tensor, found: dict[int, int], words: int, learned: int) -> Tensor:
    """A tensor of the trained network; a table with a row for each word, by word."""
    if fresh.shape == value.shape and not (words and len(value) == learned and value.ndim == 2):
        return value
    if words and len(fresh) == words and len(value) == learned and fresh.shape[1:] == value.shape[1:]:
        mixed = fresh.clone()
        mixed[torch.tensor(list(found))] = value[torch.tensor(list(found.values()))]
        return mixed
    raise SettingError(tr("the two networks have different sizes: give them the same model settings"))
