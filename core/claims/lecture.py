"""What the lecture names, in its order: each has at least one claim, and the tables of claims are sorted by it.

The lecture is Hung-yi Lee's on self-attention and the Transformer (2021). A claim says itself where it belongs
(`AbstractClaim.lecture`).
"""

from dataclasses import dataclass

from core.claims.table import CLAIMS
from core.language import mark, tr

ANY = 0  # no step of the lecture, where one may be chosen


@dataclass(frozen=True)
class Named:
    """A step of the lecture.

    Attributes:
        number: from 1, in the lecture's order; what: mechanisms and systems that it names, in a few words (translate with `tr`).
    """

    number: int
    what: str


_WHAT = (
    mark("Input: one vector, or a set of vectors of any length; numbers or categories"),
    mark("Text as vectors: one-hot and embedding"),
    mark("Sound as vectors: windows of 25 ms every 10 ms"),
    mark("A graph, or a molecule, as a set of vectors"),
    mark("Output: a label for each vector, one label for all, or as many as the model decides"),
    mark("Sequence labelling: fully connected networks and windows on “I saw a saw”"),
    mark("Layers: self-attention stacked with fully connected layers"),
    mark("Scores: dot product and additive"),
    mark("Normalizers: softmax, another such as ReLU, or none"),
    mark("Query, key and value; the matrix of weights A and the output O"),
    mark("Multi-head self-attention, joined by one matrix"),
    mark("Positions: none, sinusoidal, learned, FLOATER, made by an RNN, and others"),
    mark("Systems for language: Transformer and BERT"),
    mark("Speech: truncated self-attention"),
    mark("Images as vectors: self-attention GAN and DETR"),
    mark("Self-attention and CNN: a special case; how much data each needs (Vision Transformer)"),
    mark("Self-attention and RNN: parallel, far reach; linear attention is an RNN"),
    mark("Graphs: attention along edges only (graph neural network)"),
    mark("Cheaper attention: Long Range Arena and efficient Transformers"),
    mark("Seq2seq: speech recognition, machine translation, speech translation"),
    mark("Hokkien to Mandarin, without a common writing"),
    mark("Text to speech"),
    mark("Chatbot; question answering; one model for all against a special one"),
    mark("Syntactic parsing as seq2seq: Grammar as a Foreign Language"),
    mark("Multi-label classification: the model decides how many"),
    mark("Object detection as a set that is written"),
    mark("Encoder: CNN, RNN or self-attention; the block of attention, add and norm, feed-forward"),
    mark("Another block: pre-LN; PowerNorm"),
    mark("Autoregressive decoder: BEGIN, a distribution over the vocabulary, its own output as input"),
    mark("One wrong output spoils the rest"),
    mark("Masked self-attention"),
    mark("How to stop: END"),
    mark("Non-autoregressive decoder: length predicted, or cut at END"),
    mark("Cross-attention: query from the decoder, key and value from the encoder"),
    mark("Other wirings of cross-attention"),
    mark("Training: cross-entropy as classification; teacher forcing"),
    mark("Copying: Pointer Network, pointer-generator, CopyNet; chatbot and summary"),
    mark("Guided attention: monotonic and location-aware; 发财 said once and four times"),
    mark("Greedy and beam search"),
    mark("Sampling: where the most probable is not the best; text to speech by chance"),
    mark("BLEU cannot be differentiated: reinforcement learning"),
    mark("Exposure bias; scheduled sampling: original, for Transformers, in parallel"),
)
LECTURE = tuple(Named(number, what) for number, what in enumerate(_WHAT, start=1))


def claims_of(number: int) -> list[str]:
    """The claims that belong to a step of the lecture, those first that begin there."""
    found = [name for name in CLAIMS if number in CLAIMS[name].lecture]
    return sorted(found, key=lambda name: CLAIMS[name].lecture.index(number))


def told(number: int) -> str:
    """A step as a menu has it, in the language of whoever looks.

    >>> told(31), told(ANY)
    ('31 · Masked self-attention', 'all of them')
    """
    return tr("all of them") if number == ANY else f"{number} · {tr(LECTURE[number - 1].what)}"


def in_order() -> list[str]:
    """All claims in the lecture's order: by the first step that a claim belongs to, then by the rest."""
    return sorted(CLAIMS, key=lambda name: CLAIMS[name].lecture)
