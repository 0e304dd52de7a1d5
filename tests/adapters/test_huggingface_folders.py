"""Folders that cannot be used: one message each, nothing executed, nothing fetched; and what a tokenizer's pieces look like."""

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers as hf
from safetensors.torch import load_file, save_file

import core
from core.adapters.sending.table import SENT_AS, packed_for, send
from core.errors import DataError, InputError, RunError
from core.runs.foreign import KeptModel, forget_model, keep_model, kept_models, load_foreign
from core.runs.trained import load as load_run
from tests.adapters.families import SOURCES, built


@pytest.fixture(scope="module")
def nllb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("m2m_100", tmp_path_factory.mktemp("nllb") / "nllb")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("bart", tmp_path_factory.mktemp("bart") / "bart")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "model"))


def _config(folder: Path, **changes: Any) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def _no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _pickled(folder: Path) -> None:
    _no_weights(folder)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")


def _tensorflow(folder: Path) -> None:
    _no_weights(folder)
    (folder / "tf_model.h5").write_bytes(b"\x89HDF")


def _unknown(folder: Path) -> None:
    _config(folder, model_type="bartt")


def _half(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file({name: one for name, one in weights.items() if "encoder_attn" not in name}, folder / "model.safetensors")


def _truncated(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])


def _infinite(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    first = next(iter(weights))
    save_file({**weights, first: weights[first] * torch.inf}, folder / "model.safetensors")


def _other_tokenizer(folder: Path) -> None:
    file = folder / "tokenizer.json"
    read = json.loads(file.read_text())
    read["model"]["vocab"] |= {f"extra{at}": 320 + at for at in range(40)}
    file.write_text(json.dumps(read))


def _broken_config(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "bart", ')


def _list_config(folder: Path) -> None:
    (folder / "config.json").write_text("[1]")


def _two_vocabularies(folder: Path) -> None:
    _config(folder, share_encoder_decoder_embeddings=False)


def _other_shapes(folder: Path) -> None:
    _config(folder, d_model=48)


def _endless(folder: Path) -> None:
    _config(folder, decoder_layers=10**9)


def _enormous(folder: Path) -> None:
    _config(folder, d_model=16_384, encoder_ffn_dim=65_536, decoder_ffn_dim=65_536)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_endless, "decoder_layers=1,000,000,000 in its config.json; no model has more than 512 layers"),
        (
            _enormous,
            r"config.json asks for [\d,]{12,} weights, and its files hold [\d,]{5,7}: they are of different models",
        ),
        (_no_weights, "model.safetensors is missing"),
        (_pickled, "pickled weights, which may run code when they are read, so they are refused.*save_pretrained"),
        (_tensorflow, "weights of TensorFlow only"),
        (_unknown, r"the architecture 'bartt' is not known here \(did you mean bart\?\)"),
        (_half, "the weights lack .* tensors of this architecture"),
        (_truncated, "cannot be opened"),
        (_infinite, "values that are not finite"),
        (_other_tokenizer, "the tokenizer does not match: it gives numbers up to 359, and the model knows 320"),
        (_broken_config, "cannot be read"),
        (_list_config, "holds no object"),
        (_other_shapes, "cannot be opened"),
        (_two_vocabularies, "vocabularies of their own"),
    ],
)
def test_a_broken_folder_is_refused_with_one_message(folder: Path, spoil: Callable[[Path], None], says: str) -> None:
    spoil(folder)
    with pytest.raises(DataError, match=says) as caught:
        load_foreign(folder)
    assert str(folder) in str(caught.value) and "\n" not in str(caught.value)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a folder"):
        load_foreign(tmp_path / "nowhere")
    with pytest.raises(DataError, match="so it is no model's folder"):
        load_foreign(tmp_path)


def test_code_in_a_folder_is_never_run(folder: Path) -> None:
    marker = folder / "ran"
    code = f"from pathlib import Path\nPath({str(marker)!r}).write_text('ran')\n"
    for name in ("modeling_own.py", "tokenization_own.py", "configuration_own.py"):
        (folder / name).write_text(code)
    own = {
        "AutoModelForSeq2SeqLM": "modeling_own.Own",
        "AutoConfig": "configuration_own.Own",
        "AutoTokenizer": ["tokenization_own.Own", None],
    }
    _config(folder, auto_map=own)
    opened = load_foreign(folder)
    assert opened.output(SOURCES[0]) == core.load(folder).output(SOURCES[0])
    assert not marker.exists()
    _config(folder, model_type="own")
    with pytest.raises(DataError, match="the architecture 'own' is not known"):
        load_foreign(folder)
    assert not marker.exists()


def test_nothing_is_fetched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: Any) -> None:
        raise AssertionError(f"a connection was opened: {given}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert load_foreign(folder).matrices(SOURCES[0])


# ---------------------------------------------------------------- languages, names, loaded models
def test_a_language_is_led_in(nllb: Path) -> None:
    english, german = load_foreign(nllb, "eng_Latn", "eng_Latn"), load_foreign(nllb, "fra_Latn", "deu_Latn")
    shown = german.vocabularies[1].tokens
    assert [shown[number] for number in german.model.prompt.fed] == ["</s>", "deu_Latn"]
    assert english.columns(SOURCES[0])[0] == "eng_Latn" and german.columns(SOURCES[0])[0] == "fra_Latn"
    assert english.model.begin != german.model.begin
    with pytest.raises(InputError, match=r"no language 'deu_Latin' \(did you mean deu_Latn\?\)"):
        load_foreign(nllb, target_language="deu_Latin")


def test_a_decoder_that_begins_with_its_language_begins_with_the_one_asked_for(tmp_path: Path) -> None:
    folder = built("mbart", tmp_path / "mbart")
    for asked, begins in (("", "de_DE"), ("ro_RO", "ro_RO")):
        opened = load_foreign(folder, "en_XX", asked)
        assert [opened.vocabularies[1].tokens[number] for number in opened.model.prompt.fed] == [begins]


def test_a_folder_is_kept_under_a_name(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    assert kept_models() == []
    keep_model(KeptModel("mine", str(folder)))
    with pytest.raises(RunError, match="taken"):
        keep_model(KeptModel("mine", str(folder)))
    assert [one.address for one in kept_models()] == ["hf/mine"]
    assert core.load("hf/mine").run.address == "hf/mine"
    forget_model("mine")
    with pytest.raises(RunError, match="no model is kept under the name 'mine'"):
        core.load("hf/mine")
    with pytest.raises(RunError, match="cannot be the name"):
        core.load("hf/../mine")


def test_a_loaded_model_is_adapted_whatever_its_kernel(folder: Path) -> None:
    model = hf.AutoModelForSeq2SeqLM.from_pretrained(folder, attn_implementation="sdpa")
    tokenizer = hf.AutoTokenizer.from_pretrained(folder)
    before = model.generate(**tokenizer(SOURCES[0], return_tensors="pt"), max_new_tokens=9)
    adapted = core.adapt(model, tokenizer)
    assert adapted.output(SOURCES[0]) == core.load(folder).output(SOURCES[0])
    assert torch.equal(model.generate(**tokenizer(SOURCES[0], return_tensors="pt"), max_new_tokens=9), before)


def test_what_cannot_be_asked_of_it_is_said(folder: Path) -> None:
    opened = core.load(folder)
    with pytest.raises(DataError, match="brings no examples with right answers"):
        opened.evaluate()
    with pytest.raises(InputError, match="this model reads at most 80"):
        opened.read("the cat " * 60)
    with pytest.raises(InputError, match="the source is empty"):
        opened.read("  ")
    with pytest.raises(RunError, match="it has no checkpoint of step 3"):
        core.load(folder, step=3)


# ---------------------------------------------------------------- pieces
def test_pieces_are_shown_as_people_read_them(whole: Path, nllb: Path) -> None:
    for folder in (whole, nllb):
        opened = core.load(folder)
        shown = opened.vocabularies[0].tokens
        assert len(set(shown)) == len(shown)
        for source in SOURCES[:3]:
            tokens = opened.read(source)
            assert not any("Ġ" in token or "Ã" in token for token in tokens)
            assert opened.vocabularies[0].encode_source(tokens) == list(
                opened.config.task.pieces.tokenizer(source).input_ids
            )


def test_a_run_that_was_sent_is_opened_with_the_same_outputs_and_attention(tmp_path: Path) -> None:
    run, target = load_run("demo/dates-transformer"), SENT_AS["hf"]()
    send(packed_for(run, target), target, tmp_path / "sent")
    opened = core.load(tmp_path / "sent")
    for example in run.examples.test[:6]:
        source = run.config.task.join(example.source)
        assert opened.output(source) == run.output(source)
        for one, other in zip(opened.matrices(source), run.matrices(source)):
            assert one.site.label == other.site.label and np.allclose(one.weights, other.weights, atol=1e-4)
