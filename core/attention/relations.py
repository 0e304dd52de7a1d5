"""The table of relations: positions that enter inside attention, by name; each is made with (heads, dim of a head)."""

from core.attention.biases import Alibi, AsymmetricAlibi, T5Bias
from core.attention.relation import AbstractRelation
from core.attention.rotary import Rotary
from core.attention.shaw import Shaw
from core.attention.transformer_xl import TransformerXL

RELATIONS: dict[str, type[AbstractRelation]] = {
    "shaw": Shaw,
    "xl": TransformerXL,
    "t5": T5Bias,
    "rotary": Rotary,
    "alibi": Alibi,
    "alibi_asymmetric": AsymmetricAlibi,
}
