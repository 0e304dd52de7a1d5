"""A Transformer that writes all target places at once: the blocks of the usual one, without the causal mask.

Every place is fed <mask> and its position, and looks at all places and at the source; what comes out are distributions
that know nothing of each other's choice. Shown places that are written already (mask-predict), it conditions on them.
With inputs=copied an empty place is also fed the source token that lies as far into the source as it lies into the target.

Sources: Gu et al. 2018, arXiv:1711.02281 (uniformly copied source); Ghazvininejad et al. 2019, arXiv:1904.09324 (masks);
Libovický & Helcl 2018, arXiv:1811.04719 (so many places for each source token, and CTC).
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.attention.masks import Masks, valid_keys
from core.attention.seen import Seen
from core.data.batch import Batch, pad_sources
from core.data.vocabulary import MASK, PAD, Vocabulary
from core.devices import placed, where
from core.errors import DataError, SettingError
from core.language import tr
from core.models.encoder import AbstractEncoder, Memory
from core.models.length_predictor import LENGTH_HEADS, LengthLaw
from core.models.parallel_settings import ParallelSettings
from core.models.parts import embedding_of, norm_of
from core.models.residual import RESIDUALS
from core.models.transformer_decoder import Around, DecoderLayer
from core.parallel_model import UPSAMPLED
from core.precision import full, passing
from core.shapes import Logits, Source, States, Tokens, Valid


class Read(NamedTuple):
    """Sources that were read.

    Attributes:
        memory: the encoded sources; embedded: their tokens' vectors, where places are fed copies of them, else None.
    """

    memory: Memory
    embedded: States | None

    def select(self, items: Int[Tensor, " item"]) -> "Read":
        """These items, in this order; see `Reading`."""
        states, valid, layers, _ = self.memory  # these decoders do not copy
        memory = Memory(states[items], valid[items], tuple(layer[items] for layer in layers))
        return Read(memory, None if self.embedded is None else self.embedded[items])


class Spread(NamedTuple):
    """A batch's targets laid out over places.

    Attributes:
        gold: the token wanted at each place; counted: where one is wanted at all; valid: which places an item has.
    """

    gold: Tokens
    counted: Valid
    valid: Valid


class ParallelDecoder(nn.Module):
    """A stack of blocks over places, every one of which sees all others.

    Args:
        settings: sizes and choices; vocabulary: number of target tokens.
    """

    def __init__(self, settings: ParallelSettings, vocabulary: int) -> None:
        super().__init__()
        blocks = settings.blocks
        self.embedding = embedding_of(blocks, vocabulary)
        self.layers = nn.ModuleList(DecoderLayer(blocks) for _ in range(settings.layers))
        self.after_stack = RESIDUALS[settings.norm].after_stack(partial(norm_of, blocks))
        self.output = nn.Linear(settings.width, vocabulary)
        self.self_masks, self.cross_masks = Seen(("padding",)), Seen(("padding",))

    def forward(self, tokens: Tokens, valid: Valid, read: Read) -> Logits:
        """Scores of the token at every place, given what is written (<mask> elsewhere)."""
        with passing(tokens.device):
            return full(self._passed(tokens, valid, read))

    def _passed(self, tokens: Tokens, valid: Valid, read: Read) -> Logits:
        places = torch.arange(tokens.shape[1]).expand_as(tokens)
        states: States = self.embedding(tokens, places)
        if read.embedded is not None:
            states = states + _copied(read.embedded, read.memory.valid, valid) * (tokens == MASK)[:, :, None]
        around = Around(
            self.self_masks(Masks({"padding": valid_keys(valid)})),
            self.cross_masks(Masks({"padding": valid_keys(read.memory.valid)})),
            places, places, valid,
        )  # fmt: skip
        for layer in self.layers:
            source = layer.prepare((read.memory.states,))
            states, _, _ = layer(states, None, source, layer.begin(source), around)
        logits: Tensor = self.output(self.after_stack(states, valid))
        return logits


class ParallelTransformer(nn.Module):
    """Encoder, parallel decoder and, where the number of places is predicted, what predicts it; a `ParallelModel`.

    Args:
        encoder: reads the source; settings: the model's; vocabulary: the target's.
    """

    def __init__(self, encoder: AbstractEncoder, settings: ParallelSettings, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = ParallelDecoder(settings, len(vocabulary))
        self.counting, self.longest, self.upsampling = settings.counting, settings.longest, settings.upsampling
        self.copies = settings.inputs == "copied"
        head = LENGTH_HEADS.get(settings.counting)
        self.predictor = None if head is None else head(settings.width, settings.longest)
        self.mask, self.blank, self.end = MASK, PAD, vocabulary.end
        self.never_generated = vocabulary.never_generated

    def forward(self, batch: Batch) -> Logits:
        """Scores of the token at every place, nothing of the target shown."""
        valid = self.spread(batch).valid
        logits: Logits = self.decoder(self.empty(valid), valid, self.encode(batch.source, batch.source_valid))
        return logits

    def encode(self, source: Source, valid: Valid) -> Read:
        """Read a batch of sources."""
        embedding = self.encoder.embedding
        with passing(source.device):
            memory = self.encoder(source, valid)
        return Read(memory, embedding.table(source) * embedding.scale if self.copies else None)

    def empty(self, valid: Valid) -> Tokens:
        """Places in which nothing is written yet."""
        return torch.where(valid, MASK, PAD)

    def spread(self, batch: Batch) -> Spread:
        """Lay the targets of a batch out over places, as many as the model's way of counting gives them.

        Raises:
            DataError: a target needs more places than there are.
        """
        wanted, sources = batch.target_valid.sum(1), batch.source_valid.sum(1)
        fixed = self.predictor is None
        counts = torch.tensor([self.canvas(count) for count in sources.tolist()]) if fixed else wanted
        # CTC has its own rule for what fits, and <end> is no part of its outputs
        if self.counting != UPSAMPLED and bool((short := wanted > counts.clamp(max=self.longest)).any()):
            at = int(short.int().argmax())
            raise DataError(
                tr(
                    "a target of {wanted} tokens (<end> counted) does not fit into {counts} "
                    "places, for a source of {sources}: raise model.longest={longest}",
                    wanted=int(wanted[at]),
                    counts=min(int(counts[at]), self.longest),
                    sources=int(sources[at]),
                    longest=self.longest,
                )
                + (tr(", or choose model.counting=lengths") if fixed else "")
            )
        # by the batch's padding and not by its longest item: so a part of a batch is as wide as the whole
        width = max(self.canvas(batch.source_valid.shape[1]) if fixed else 0, batch.target_out.shape[1])
        over = width - batch.target_out.shape[1]
        gold, counted = (nn.functional.pad(one, (0, over)) for one in (batch.target_out, batch.target_valid))
        return Spread(gold, counted, torch.arange(width)[None, :] < counts[:, None])

    def length_law(self, read: Read) -> LengthLaw:
        """Log-probabilities of 0, 1, … places.

        Raises:
            SettingError: the model has not learned any.
        """
        if self.predictor is None:
            raise SettingError(
                tr(
                    "this model was trained with counting={counting} and predicts no length: choose length=own, or train "
                    "one with model.counting=lengths",
                    counting=self.counting,
                )
            )
        with passing(read.memory.valid.device):
            law: LengthLaw = self.predictor(read.memory)
        return full(law)

    @torch.no_grad()
    def read(self, sources: Sequence[Sequence[int]]) -> Read:
        """Encode sources (numbers, <end> included)."""
        device, (source, valid) = where(self), pad_sources(sources)
        with placed(device):
            return self.encode(source.to(device), valid.to(device))

    @torch.no_grad()
    def lengths(self, reading: Read) -> Float[Tensor, "item length"]:
        """As `length_law`, for decoding."""
        with placed(where(self)):
            return self.length_law(reading).cpu()

    def canvas(self, source: int) -> int:
        """Places of a source of so many tokens where their number is not predicted: `upsampling` for each, or twice as many
        and ten more, as a search may write."""
        wanted = self.upsampling * source if self.counting == UPSAMPLED else 2 * source + 10
        return min(wanted, self.longest)

    @torch.no_grad()
    def write(
        self, tokens: Int[Tensor, "item place"], valid: Bool[Tensor, "item place"], reading: Read
    ) -> Float[Tensor, "item place vocab"]:
        """One pass over all places."""
        device = where(self)
        with placed(device):
            return torch.log_softmax(self.decoder(tokens.to(device), valid.to(device), reading), dim=-1).cpu()


def _copied(
    embedded: Float[Tensor, "batch source width"],
    source: Bool[Tensor, "batch source"],
    places: Bool[Tensor, "batch place"],
) -> Float[Tensor, "batch place width"]:
    """For every place the vector of the source token as far into the source as the place is into the target."""
    time = torch.arange(places.shape[1])[None, :]
    lengths, counts = source.sum(1, keepdim=True), places.sum(1, keepdim=True)
    chosen = torch.minimum(time * lengths // counts, lengths - 1).clamp(min=0)  # batch place
    copied: Tensor = embedded.gather(1, chosen[:, :, None].expand(-1, -1, embedded.shape[2]))
    return copied
