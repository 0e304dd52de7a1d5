"""A folder for CTranslate2, the fastest engine there is for such models: written down directly, as its converters do it.

Query, key and value stand in one matrix there, and nothing is added to what attentions project.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from core.adapters.sending.cards import ctranslate_card
from core.adapters.sending.parcel import Parcel
from core.adapters.sending.target import AbstractOpened, AbstractTarget, Numbers, until, write_tokens
from core.adapters.sending.weights import Affine, Block, Site, Stack, Weights
from core.data.vocabulary import SPECIALS, UNK
from core.errors import MissingExtra
from core.language import tr

if TYPE_CHECKING:
    from ctranslate2.specs import TransformerSpec


class CTranslateFolder(AbstractTarget):
    """What `ctranslate2.Translator` opens; it is given tokens as text."""

    name: ClassVar[str] = "ctranslate2"
    summary: ClassVar[str] = "a model for CTranslate2, the fast engine for translation"
    program: ClassVar[str] = "ctranslate2"

    def fill(self, parcel: Parcel, folder: Path) -> None:
        """Its binary model, its words, and our tokenizer beside them."""
        spec = specified(parcel.weights, parcel.settings.heads, parcel.tokens, parcel.begin, parcel.end)
        spec.validate()
        spec.save(str(folder))
        write_tokens(parcel, folder)
        (folder / "README.md").write_text(ctranslate_card(parcel), "utf-8")

    def open(self, folder: Path, parcel: Parcel) -> "OpenedByCTranslate":
        """With ctranslate2."""
        return OpenedByCTranslate(folder, parcel)


class OpenedByCTranslate(AbstractOpened):
    """A translator over the folder, in single precision and on one thread."""

    def __init__(self, folder: Path, parcel: Parcel) -> None:
        super().__init__(folder, parcel)
        self.translator = package().Translator(
            str(folder), device="cpu", compute_type="float32", inter_threads=1, intra_threads=1
        )
        self.numbers = {token: number for number, token in enumerate(parcel.tokens)}

    def greedy(self, sources: Sequence[Numbers], longest: int) -> list[Numbers]:
        """`translate_batch`; it adds the <end> of a source itself."""
        tokens, parcel = self.parcel.tokens, self.parcel
        found = self.translator.translate_batch(
            [[tokens[number] for number in source[:-1]] for source in sources],
            beam_size=1, min_decoding_length=0, max_decoding_length=longest, max_input_length=0,
            suppress_sequences=[[tokens[number]] for number in parcel.never],
            no_repeat_ngram_size=int(parcel.distinct), max_batch_size=len(sources),
        )  # fmt: skip
        return [until(parcel.end, [self.numbers[token] for token in one.hypotheses[0]]) for one in found]


def specified(weights: Weights, heads: int, tokens: Sequence[str], begin: int, end: int) -> "TransformerSpec":
    """The model written down: sizes, weights, words, which token begins and which ends.

    Raises:
        MissingExtra: ctranslate2 is not installed.
    """
    layers, before = len(weights.encoder.blocks), weights.encoder.norm is not None
    spec = package().specs.TransformerSpec.from_config(layers, heads, pre_norm=before)
    _fill(spec.encoder, spec.encoder.embeddings[0], weights.encoder)
    _fill(spec.decoder, spec.decoder.embeddings, weights.decoder)
    _copy(spec.decoder.projection, weights.output)
    spec.register_source_vocabulary(list(tokens))
    spec.register_target_vocabulary(list(tokens))
    spec.config.unk_token, spec.config.eos_token = SPECIALS[UNK], tokens[end]
    spec.config.bos_token = spec.config.decoder_start_token = tokens[begin]
    spec.config.add_source_eos = True
    return spec


def package() -> Any:
    """ctranslate2.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import ctranslate2
    except ImportError:
        raise MissingExtra("ctranslate2", "export", tr("a model for CTranslate2")) from None
    return ctranslate2


def _fill(half: Any, table: Any, stack: Stack) -> None:
    table.weight = stack.tokens.numpy()
    half.position_encodings.encodings = stack.positions.numpy()
    if stack.norm is not None:
        _copy_norm(half.layer_norm, stack.norm)
    for layer, block in zip(half.layer, stack.blocks):
        _fill_block(layer, block)


def _fill_block(layer: Any, block: Block) -> None:
    own, *across = block.sites
    _fill_site(layer.self_attention, own, [[own.query, own.key, own.value], [own.output]])
    for site in across:
        _fill_site(layer.attention, site, [[site.query], [site.key, site.value], [site.output]])
    _copy_norm(layer.ffn.layer_norm, block.norm)
    _copy(layer.ffn.linear_0, block.widen)
    _copy(layer.ffn.linear_1, block.narrow)


def _fill_site(attention: Any, site: Site, matrices: list[list[torch.Tensor]]) -> None:
    _copy_norm(attention.layer_norm, site.norm)
    for linear, joined in zip(attention.linear, matrices):
        linear.weight = torch.cat(joined).numpy()


def _copy(linear: Any, ours: Affine) -> None:
    linear.weight, linear.bias = ours.weight.numpy(), ours.bias.numpy()


def _copy_norm(norm: Any, ours: Affine) -> None:
    norm.gamma, norm.beta = ours.weight.numpy(), ours.bias.numpy()
