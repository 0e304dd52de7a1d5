"""Attention as Hugging Face's `generate` returns it, with numbers that are known: a beam search over two sentences.

Every row is named by the slot, layer, head and step it stands at; hypotheses go from slot to slot.
"""

import json

import numpy as np
from safetensors.numpy import save

from tests.adapters.written import npz

SENTENCES, BEAMS, LAYERS, HEADS, SOURCE = 2, 3, 2, 4, 5
SOURCES = [["wir", "gehen", "heute", "aus", "</s>"], ["ja", "</s>"]]
TARGETS = [
    ["<s>", "we", "go", "out", "today", "</s>"],
    ["<s>", "we", "leave", "</s>"],
    ["<s>", "yes", "</s>"],
    ["<s>", "yes", "of", "course", "</s>"],
]
SLOTS = np.array([[0, 0, 2, 1, 1], [0, 1, 0, -1, -1], [3, 3, -1, -1, -1], [3, 4, 5, 3, -1]], np.int32)
STEPS = SLOTS.shape[1]


def row(slot: int, layer: int, head: int, step: int, keys: int, real: int) -> np.ndarray:
    """Weights of one row: all different, sum one, nothing behind the real keys."""
    powers = 1 + (np.arange(real) * 7 + slot * 5 + layer * 11 + head * 3 + step * 13) % 17
    return np.pad(powers / powers.sum(), (0, keys - real)).astype(np.float32)


def truth(hypothesis: int, what: str, layer: int) -> np.ndarray:
    """What must be seen of a hypothesis: [head, row, key]."""
    way = [int(slot) for slot in SLOTS[hypothesis] if slot >= 0]
    sentence, steps = way[0] // BEAMS, len(way)
    real = len(SOURCES[sentence])
    if what == "encoder self":
        rows = [[row(sentence + 40, layer, head, at, real, real) for at in range(real)] for head in range(HEADS)]
    elif what == "cross":
        rows = [[row(slot, layer, head, at, real, real) for at, slot in enumerate(way)] for head in range(HEADS)]
    else:
        rows = [[row(slot, layer, head, at, steps, at + 1) for at, slot in enumerate(way)] for head in range(HEADS)]
    return np.array(rows)


def tensors() -> dict[str, np.ndarray]:
    """The tensors by standard name."""
    found: dict[str, np.ndarray] = {"beam_indices": SLOTS}
    for layer in range(LAYERS):
        found[f"encoder_attentions.{layer}"] = np.stack([_encoder(sentence, layer) for sentence in range(SENTENCES)])
        for step in range(STEPS):
            found[f"cross_attentions.{step}.{layer}"] = _written("cross", layer, step, SOURCE)
            found[f"decoder_attentions.{step}.{layer}"] = _written("decoder self", layer, step, step + 1)
    return found


def _encoder(sentence: int, layer: int) -> np.ndarray:
    real = len(SOURCES[sentence])
    return np.array(
        [[row(sentence + 40, layer, head, at, SOURCE, real) for at in range(SOURCE)] for head in range(HEADS)]
    )


def _written(what: str, layer: int, step: int, keys: int) -> np.ndarray:
    """(sentences · beams, heads, 1, keys) of one step, a row for each slot."""
    slots = range(SENTENCES * BEAMS)
    real = [len(SOURCES[slot // BEAMS]) if what == "cross" else keys for slot in slots]
    return np.array([[[row(slot, layer, head, step, keys, real[slot])] for head in range(HEADS)] for slot in slots])


def as_npz() -> bytes:
    """With tokens as JSON text."""
    return npz(source=np.array(json.dumps(SOURCES)), target=np.array(json.dumps(TARGETS)), **tensors())


def as_safetensors() -> bytes:
    """With tokens in the metadata."""
    return save(tensors(), {"source": json.dumps(SOURCES), "target": json.dumps(TARGETS)})


def as_json() -> bytes:
    """Tuples as nested lists; those of the decoder are ragged, since its keys grow."""
    arrays = tensors()
    steps = {
        name: [[arrays[f"{name}.{step}.{layer}"].tolist() for layer in range(LAYERS)] for step in range(STEPS)]
        for name in ("cross_attentions", "decoder_attentions")
    }
    encoder = [arrays[f"encoder_attentions.{layer}"].tolist() for layer in range(LAYERS)]
    told = {"source": SOURCES, "target": TARGETS, "beam_indices": SLOTS.tolist(), "encoder_attentions": encoder}
    return json.dumps(told | steps).encode()


FORMS = {"beams.npz": as_npz, "beams.safetensors": as_safetensors, "beams.json": as_json}
