"""What the name of an array says of it: which attention, which layer and head, and numbers that only its kind explains.

cross_attentions.3.0 · decoder.decoders.0.src_attn · model.decoder.layers.1.encoder_attn · encoder.blocks.0.self · attn.std
"""

import re
from dataclasses import dataclass

from core.adapters.names import said_by
from core.language import mark

KINDS = (mark("cross"), mark("encoder self"), mark("decoder self"))
SELF = "self"  # of which stack, the weights say: who looks ahead is an encoder
_NO_WEIGHTS = re.compile(  # what is recorded beside weights, here and by `generate`
    r"(?:^|[./])(?:scores|bias|query|key|value|added|context|row_empty|mask|logits|sequences|sequences_scores|input_ids|"
    r"attention_mask|labels|beam_indices|(?:encoder_|decoder_)?hidden_states|last_hidden_state|past_key_values)(?:[./\[].*)?$"
)
_TUPLE = re.compile(r"(?:^|[./_ ])(encoder|decoder|cross)?[_ -]?attentions((?:[._/ ]\d+)*)$")
_CROSS = re.compile(
    r"cross|src_?attn|source_?attn|encoder_attn|enc_?dec|encoder_decoder|multihead_attn|context_attn|align|(?:^|[./])std\b"
)
_STACKS = {
    "encoder": re.compile(r"encoder|(?<![a-z])enc(?![a-z])"),
    "decoder": re.compile(r"decoder|(?<![a-z])dec(?![a-z])"),
}
_TAIL = re.compile(r"(?:^|\s)((?:\d+\s?)+)$")


@dataclass(frozen=True)
class Said:
    """What a name says; None where it says nothing.

    Attributes:
        what: one of KINDS, or SELF.
        layer, head, step: as names count them; a step is one of the training.
        numbers: at its end, of nothing that a word says.
        outputs: whether it is one of the tuples that Hugging Face calls `attentions`.
        last: its last word.
    """

    what: str | None
    layer: int | None = None
    head: int | None = None
    step: int | None = None
    numbers: tuple[int, ...] = ()
    outputs: bool = False
    last: str = ""


def no_weights(key: str) -> bool:
    """Whether a name is that of something else than weights.

    >>> no_weights("scores.3"), no_weights("decoder.blocks.0.cross.mask.causal"), no_weights("decoder.0.cross")
    (True, True, False)
    """
    return bool(_NO_WEIGHTS.search(key.lower()))


def said_of(key: str) -> Said:
    """Read a name.

    >>> said_of("cross_attentions[3].0").numbers, said_of("decoder.decoders.0.src_attn").what
    ((3, 0), 'cross')
    >>> said_of("decoder.layers.1.self_attn"), said_of("bert.attentions.4").what
    (Said(what='decoder self', layer=1, head=None, step=None, numbers=(), outputs=False, last='self_attn'), 'self')
    """
    name = re.sub(r"\[(\d+)\]", r".\1", key).lower()
    words = [word for word in re.split(r"[./\s]", name) if word]
    last = next((word for word in reversed(words) if not word.isdecimal()), "")
    outputs = _TUPLE.search(name)
    if outputs:
        numbers = tuple(map(int, re.findall(r"\d+", outputs[2])))
        what = {"cross": "cross", None: SELF}.get(outputs[1], f"{outputs[1]} self")
        return Said(what, numbers=numbers, outputs=True, last=last)
    named = said_by(name)
    tail = _TAIL.search(named.rest)
    numbers = tuple(map(int, tail[1].split())) if tail else ()
    return Said(_what(name), named.layer, named.head, named.step, numbers, last=last)


def _what(name: str) -> str | None:
    if _CROSS.search(name):
        return "cross"
    stacks = [stack for stack, pattern in _STACKS.items() if pattern.search(name)]
    own = re.search(r"(?<![a-z])self(?![a-z])", name.replace("_", "."))
    if own:
        return f"{stacks[0]} self" if len(stacks) == 1 else SELF
    return "encoder self" if stacks == ["encoder"] else None
