"""What cannot be combined, and what would work instead: each rule once, asked before anything is built."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.attention.alignments import ALIGNMENTS
from core.attention.mechanisms import MECHANISMS
from core.attention.normalizers import NORMALIZERS
from core.attention.patterns import PATTERNS
from core.attention.relation import AbstractRelation
from core.attention.relations import RELATIONS
from core.errors import SettingError
from core.language import tr
from core.models.copy_kinds import COPIES, ONCE, POINTINGS
from core.models.norms import NORMS
from core.models.wiring import read_connections

if TYPE_CHECKING:
    from core.models.recurrent_settings import RecurrentSettings
    from core.models.transformer_settings import TransformerSettings

READ_IN_ORDER = "rnn"  # positions that a recurrent layer makes
OWN_ENCODER = "attention"  # the encoder of the Transformer itself
_BOUNDLESS = ("none", "relu", "relu_over_n", "identity_over_n")  # normalizers whose weights grow with the scores
_PAIRED = ("sinusoidal", "sinusoidal_t2t")  # encodings whose features come in pairs


def _heads(settings: "TransformerSettings") -> str | None:
    if settings.width % settings.heads == 0:
        return None
    below = settings.width - settings.width % settings.heads
    near = tr(" or ").join(str(width) for width in (below, below + settings.heads) if width > 0)
    return tr(
        "width={width} cannot be shared by heads={heads}: choose a width that is a multiple of heads, for instance {near}",
        width=settings.width, heads=settings.heads, near=near)  # fmt: skip


def _key_heads(settings: "TransformerSettings") -> str | None:
    if settings.key_heads == 0 or settings.heads % settings.key_heads == 0:
        return None
    fits = ", ".join(str(count) for count in range(1, settings.heads + 1) if settings.heads % count == 0)
    return tr(
        "heads={heads} cannot share key_heads={key_heads} in equal groups: choose one of {fits}, or 0",
        heads=settings.heads, key_heads=settings.key_heads, fits=fits)  # fmt: skip


def _pairs_of_features(settings: "TransformerSettings") -> str | None:
    if settings.positions in _PAIRED and settings.width % 2:
        return tr("width={width} is odd, but sinusoidal positions come in pairs: choose an even width", width=settings.width)  # fmt: skip
    if settings.positions == "rotary" and settings.dim % 2:
        even = 2 * settings.heads * (settings.width // (2 * settings.heads) or 1)
        return tr(
            "positions=rotary turns pairs of features, but a head has {dim} of them (width={width} over "
            "heads={heads}): choose an even width per head, for instance width={even}",
            dim=settings.dim, width=settings.width, heads=settings.heads, even=even)  # fmt: skip
    return None


def _relation(settings: "TransformerSettings") -> str | None:
    relation = RELATIONS.get(settings.positions)
    if relation is None:
        return None
    if relation.scores and settings.score not in relation.scores:
        return tr(
            "positions={positions} does not go with score={score}: choose score="
            "{scores}, or positions that go with every score (alibi, t5, or added ones as sinusoidal)",
            positions=settings.positions, score=settings.score, scores=tr(" or ").join(relation.scores))  # fmt: skip
    for name in ("attention", "decoder_attention"):
        kind = getattr(settings, name)
        if kind != "pairs" and (relation.pairwise or not MECHANISMS[kind].scores):
            return tr(
                "positions={positions} enter inside attention, pair by pair, which {name}={kind} does not offer: "
                "choose {name}={offering}, or positions that are added to the input, as sinusoidal",
                positions=settings.positions, name=name, kind=kind, offering=_offering(relation))  # fmt: skip
    return None


def _offering(relation: type[AbstractRelation]) -> str:
    return "pairs" if relation.pairwise else tr(" or ").join(name for name, kind in MECHANISMS.items() if kind.scores)


def _mechanism(settings: "TransformerSettings") -> str | None:
    for name in ("attention", "decoder_attention"):
        kind = getattr(settings, name)
        if not MECHANISMS[kind].scores and (settings.score, settings.normalizer, settings.temperature) != (
            "scaled_dot", "softmax", 1.0,
        ):  # fmt: skip
            return tr(
                "{name}={kind} makes its weights in its own way, without score={score}, normalizer="
                "{normalizer} and temperature={temperature:g}: choose {name}=pairs, or score=scaled_dot, "
                "normalizer=softmax, temperature=1",
                name=name, kind=kind, score=settings.score, normalizer=settings.normalizer,
                temperature=settings.temperature)  # fmt: skip
    return None


def _pattern(settings: "TransformerSettings") -> str | None:
    if settings.pattern == "full":
        return None
    if not MECHANISMS[settings.attention].masks:
        return tr(
            "attention={attention} cannot leave out single pairs as pattern={pattern} wants: "
            "choose attention=pairs, or pattern=full",
            attention=settings.attention, pattern=settings.pattern)  # fmt: skip
    least = PATTERNS[settings.pattern].least_window
    if least is not None and settings.window < least:
        return tr(
            "pattern={pattern} needs a window of at least {least}, not {window}", pattern=settings.pattern,
            least=least, window=settings.window)  # fmt: skip
    return None


def _encoder(settings: "TransformerSettings") -> str | None:
    if settings.encoder == OWN_ENCODER:
        return None
    for name, usual in (("attention", "pairs"), ("pattern", "full")):
        if getattr(settings, name) != usual:
            return tr(
                "{name}={getattr} is about self-attention in the encoder, and encoder={encoder} "
                "has none: choose encoder={own_encoder}, or {name}={usual}",
                name=name, getattr=getattr(settings, name), encoder=settings.encoder, own_encoder=OWN_ENCODER,
                usual=usual)  # fmt: skip
    if settings.encoder != "convolution" and settings.width % 2:
        return tr(
            "width={width} is odd, but the encoder's two directions share it: choose an even width", width=settings.width)  # fmt: skip
    return None


def _unplaced(settings: "TransformerSettings") -> str | None:
    if settings.encoder == "convolution" and settings.positions in (READ_IN_ORDER, *RELATIONS):
        return tr(
            "positions={positions} do not enter encoder=convolution, which would then know no places: choose "
            "positions that are added to the input, as sinusoidal, or encoder={own_encoder}",
            positions=settings.positions, own_encoder=OWN_ENCODER)  # fmt: skip
    return None


def _overflow(settings: "TransformerSettings") -> str | None:
    if NORMS[settings.normalization].over_batch and settings.normalizer in _BOUNDLESS:
        return tr(
            "normalization={normalization} divides by what training has gathered, and normalizer="
            "{normalizer} bounds no weight, so states overflow before much is gathered: choose "
            "normalization=layer, or normalizer=softmax",
            normalization=settings.normalization, normalizer=settings.normalizer)  # fmt: skip
    return None


def _connections(settings: "TransformerSettings") -> str | None:
    if settings.wiring == "matrix":
        read_connections(settings.connections, settings.layers)
    elif settings.connections:
        return tr(
            "connections={connections!r} are for wiring=matrix, not for wiring={wiring}: "
            "choose wiring=matrix, or leave them empty",
            connections=settings.connections, wiring=settings.wiring)  # fmt: skip
    return None


def _alignment(settings: "TransformerSettings") -> str | None:
    if ALIGNMENTS[settings.alignment].many:
        return None
    able = tr(" or ").join(name for name, kind in ALIGNMENTS.items() if kind.many and name != "content")
    return tr(
        "alignment={alignment} scores with the weights of the position before, and a Transformer's positions are "
        "computed together: choose alignment={able}, whose scores do not wait, or the model recurrent",
        alignment=settings.alignment, able=able)  # fmt: skip


def _located_score(settings: "RecurrentSettings") -> str | None:
    scores = ALIGNMENTS[settings.alignment].scores
    if not scores or settings.score in scores:
        return None
    return tr(
        "alignment={alignment} is heard inside an additive score, and score={score} has no such place: "
        "choose score={scores}, or alignment=monotonic, which takes every score",
        alignment=settings.alignment, score=settings.score, scores=tr(" or ").join(scores))  # fmt: skip


def _monotonic(settings: "RecurrentSettings") -> str | None:
    if not ALIGNMENTS[settings.alignment].monotonic:
        return None
    if settings.normalizer != "softmax":
        return tr(
            "alignment={alignment} goes from scores to weights in its own way, without normalizer="
            "{normalizer}: choose normalizer=softmax, or alignment=content",
            alignment=settings.alignment, normalizer=settings.normalizer)  # fmt: skip
    if settings.inference != "free":
        return tr(
            "alignment={alignment} goes forward by itself, and inference={inference} would have nothing to "
            "hold: choose inference=free, or alignment=content",
            alignment=settings.alignment, inference=settings.inference)  # fmt: skip
    return None


def _course(settings: "RecurrentSettings") -> str | None:
    if settings.inference == "free":
        return None
    kind = NORMALIZERS[settings.normalizer]
    if not (kind.sums_to_one and kind.nonnegative):
        return tr(
            "inference={inference} follows where a query looks most, and a row of normalizer="
            "{normalizer} may look nowhere: choose normalizer=softmax, or inference=free",
            inference=settings.inference, normalizer=settings.normalizer)  # fmt: skip
    if settings.inference == "forward" and settings.normalizer != "softmax":
        return tr(
            "inference=forward multiplies probabilities of a softmax, which normalizer={normalizer} has none of: "
            "choose normalizer=softmax, or inference=window",
            normalizer=settings.normalizer)  # fmt: skip
    return None


_RULES: tuple[Callable[["TransformerSettings"], str | None], ...] = (
    _heads, _key_heads, _pairs_of_features, _relation, _mechanism, _pattern, _encoder, _unplaced, _overflow, _connections,
    _alignment,
)  # fmt: skip


_ALIGNMENT_RULES: tuple[Callable[["RecurrentSettings"], str | None], ...] = (_located_score, _monotonic, _course)


def _copied_score(settings: "RecurrentSettings") -> str | None:
    scores = COPIES[settings.copy].scores
    if not scores or settings.score in scores:
        return None
    return tr(
        "copy={copy} reads again what it copied before it steps, and with score={score} the step comes "
        "first: choose score={scores}, or copy=pointer_generator, which goes with every score",
        copy=settings.copy, score=settings.score, scores=tr(" or ").join(scores))  # fmt: skip


def _copied_weights(settings: "RecurrentSettings") -> str | None:
    if settings.copy in ("none", "copynet"):  # CopyNet copies with scores of its own
        return None
    if ALIGNMENTS[settings.alignment].monotonic:
        return tr(
            "copy={copy} takes the attention for probabilities, and a row of alignment={alignment} may "
            "sum to less than one: choose alignment=content, location or coverage",
            copy=settings.copy, alignment=settings.alignment)  # fmt: skip
    kind = NORMALIZERS[settings.normalizer]
    if not (kind.sums_to_one and kind.nonnegative):
        return tr(
            "copy={copy} takes the attention for probabilities, and a row of normalizer={normalizer} is "
            "none: choose normalizer=softmax or sparsemax",
            copy=settings.copy, normalizer=settings.normalizer)  # fmt: skip
    return None


def _pointed(settings: "RecurrentSettings") -> str | None:
    if settings.pointing != ONCE:
        return None
    if settings.inference != "free":
        return tr(
            "pointing={once} takes places of the source out, and inference={inference} may hold the attention to "
            "them: choose inference=free, or pointing={pointings}",
            once=ONCE, inference=settings.inference, pointings=POINTINGS[0])  # fmt: skip
    if settings.copy == "pointer":
        return None
    return tr(
        "pointing={once} takes places of the source out, and with copy={copy} outputs are no places: choose "
        "copy=pointer, or pointing={pointings}",
        once=ONCE, copy=settings.copy, pointings=POINTINGS[0])  # fmt: skip


_COPY_RULES: tuple[Callable[["RecurrentSettings"], str | None], ...] = (_copied_score, _copied_weights, _pointed)


def refuse_copy(settings: "RecurrentSettings") -> None:
    """Let pass what a recurrent decoder can copy with.

    Raises:
        SettingError: it cannot; the message says what would work.
    """
    for rule in _COPY_RULES:
        problem = rule(settings)
        if problem is not None:
            raise SettingError(problem)


def refuse_alignment(settings: "RecurrentSettings") -> None:
    """Let pass what can be built of a recurrent decoder.

    Raises:
        SettingError: it cannot; the message says what would work.
    """
    for rule in _ALIGNMENT_RULES:
        problem = rule(settings)
        if problem is not None:
            raise SettingError(problem)


def refuse(settings: "TransformerSettings") -> None:
    """Let pass what can be built of a Transformer.

    Raises:
        SettingError: it cannot; the message says what would work.
    """
    for rule in _RULES:
        problem = rule(settings)
        if problem is not None:
            raise SettingError(problem)
