"""Forcing: a person's choice in place of a search's."""

import numpy as np
from jaxtyping import Float
from torch import Tensor

from core.decoding.frontier import FINISHED, LIVE, Choice, Force, Frontiers
from core.errors import InputError
from core.language import tr


def forced_choice(now: Frontiers, log_probs: Float[Tensor, "item slot vocab"], force: Force) -> Choice:
    """The one continuation a person asked for; it carries the probability the model really gave it.

    Limits of a search do not hold for a person. What it counts in the ranking is the search's to say.

    Raises:
        InputError: the slot or the token does not exist, or the token is never generated.
    """
    live, vocabulary = int(now.count[0]), log_probs.shape[-1]
    if not 0 <= force.slot < live:
        raise InputError(
            tr("there is no live hypothesis {slot}; there are {live}, counted from 0", slot=force.slot, live=live)
        )
    if not 0 <= force.token < vocabulary or now.limits.never[force.token] < 0:
        raise InputError(
            tr("token number {token} cannot be generated; choose one of the candidates", token=force.token)
        )
    row = (log_probs[0, force.slot] + now.limits.never).numpy().astype(np.float64)
    logp = now.logp[0, force.slot] + row[force.token]
    ends = force.token == now.limits.end
    one = np.zeros((1, 1), dtype=np.int64)
    return Choice(
        parent=one + force.slot, token=one + force.token, logp_token=one + row[force.token], logp=one + logp,
        rank_score=one + logp,
        fate=one + (FINISHED if ends else LIVE), places=None, count=one[0] + (not ends), index=one + now.index[0, force.slot],
        ranked=False, forced_rank=int((row > row[force.token]).sum()),
    )  # fmt: skip
