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
    near = " or ".join(str(width) for width in (below, below + settings.heads) if width > 0)
    return (
        f"width={settings.width} cannot be shared by heads={settings.heads}: "
        f"choose a width that is a multiple of heads, for instance {near}"
    )


def _key_heads(settings: "TransformerSettings") -> str | None:
    if settings.key_heads == 0 or settings.heads % settings.key_heads == 0:
        return None
    fits = ", ".join(str(count) for count in range(1, settings.heads + 1) if settings.heads % count == 0)
    return f"heads={settings.heads} cannot share key_heads={settings.key_heads} in equal groups: choose one of {fits}, or 0"


def _pairs_of_features(settings: "TransformerSettings") -> str | None:
    if settings.positions in _PAIRED and settings.width % 2:
        return f"width={settings.width} is odd, but sinusoidal positions come in pairs: choose an even width"
    if settings.positions == "rotary" and settings.dim % 2:
        even = 2 * settings.heads * (settings.width // (2 * settings.heads) or 1)
        return (
            f"positions=rotary turns pairs of features, but a head has {settings.dim} of them (width={settings.width} over "
            f"heads={settings.heads}): choose an even width per head, for instance width={even}"
        )
    return None


def _relation(settings: "TransformerSettings") -> str | None:
    relation = RELATIONS.get(settings.positions)
    if relation is None:
        return None
    if relation.scores and settings.score not in relation.scores:
        return (
            f"positions={settings.positions} does not go with score={settings.score}: choose score="
            f"{' or '.join(relation.scores)}, or positions that go with every score (alibi, t5, or added ones as sinusoidal)"
        )
    for name in ("attention", "decoder_attention"):
        kind = getattr(settings, name)
        if kind != "pairs" and (relation.pairwise or not MECHANISMS[kind].scores):
            return (
                f"positions={settings.positions} enter inside attention, pair by pair, which {name}={kind} does not offer: "
                f"choose {name}={_offering(relation)}, or positions that are added to the input, as sinusoidal"
            )
    return None


def _offering(relation: type[AbstractRelation]) -> str:
    return "pairs" if relation.pairwise else " or ".join(name for name, kind in MECHANISMS.items() if kind.scores)


def _mechanism(settings: "TransformerSettings") -> str | None:
    for name in ("attention", "decoder_attention"):
        kind = getattr(settings, name)
        if not MECHANISMS[kind].scores and (settings.score, settings.normalizer, settings.temperature) != (
            "scaled_dot", "softmax", 1.0,
        ):  # fmt: skip
            return (
                f"{name}={kind} makes its weights in its own way, without score={settings.score}, normalizer="
                f"{settings.normalizer} and temperature={settings.temperature:g}: choose {name}=pairs, or score=scaled_dot, "
                "normalizer=softmax, temperature=1"
            )
    return None


def _pattern(settings: "TransformerSettings") -> str | None:
    if settings.pattern == "full":
        return None
    if not MECHANISMS[settings.attention].masks:
        return (
            f"attention={settings.attention} cannot leave out single pairs as pattern={settings.pattern} wants: "
            "choose attention=pairs, or pattern=full"
        )
    least = PATTERNS[settings.pattern].least_window
    if least is not None and settings.window < least:
        return f"pattern={settings.pattern} needs a window of at least {least}, not {settings.window}"
    return None


def _encoder(settings: "TransformerSettings") -> str | None:
    if settings.encoder == OWN_ENCODER:
        return None
    for name, usual in (("attention", "pairs"), ("pattern", "full")):
        if getattr(settings, name) != usual:
            return (
                f"{name}={getattr(settings, name)} is about self-attention in the encoder, and encoder={settings.encoder} "
                f"has none: choose encoder={OWN_ENCODER}, or {name}={usual}"
            )
    if settings.encoder != "convolution" and settings.width % 2:
        return f"width={settings.width} is odd, but the encoder's two directions share it: choose an even width"
    return None


def _unplaced(settings: "TransformerSettings") -> str | None:
    if settings.encoder == "convolution" and settings.positions in (READ_IN_ORDER, *RELATIONS):
        return (
            f"positions={settings.positions} do not enter encoder=convolution, which would then know no places: choose "
            f"positions that are added to the input, as sinusoidal, or encoder={OWN_ENCODER}"
        )
    return None


def _overflow(settings: "TransformerSettings") -> str | None:
    if NORMS[settings.normalization].over_batch and settings.normalizer in _BOUNDLESS:
        return (
            f"normalization={settings.normalization} divides by what training has gathered, and normalizer="
            f"{settings.normalizer} bounds no weight, so states overflow before much is gathered: choose "
            "normalization=layer, or normalizer=softmax"
        )
    return None


def _connections(settings: "TransformerSettings") -> str | None:
    if settings.wiring == "matrix":
        read_connections(settings.connections, settings.layers)
    elif settings.connections:
        return (
            f"connections={settings.connections!r} are for wiring=matrix, not for wiring={settings.wiring}: "
            "choose wiring=matrix, or leave them empty"
        )
    return None


def _alignment(settings: "TransformerSettings") -> str | None:
    if ALIGNMENTS[settings.alignment].many:
        return None
    able = " or ".join(name for name, kind in ALIGNMENTS.items() if kind.many and name != "content")
    return (
        f"alignment={settings.alignment} scores with the weights of the position before, and a Transformer's positions are "
        f"computed together: choose alignment={able}, whose scores do not wait, or the model recurrent"
    )


def _located_score(settings: "RecurrentSettings") -> str | None:
    scores = ALIGNMENTS[settings.alignment].scores
    if not scores or settings.score in scores:
        return None
    return (
        f"alignment={settings.alignment} is heard inside an additive score, and score={settings.score} has no such place: "
        f"choose score={' or '.join(scores)}, or alignment=monotonic, which takes every score"
    )


def _monotonic(settings: "RecurrentSettings") -> str | None:
    if not ALIGNMENTS[settings.alignment].monotonic:
        return None
    if settings.normalizer != "softmax":
        return (
            f"alignment={settings.alignment} goes from scores to weights in its own way, without normalizer="
            f"{settings.normalizer}: choose normalizer=softmax, or alignment=content"
        )
    if settings.inference != "free":
        return (
            f"alignment={settings.alignment} goes forward by itself, and inference={settings.inference} would have nothing to "
            "hold: choose inference=free, or alignment=content"
        )
    return None


def _course(settings: "RecurrentSettings") -> str | None:
    if settings.inference == "free":
        return None
    kind = NORMALIZERS[settings.normalizer]
    if not (kind.sums_to_one and kind.nonnegative):
        return (
            f"inference={settings.inference} follows where a query looks most, and a row of normalizer="
            f"{settings.normalizer} may look nowhere: choose normalizer=softmax, or inference=free"
        )
    if settings.inference == "forward" and settings.normalizer != "softmax":
        return (
            f"inference=forward multiplies probabilities of a softmax, which normalizer={settings.normalizer} has none of: "
            "choose normalizer=softmax, or inference=window"
        )
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
    return (
        f"copy={settings.copy} reads again what it copied before it steps, and with score={settings.score} the step comes "
        f"first: choose score={' or '.join(scores)}, or copy=pointer_generator, which goes with every score"
    )


def _copied_weights(settings: "RecurrentSettings") -> str | None:
    if settings.copy in ("none", "copynet"):  # CopyNet copies with scores of its own
        return None
    if ALIGNMENTS[settings.alignment].monotonic:
        return (
            f"copy={settings.copy} takes the attention for probabilities, and a row of alignment={settings.alignment} may "
            "sum to less than one: choose alignment=content, location or coverage"
        )
    kind = NORMALIZERS[settings.normalizer]
    if not (kind.sums_to_one and kind.nonnegative):
        return (
            f"copy={settings.copy} takes the attention for probabilities, and a row of normalizer={settings.normalizer} is "
            "none: choose normalizer=softmax or sparsemax"
        )
    return None


def _pointed(settings: "RecurrentSettings") -> str | None:
    if settings.pointing != ONCE:
        return None
    if settings.inference != "free":
        return (
            f"pointing={ONCE} takes places of the source out, and inference={settings.inference} may hold the attention to "
            f"them: choose inference=free, or pointing={POINTINGS[0]}"
        )
    if settings.copy == "pointer":
        return None
    return (
        f"pointing={ONCE} takes places of the source out, and with copy={settings.copy} outputs are no places: choose "
        f"copy=pointer, or pointing={POINTINGS[0]}"
    )


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
