"""Every known family: what is recorded is the model's own eager attention, and what is decoded is what `generate` gives."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers as hf

import core
from core.adapters.huggingface.families import FAMILIES
from core.decoding.batched import decode
from core.decoding.search import AbstractSearch
from core.decoding.view import Frontier
from core.recording.recorder import Recorder
from core.runs.adapted import AdaptedModel, AdaptedReader
from tests.adapters.families import BUILT, SOURCES, built

WRITERS = [name for name, family in FAMILIES.items() if family.kind == "encoder-decoder" and not family.hears]
READERS = [name for name, family in FAMILIES.items() if family.kind != "encoder-decoder"]
LONGEST = 20
CLOSE = 1e-4


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Small models, built when first asked for."""
    place = tmp_path_factory.mktemp("models")
    return _Built({}, place)


class _Built(dict[str, Path]):
    def __init__(self, known: dict[str, Path], place: Path) -> None:
        super().__init__(known)
        self._place = place

    def __missing__(self, name: str) -> Path:
        self[name] = built(name, self._place / name)
        return self[name]


def test_every_family_is_built() -> None:
    assert set(BUILT) == set(FAMILIES)


# ---------------------------------------------------------------- encoder–decoders
class Pair:
    """A folder opened here and by the library alone, and the same sources for both."""

    def __init__(self, folder: Path) -> None:
        opened = core.load(folder)
        assert isinstance(opened, AdaptedModel)
        self.ours = opened
        kind = hf.AutoModelForSpeechSeq2Seq if "whisper" in folder.name else hf.AutoModelForSeq2SeqLM
        self.theirs = kind.from_pretrained(folder, attn_implementation="eager").eval()
        self.items = [self.ours.item(source, keep_pruned=0) for source in self.sources]
        self.led = len(self.ours.model.led_in)

    sources = SOURCES

    def generate(self, **options: Any) -> Any:
        tokenizer = self.ours.config.task.pieces.tokenizer
        given = tokenizer(list(SOURCES), return_tensors="pt", padding=True)
        return self.theirs.generate(**given, max_new_tokens=LONGEST + self.led, do_sample=False, **options)

    def search(self, search: AbstractSearch) -> list[Frontier]:
        rules = [replace(one, max_new_tokens=LONGEST) for _, one in self.items]
        return decode(search, self.ours.stepped, [numbers for numbers, _ in self.items], rules)

    def cut(self, sequence: list[int]) -> list[int]:
        """Behind what is led in, up to the end."""
        body, end = sequence[1 + self.led :], self.ours.model.end
        return body[: body.index(end) + 1] if end in body else body


@pytest.fixture(scope="module", params=WRITERS)
def pair(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Iterator[Pair]:
    yield Pair(folders[request.param])


def test_a_source_is_read_as_the_tokenizer_reads_it(pair: Pair) -> None:
    tokenizer = pair.ours.config.task.pieces.tokenizer
    for source, (numbers, _) in zip(SOURCES, pair.items):
        assert numbers == list(tokenizer(source).input_ids)
        assert len(pair.ours.columns(source)) == len(numbers)


def test_greedy_gives_what_generate_gives(pair: Pair) -> None:
    theirs = [pair.cut(row.tolist()) for row in pair.generate(num_beams=1)]
    assert [one.best.tokens() for one in pair.search(core.GreedySearch())] == theirs


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_beams_give_what_generate_gives(pair: Pair, penalty: float) -> None:
    """Of all that ended or was cut at the limit, the highest ranked: `generate` does not prefer what has ended."""
    ours = core.BeamSearch(width=3, length_norm="mean" if penalty else "none", length_penalty=penalty)
    found = [max(one.finished, key=lambda node: node.rank_score).tokens() for one in pair.search(ours)]
    theirs = pair.generate(num_beams=3, length_penalty=penalty)
    assert found == [pair.cut(row.tolist()) for row in theirs]


def test_every_step_records_the_models_own_eager_attention(pair: Pair) -> None:
    """Batched, with padding: cross and decoder rows of each step, and the encoder's matrices."""
    given = pair.generate(num_beams=1, return_dict_in_generate=True, output_attentions=True)
    model, sequences = pair.ours.model, given.sequences[:, 1 + pair.led :]
    with Recorder(model) as recorder:
        state = model.start([numbers for numbers, _ in pair.items])
        fed = torch.full((len(SOURCES), 1), model.begin)
        for step in range(min(sequences.shape[1], len(given.cross_attentions) - pair.led)):
            state = model.step(fed, state).state
            fed = sequences[:, step : step + 1]
    lengths = [len(numbers) for numbers, _ in pair.items]
    for layer, theirs in enumerate(given.encoder_attentions):
        own = recorder.tensor(f"encoder.layers.{layer}.self_attention")
        for item, length in enumerate(lengths):
            assert torch.allclose(own[item, :, :length, :length], theirs[item, :, :length, :length], atol=CLOSE)
    for layer in range(len(given.cross_attentions[0])):
        own = recorder.tensor(f"decoder.layers.{layer}.cross_attention")
        theirs = torch.cat([step[layer][:, :, -1:] for step in given.cross_attentions[pair.led :]], dim=2)
        assert own.shape[2] > 3 and torch.allclose(own, theirs[:, :, : own.shape[2]], atol=CLOSE)


def test_rows_along_every_hypothesis_equal_a_teacher_forced_pass(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search's whole tree: log-probabilities, attention rows, and contexts derived from weights and values."""
    monkeypatch.setattr(pair.ours.model, "longest", 6)
    found = core.verify(pair.ours, 1)
    assert found.ok and found.checked > 1000, found


def test_a_head_that_is_off_changes_what_is_said(pair: Pair) -> None:
    paths = [one.site.name for one in pair.ours.matrices(SOURCES[0], only="*cross*")]
    edits = [core.Edit(path, head) for path in paths for head in range(2)]
    found = core.intervene(pair.ours, SOURCES[0], edits=edits)
    assert found.old.logp_before != found.old.logp_after
    again = core.intervene(pair.ours, SOURCES[0])
    assert again.old.numbers == found.old.numbers and again.old.logp_before == again.old.logp_after


def test_a_row_that_is_set_is_what_the_step_attends_by(pair: Pair) -> None:
    path = "decoder.layers.1.cross_attention"
    columns = len(pair.ours.columns(SOURCES[0]))
    row = (0.0,) * (columns - 1) + (1.0,)
    found = core.intervene(pair.ours, SOURCES[0], edits=[core.Edit(path, 0, row=row, step=2)])
    nodes = found.after.walk(found.new.numbers)[1:]
    assert np.allclose(found.after.rows(path, nodes[1])[0], row)
    assert np.allclose(
        found.after.rows(path, nodes[0]), found.before.rows(path, found.before.walk(found.old.numbers)[1])
    )


def test_recording_changes_nothing(pair: Pair) -> None:
    numbers, _ = pair.items[0]
    model = pair.ours.model

    def one() -> torch.Tensor:
        return model.step(torch.tensor([[model.begin]]), model.start([numbers])).log_probs

    alone = one()
    with Recorder(model, level="full"):
        assert torch.equal(one(), alone)


def test_matrices_name_what_was_read_and_written(pair: Pair) -> None:
    found = pair.ours.matrices(SOURCES[0], "the dogs", level="full")
    assert {one.site.kind for one in found} == {"self", "cross"}
    for one in found:
        assert one.sums_to_one and one.scores is not None
    cross = next(one for one in found if one.site.kind == "cross")
    assert cross.keys == pair.ours.columns(SOURCES[0])
    assert cross.queries[1:] == tuple(pair.ours.config.task.tokenize_target("the dogs"))


# ---------------------------------------------------------------- one stack
@pytest.mark.parametrize("name", READERS)
def test_readers_record_the_models_own_eager_attention(folders: dict[str, Path], name: str) -> None:
    ours = core.load(folders[name])
    assert isinstance(ours, AdaptedReader)
    encoder = FAMILIES[name].kind == "encoder"
    kind = hf.AutoModelForMaskedLM if encoder else hf.AutoModelForCausalLM
    theirs = kind.from_pretrained(folders[name], attn_implementation="eager").eval()
    tokenizer = hf.AutoTokenizer.from_pretrained(folders[name])
    for source in SOURCES:
        with torch.no_grad():
            expected = theirs(**tokenizer(source, return_tensors="pt"), output_attentions=True).attentions
        found = ours.matrices(source)
        assert len(found) == len(expected) == 3
        for one, other in zip(found, expected):
            assert one.site.stack == ("encoder" if encoder else "decoder")
            assert np.allclose(one.weights, other[0].numpy(), atol=CLOSE)
            assert encoder or np.triu(one.weights, 1).max() == 0


# ---------------------------------------------------------------- whisper
def test_whisper_hears_as_generate_does(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    ours = core.load(folders["whisper"])
    assert isinstance(ours, AdaptedModel)
    theirs = hf.WhisperForConditionalGeneration.from_pretrained(folders["whisper"], attn_implementation="eager").eval()
    numbers, rules = ours.item("chirp", 0)
    features = torch.cat([numbers.frames.flatten(0, 1).T[None]])
    with torch.no_grad():
        fed = torch.tensor([[*ours.model.prompt.fed]])
        for _ in range(12):
            out = theirs(input_features=features, decoder_input_ids=fed, output_attentions=True)
            scores = out.logits[0, -1]
            scores[[7, 9]] = -torch.inf  # what the folder's settings suppress
            fed = torch.cat([fed, scores.argmax()[None, None]], dim=1)
    (best,) = decode(core.GreedySearch(), ours.stepped, [numbers], [replace(rules, max_new_tokens=12)])
    written = fed[0, len(ours.model.prompt.fed) :].tolist()
    assert best.best.tokens() == (written[: written.index(0) + 1] if 0 in written else written)
    found = ours.matrices("chirp", only="*cross*")
    led = len(ours.model.led_in)
    for one, other in zip(found, out.cross_attentions):
        rows = min(len(one.queries), other.shape[2] - led)
        assert np.allclose(one.weights[:, :rows], other[0, :, led : led + rows].numpy(), atol=CLOSE)
    assert found[0].keys[:3] == ("0.00", "0.02", "0.04") and len(found[0].keys) == 50
    monkeypatch.setattr(ours.model, "longest", 6)
    assert core.verify(ours, 1).ok
