"""Speech recognition end to end: a folder becomes a run, which learns, opens without the folder, and says what it cannot read."""

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core import load
from core.data.audio import RATE, Sound, write_wav
from core.data.recording import packed, relative, unpacked
from core.errors import AttentionLabError, DataError, InputError, RunError, SettingError
from core.metrics.error_rate import error_rate
from core.runs.catalog import SEARCHES
from core.runs.config import ExperimentConfig
from core.runs.experiment import train
from core.runs.explaining import question
from core.runs.trained import TrainedModel
from core.tasks.recognition import Recognition
from core.tasks.task import held_out, split_of
from core.training.evaluation import free_run
from tests.spoken import folder_of_speech, spoken

DATA = Path(__file__).parents[3] / "shared" / "data"
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def config(folder: Path, table: str = "metadata.csv", **training: object) -> ExperimentConfig:
    return ExperimentConfig.from_dict({
        "task": {"name": "asr", "folder": str(folder), "table": table, "reduction": 2},
        "model": {"name": "recurrent", "width": 48},
        "training": {"batch_size": 16, "learning_rate": 5e-3, "warmup": 20, "evaluate_every": 10_000, "evaluate_on": 10, "record_every": 0, **training},
    })  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    """A run of made-up speech whose folder is gone by the time it is opened."""
    place = tmp_path_factory.mktemp("asr")
    folder = folder_of_speech(place / "speech", 700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(place / "home"))
        for _ in train(config(folder, steps=250), "tones"):
            pass
        shutil.rmtree(folder)
        return load("tones")


def test_a_run_learns_to_write_what_it_never_heard_and_opens_without_its_folder(trained):
    examples = trained.examples.test
    assert len(examples) == 24
    outputs = free_run(trained.model, [example.source for example in examples], trained.vocabularies)
    assert error_rate(outputs, [example.target for example in examples]) < 0.3  # whoever guesses errs in four of five
    alone = [trained.output(trained.config.task.join(example.source)) for example in examples[:6]]
    assert alone == ["".join(output) for output in outputs[:6]]


def test_an_evaluation_has_the_rates_of_the_whole_split(trained, monkeypatch):
    examples = trained.examples.test
    monkeypatch.setattr("core.runs.trained.held_out", lambda *of: list(examples))
    found = trained.evaluate("test")
    outputs = free_run(trained.model, [example.source for example in examples], trained.vocabularies)
    rate = error_rate(outputs, [example.target for example in examples])
    wrong = sum(tuple(output) != example.target for output, example in zip(outputs, examples))
    rates = {name: value for name, value in found.measures.items() if name not in found.signatures}
    words = wrong / len(examples)  # of one word each; a token is a character
    assert rates == {"token error rate": rate, "word error rate": words, "character error rate": rate}
    assert found.exact_match == 1 - wrong / len(examples)


@pytest.mark.parametrize("name", SEARCHES)
def test_every_search_decodes_a_recording_by_its_name_and_keeps_a_tree(trained, name):
    tree = trained.tree(trained.example_text(), SEARCHES[name].from_dict({"max_nodes": 100} if name == "exact" else {}))
    assert tree.header["source"] == trained.example_text()
    assert tree.header["source_tokens"] == [*trained.examples.probe.source, "<end>"]
    (site,) = tree.attention
    assert tree.rows(site, 1).shape[-1] == len(tree.header["source_tokens"])


def test_attention_lies_over_seconds_and_goes_on_through_them(trained):
    probe = trained.examples.probe
    (cross,) = trained.matrices(trained.example_text(), trained.config.task.join_target(probe.target), only="*cross*")
    assert [str(key) for key in cross.keys[:3]] == ["0.00 s", "0.02 s", "0.04 s"]
    assert len(cross.keys) == len(probe.source) + 1 and cross.queries == ("<begin>", *probe.target)
    middles = cross.weights[0][: len(probe.target)] @ np.arange(len(cross.keys))
    assert (np.diff(middles) > 0).all()


def test_a_recording_of_ones_own_is_read_by_its_path(trained, tmp_path):
    write_wav(spoken("face", np.random.default_rng(1)), tmp_path / "mine.wav")
    assert len(trained.read(str(tmp_path / "mine.wav"))) > 3
    (tmp_path / "no.wav").write_bytes(b"a text")
    with pytest.raises(DataError, match=r"no\.wav is not a WAV file"):
        trained.read(str(tmp_path / "no.wav"))
    with pytest.raises(DataError, match=r"nowhere\.wav cannot be read \(No such file or directory\); check the path"):
        trained.read("nowhere.wav")
    for nowhere in ("~nobody\x01/a.wav", "a\0b.wav", "x" * 500 + ".wav"):
        with pytest.raises(DataError, match=r"cannot be read \(.*\); check the path"):
            trained.read(nowhere)
    write_wav(Sound(np.zeros(11 * RATE, np.float32)), tmp_path / "long.wav")
    with pytest.raises(
        DataError, match=r"long\.wav lasts 11\.0 s, and this model learned from recordings of at most 10 s"
    ):
        trained.read(str(tmp_path / "long.wav"))
    with pytest.raises(InputError, match=r"nothing in this source is a token; try: take\d+"):
        trained.read("take 12345")


def test_what_replaces_tokens_refuses_recordings(trained):
    with pytest.raises(InputError, match="segments of a recording have no others"):
        question(trained, trained.example_text(), trained.examples.probe.target, 0)


def test_a_damaged_recording_of_a_run_is_named(trained):
    path = trained.run.path / "vocabulary.json"
    whole = path.read_text("utf-8")
    data = json.loads(whole)
    for damage in ("%%%", "AAAA", packed({"x": np.full((1, 80), np.inf, np.float32)})["x"]):
        data["tokenizers"]["recordings"]["take1"] = damage
        path.write_text(json.dumps(data), "utf-8")
        with pytest.raises(RunError, match=r"vocabulary\.json.*'take1'.*damaged|vocabulary\.json.*'take1'.*no number"):
            load(trained.run.path)
    path.write_text(whole, "utf-8")


def test_features_are_relative_and_come_back_from_a_run_bit_for_bit():
    sound = spoken("abc", np.random.default_rng(2))
    features = relative(sound)
    louder = relative(Sound(2.5 * sound.samples))
    assert np.abs(louder - features).max() < 0.01 and abs(features.mean()) < 1e-3
    assert np.array_equal(unpacked(packed({"a": features}))["a"], features)
    assert np.array_equal(relative(Sound(np.zeros(800, np.float32))), np.zeros((5, 80), np.float32))


# ---------------------------------------------------------------- what cannot be used
def test_settings_that_cannot_be_say_what_can(tmp_path):
    with pytest.raises(SettingError, match="folder is empty: give a folder of WAV files"):
        Recognition().examples  # noqa: B018
    with pytest.raises(SettingError, match="reduction=6 is no power of two"):
        Recognition(reduction=6)
    write_wav(Sound(np.zeros(2 * RATE, np.float32)), tmp_path / "long.wav")
    (tmp_path / "metadata.csv").write_text("long|abc\n", "utf-8")
    with pytest.raises(DataError, match="longer than 1 s; raise longest"):
        Recognition(folder=str(tmp_path), longest=1).examples  # noqa: B018


def test_recordings_that_are_too_long_are_left_out_with_a_note(tmp_path):
    folder = folder_of_speech(tmp_path / "speech", 5)
    write_wav(Sound(np.zeros(2 * RATE, np.float32)), folder / "long.wav")
    with (folder / "metadata.csv").open("a", encoding="utf-8") as table:
        table.write("long|abc\n")
    task = Recognition(folder=str(folder), longest=1)
    assert len(task.examples) == 5 and task.notes == ("1 of 6 recordings are longer than 1 s and were left out",)
    assert Recognition(folder=str(folder)).notes == ()


def test_a_bad_file_in_the_folder_stops_the_run_before_it_exists(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    folder = folder_of_speech(tmp_path / "speech", 40)
    (folder / "take7.wav").write_bytes(b"RIFF")
    with pytest.raises(AttentionLabError, match=r"take7\.wav is not a WAV file, it has 4 bytes"):
        next(train(config(folder), "bad"))
    assert not (tmp_path / "home" / "runs" / "bad").exists()


# ---------------------------------------------------------------- real speech
def digits(folder: Path) -> Path:
    """A table for the recordings of spoken digits, whose names begin with the digit."""
    path = folder / "digits.csv"
    names = sorted(file.name for file in (DATA / "fsdd").glob("*.wav"))
    path.write_text("file,text\n" + "".join(f"{name},{DIGITS[int(name[0])]}\n" for name in names), "utf-8")
    return path


needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real recordings lie beside a checkout of the project's machines only"
)


@needs_data
def test_spoken_digits_are_read_from_their_table(tmp_path):
    task = Recognition(folder=str(DATA / "fsdd"), table=str(digits(tmp_path)))
    assert len(task.examples) == 320 and task.notes == ()
    assert set(map("".join, (example.target for example in task.examples))) == set(DIGITS)
    splits = Counter(split_of(task.held_out_by(example)) for example in task.examples)
    assert splits == {"train": 289, "validation": 17, "test": 14}


@needs_data
@pytest.mark.slow
def test_spoken_digits_of_four_speakers_are_recognized(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path / "home"))
    recipe = config(DATA / "fsdd", str(digits(tmp_path)), steps=900).changed(
        {"model.width": 64, "model.dropout": 0.2, "training.learning_rate": 3e-3}
    )
    for _ in train(recipe, "digits"):
        pass
    model = load("digits")
    examples = [example for split in ("validation", "test") for example in held_out(recipe.task, split, 40)]
    outputs = free_run(model.model, [example.source for example in examples], model.vocabularies)
    said = [[recipe.task.join_target(example.target)] for example in examples]
    assert error_rate([["".join(output)] for output in outputs], said) < 0.4  # of words; guessing errs in nine of ten
