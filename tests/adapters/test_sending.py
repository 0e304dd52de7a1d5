"""What is sent computes what is computed here: outputs, logits and attention, in every program it is sent to."""

import io
import json
import re
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.adapters.sending import agreement
from core.adapters.sending.agreement import compare, held_out_texts
from core.adapters.sending.families import FAMILIES, family_of
from core.adapters.sending.fitting import FITS, refuse
from core.adapters.sending.hugging_face import HuggingFaceFolder
from core.adapters.sending.table import SENT_AS, packed_for, send, zipped
from core.attention.positions import POSITIONS
from core.data.batch import Batch, collate
from core.data.recording import SegmentVocabulary
from core.data.vocabulary import UNK, Vocabulary
from core.errors import DataError, MissingExtra, SettingError
from core.models.build import MODELS
from core.models.transformer_settings import TransformerSettings
from core.tasks.task import held_out
from core.training.probe import Probe
from tests.adapters.sent import FRESH, SHIPPED, sent, texts, trained

CLOSE = 1e-4
LETTERS = Vocabulary.of("ab")
USUAL = TransformerSettings(width=16, heads=2)
MISFITS = {
    "encoder": "gru", "copy": "pointer_generator", "norm": "bare", "normalization": "rms", "positions": "rotary",
    "attention": "linear", "decoder_attention": "banded", "pattern": "local", "score": "additive", "normalizer": "sparsemax",
    "alignment": "monotonic", "wiring": "layerwise",
}  # fmt: skip


def forced(name: str, count: int = 12) -> tuple[Batch, torch.Tensor]:
    """Held-out examples as a batch, and our logits under their targets."""
    own = trained(name)
    batch = collate(held_out(own.config.task, "test", count), *own.vocabularies)
    return batch, own.model(batch)


def joint(opened, name: str, batch: Batch) -> torch.Tensor:
    """A batch's sources under the numbers of what was sent."""
    numbers = {token: number for number, token in enumerate(opened.parcel.tokens)}
    source, _ = trained(name).vocabularies
    return torch.tensor([[numbers[source.tokens[number]] for number in row] for row in batch.source.tolist()])


# ---------------------------------------------------------------- the same
@pytest.mark.parametrize("kind", SENT_AS)
@pytest.mark.parametrize("name", [*SHIPPED, *FRESH])
def test_greedy_outputs_are_the_same_on_200_sources(name, kind, tmp_path):
    opened = sent(name, kind, tmp_path / "sent")
    found = compare(trained(name), opened, texts(name))
    assert found.ok and found.checked == 200, found
    assert found.read_alike == (None if name == "path" else 200)


@pytest.mark.parametrize("name", ["demo/dates-transformer", *FRESH])
def test_logits_and_cross_attention_of_hugging_face_are_ours(name, tmp_path):
    opened = sent(name, "hf", tmp_path / "sent")
    batch, ours = forced(name)
    with torch.no_grad():
        found = opened.model(
            input_ids=joint(opened, name, batch), attention_mask=batch.source_valid.long(),
            decoder_input_ids=batch.target_in, output_attentions=True,
        )  # fmt: skip
    written = opened.parcel.written
    assert (found.logits[..., :written] - ours).abs()[batch.target_valid].max() < CLOSE
    assert found.logits[..., written:].exp().sum() == 0
    own = trained(name)
    example = held_out(own.config.task, "test", 1)[0]
    recorded = Probe(example, own.vocabularies).record(own.model, only="*cross*")
    assert len(recorded) == len(found.cross_attentions) == own.config.model.layers
    for matrix, layer in zip(recorded, found.cross_attentions):
        heads, queries, keys = matrix.weights.shape
        assert heads == own.config.model.heads
        assert np.abs(layer[0, :, :queries, :keys].numpy() - matrix.weights).max() < CLOSE


@pytest.mark.parametrize("name", ["demo/dates-transformer", *FRESH])
def test_logits_and_cross_attention_of_the_graphs_are_ours(name, tmp_path):
    opened = sent(name, "onnx", tmp_path / "sent")
    example = held_out(trained(name).config.task, "test", 1)[0]
    batch = collate([example], *trained(name).vocabularies)
    ours = trained(name).model(batch)[0].numpy()
    mask = batch.source_valid.numpy().astype(np.int64)
    keys, values = opened.encoder.run(None, {"source": joint(opened, name, batch).numpy(), "mask": mask})
    past, looks = [np.zeros((*keys.shape[:3], 0, keys.shape[-1]), np.float32)] * 2, []
    for at, token in enumerate(batch.target_in[0].tolist()):
        fed = {"token": np.array([token]), "mask": mask, "source_keys": keys, "source_values": values}
        logits, *past, look = opened.step.run(None, {**fed, "past_keys": past[0], "past_values": past[1]})
        assert np.abs(logits[0, : ours.shape[1]] - ours[at]).max() < CLOSE
        looks.append(look[:, 0])
    recorded = Probe(example, trained(name).vocabularies).record(trained(name).model, only="*cross*")
    for layer, matrix in enumerate(recorded):
        assert np.abs(np.stack([look[layer] for look in looks], axis=1) - matrix.weights).max() < CLOSE


@pytest.mark.parametrize("name", ["demo/dates-transformer", *FRESH])
def test_log_probabilities_of_ctranslate2_are_ours(name, tmp_path):
    opened = sent(name, "ctranslate2", tmp_path / "sent")
    examples = held_out(trained(name).config.task, "test", 12)
    batch, ours = forced(name)
    log_probs = ours.log_softmax(dim=-1).gather(2, batch.target_out[..., None])[..., 0]
    found = opened.translator.score_batch(
        [list(one.source) for one in examples], [list(one.target) for one in examples]
    )
    for row, valid, one in zip(log_probs, batch.target_valid, found):
        assert np.abs(row[valid].numpy() - one.log_probs).max() < CLOSE


def test_a_token_that_only_outputs_have_is_unknown_in_a_source_as_it_is_here(tmp_path):
    opened = sent("learned", "onnx", tmp_path / "sent")
    source, target = trained("learned").vocabularies
    strange = [token for token in target.tokens if token not in source.numbers]
    assert strange and all(token in opened.parcel.tokens for token in strange)
    rows = opened.parcel.weights.encoder.tokens
    assert all(rows[opened.parcel.tokens.index(token)].equal(rows[UNK]) for token in strange)
    mixed = [f"{text} {token}" for text, token in zip(texts("learned"), strange)]
    assert compare(trained("learned"), opened, mixed).ok


def test_sources_that_are_too_long_are_not_compared_and_without_data_those_of_the_run_are(monkeypatch):
    own = trained("demo/dates-transformer")
    lengths = [len(own.read(text)) for text in held_out_texts(own, 100)]
    short = sorted(lengths)[50]
    kept = held_out_texts(own, 100, short + 1)
    assert len(kept) == sum(length <= short for length in lengths) < 100

    def gone(*asked):
        raise DataError("the file is not here")

    monkeypatch.setattr(agreement, "held_out", gone)
    assert held_out_texts(own, 100) == ["".join(example.source) for example in own.examples.test]


def test_left_padding_moves_nothing_in_the_graphs(tmp_path):
    opened = sent("after", "onnx", tmp_path / "sent")
    source, mask = np.array([[7, 9, 8, 2]]), np.ones((1, 4), np.int64)
    pads = np.zeros((1, 2), np.int64)
    plain = opened.encoder.run(None, {"source": source, "mask": mask})
    moved = opened.encoder.run(None, {"source": np.hstack([pads, source]), "mask": np.hstack([pads, mask])})
    for one, other in zip(plain, moved):
        assert np.abs(one - other[:, :, :, 2:]).max() < 1e-5


def test_a_model_with_a_lost_offset_is_found_out(tmp_path):
    target = SENT_AS["onnx"]()
    parcel = packed_for(trained("after"), target)
    output = parcel.weights.output
    lost = replace(parcel, weights=parcel.weights._replace(output=output._replace(bias=output.bias.roll(1))))
    send(lost, target, tmp_path / "sent")
    found = compare(trained("after"), target.open(tmp_path / "sent", lost), texts("after")[:20])
    assert not found.ok and found.same < 20 and found.read_alike == 20
    assert found.first.here != found.first.there and found.first.source in texts("after")


def test_what_hugging_face_saves_again_is_still_ours(tmp_path):
    """The positions of Marian are not saved, and made anew where it is opened."""
    opened = sent("after", "hf", tmp_path / "sent")
    opened.model.save_pretrained(tmp_path / "again")
    opened.tokenizer.save_pretrained(tmp_path / "again")
    again = HuggingFaceFolder().open(tmp_path / "again", opened.parcel)
    assert compare(trained("after"), again, texts("after")[:40]).ok


# ---------------------------------------------------------------- what fits
def test_every_norm_with_every_added_position_has_one_family_or_is_refused():
    for norm in ("pre", "post"):
        for positions in POSITIONS:
            settings = replace(USUAL, norm=norm, positions=positions)
            if norm == "post" and positions != "sinusoidal":
                with pytest.raises(SettingError, match=r"positions=.*choose positions=sinusoidal$"):
                    refuse(settings, LETTERS, HuggingFaceFolder.fits)
            else:
                refuse(settings, LETTERS, HuggingFaceFolder.fits)
                assert family_of(norm, positions) in FAMILIES
            refuse(settings, LETTERS)  # the others look every position up


@pytest.mark.parametrize("name", MISFITS)
def test_a_setting_that_fits_nowhere_is_named_with_what_would(name):
    settings = replace(USUAL, **{name: MISFITS[name]})
    with pytest.raises(SettingError, match=f"^{name}={MISFITS[name]} fits no model .*: choose {name}="):
        refuse(settings, LETTERS)


def test_every_setting_that_must_fit_is_tried():
    assert {fit.setting for fit in FITS} == set(MISFITS)


@pytest.mark.parametrize("name", ["recurrent", "parallel"])
def test_other_models_are_refused(name):
    with pytest.raises(SettingError, match=f"^a {name} model has not the shape .*: choose the model transformer$"):
        refuse(MODELS[name](), LETTERS)


def test_a_source_that_is_heard_is_refused():
    with pytest.raises(SettingError, match="the source is heard"):
        refuse(USUAL, SegmentVocabulary.reducing(2))


# ---------------------------------------------------------------- folders
def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path):
    target = SENT_AS["hf"]()
    parcel = packed_for(trained("after"), target)
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SettingError, match="is there and not empty, and nothing is overwritten"):
        send(parcel, target, tmp_path)
    with pytest.raises(SettingError, match="is there and not empty"):
        send(parcel, target, tmp_path / "mine.txt")
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(("kind", "package"), [("onnx", "onnx"), ("ctranslate2", "ctranslate2")])
def test_nothing_is_left_where_the_package_that_writes_is_missing(kind, package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    target = SENT_AS[kind]()
    with pytest.raises(MissingExtra, match=rf'package {package},.*\.\[export\]"'):
        send(packed_for(trained("after"), target), target, tmp_path / "sent")
    assert not list(tmp_path.iterdir())


def test_a_folder_as_a_zip_holds_what_is_sent(tmp_path):
    target = SENT_AS["hf"]()
    parcel = packed_for(trained("after"), target)
    send(parcel, target, tmp_path / "plain")
    with zipfile.ZipFile(io.BytesIO(zipped(parcel, target, "mine"))) as archive:
        archive.extractall(tmp_path)
    there, here = ({one.name: one.read_bytes() for one in (tmp_path / name).iterdir()} for name in ("mine", "plain"))
    assert there == here and "model.safetensors" in here


def test_documents_say_what_fits():
    page = (Path(__file__).parents[2] / "docs" / "sending.md").read_text("utf-8")
    rows = re.findall(r"^\| `model\.(\w+)`(?:, `(\w+)`)? \| ([^|]+) \|", page, re.M)
    said = {name: tuple(re.findall(r"`([^`]+)`", fits)) for *names, fits in rows for name in names if name}
    assert said == {**{fit.setting: fit.values for fit in FITS}, "key_heads": ()}


def test_the_card_of_a_folder_says_where_it_comes_from_and_its_lines_run(tmp_path, monkeypatch, capsys):
    own = trained("demo/dates-transformer")
    for kind in SENT_AS:
        sent("demo/dates-transformer", kind, tmp_path / kind)
        card = (tmp_path / kind / "README.md").read_text("utf-8")
        assert own.model_hash in card and "demo/dates-transformer" in card and f"step {own.step}" in card
        (lines,) = re.findall(r"```python\n(.*?)```", card, re.S)
        monkeypatch.chdir(tmp_path / kind)
        exec(compile(lines, "README.md", "exec"), {})
        shown = capsys.readouterr().out
        assert own.output(own.example_text()) in shown.replace("', '", "")


def test_a_folder_that_reads_numbers_says_so_and_its_lines_run(tmp_path, monkeypatch):
    for kind in SENT_AS:
        opened = sent("path", kind, tmp_path / kind)
        assert not (tmp_path / kind / "tokenizer.json").exists()
        words = json.loads((tmp_path / kind / "vocabulary.json").read_text("utf-8"))
        assert tuple(words) == opened.parcel.tokens
        card = (tmp_path / kind / "README.md").read_text("utf-8")
        assert "so the folder has no tokenizer" in card
        (lines,) = re.findall(r"```python\n(.*?)```", card, re.S)
        monkeypatch.chdir(tmp_path / kind)
        exec(compile(lines, "README.md", "exec"), {})
