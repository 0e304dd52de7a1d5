"""A voice is a run like all others: it can be stopped and go on, opens anywhere, and what it says is sound."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.data.audio import RATE, Sound, write_wav
from core.errors import AttentionLabError, DataError, InputError, RunError, SettingError
from core.metrics.doctor import examine
from core.runs import archive, checkpoint, controls, journal, snapshots, status, store
from core.runs.experiment import run_experiment
from core.runs.folder import RunFolder
from core.runs.shipping import ship
from core.runs.trained import load
from core.runs.voice_config import VoiceConfig
from core.runs.voices import Voice, create_voice, load_voice
from core.tasks.synthesis import Synthesis
from core.training.events import Evaluated, StepDone
from core.training.spoken_ladder import RUNGS, WORDS, listen
from tests.spoken import folder_of_speech

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real recordings lie beside a checkout of the project's machines only"
)
SMALL = {"model.width": 48, "model.prenet": 16, "model.reduction": 4, "training.batch_size": 8, "training.record_every": 60,
         "training.evaluate_every": 120, "training.checkpoint_every": 10, "training.learning_rate": 4e-3}  # fmt: skip


def config(folder: Path | str, **more: object) -> VoiceConfig:
    given = {name.replace("_", ".", 1): value for name, value in more.items()}
    return VoiceConfig.preset("fast").changed({"task.folder": str(folder), **SMALL, **given})


def trained(name: str, plan: VoiceConfig) -> RunFolder:
    run = create_voice(name, plan)
    for _ in run_experiment(run):
        pass
    return run


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory):
    """A home, and a folder in which every letter is a tone."""
    place = tmp_path_factory.mktemp("voices")
    folder_of_speech(place / "speech", 60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(place / "home"))
        yield place


@pytest.fixture(scope="module")
def voice(place) -> Voice:
    trained("tones", config(place / "speech", training_steps=240))
    return load_voice("tones")


# ---------------------------------------------------------------- a run folder
def test_its_folder_is_that_of_every_run(voice):
    run = voice.run
    assert status.read(run).state == "done" and voice.step == 240
    events, _ = journal.read(run)
    steps = [event for event in events if isinstance(event, StepDone)]
    assert len(steps) == 240 and np.mean([one.loss for one in steps[-20:]]) < 0.5 * steps[0].loss
    judged = [event for event in events if isinstance(event, Evaluated)]
    assert [one.step for one in judged] == [120, 240] and np.isfinite(judged[-1].loss)
    assert judged[-1].measures is not None and judged[-1].measures["stopped"] == 1.0
    assert judged[-1].measures["alignment quality"] > 0.9
    assert snapshots.steps(run) == list(range(0, 241, 60)) and checkpoint.steps(run) == [220, 230, 240]
    (matrix,) = snapshots.read(run, 240)
    assert matrix.keys[-1] == "<end>" and matrix.queries[:2] == ("0.00 s", "0.04 s") and matrix.sums_to_one
    assert VoiceConfig.from_dict(json.loads((run.path / "config.json").read_text("utf-8"))) == voice.config


def test_a_training_that_was_stopped_goes_on_to_the_same_bits(place):
    plan = config(place / "speech", training_steps=20)
    whole = trained("whole", plan)
    run = create_voice("stopped", plan)
    for event in run_experiment(run):
        if isinstance(event, StepDone) and event.step == 6:
            controls.send(run, "stop")
    assert status.read(run).state == "stopped" and checkpoint.steps(run)[-1] < 20
    for _ in run_experiment(run):
        pass
    one, other = checkpoint.load(whole), checkpoint.load(run)
    assert one is not None and other is not None and one.step == other.step == 20
    assert all(np.array_equal(one.model[name].numpy(), other.model[name].numpy()) for name in one.model)


def test_requests_change_its_rate_and_guidance(place):
    run = create_voice("asked", config(place / "speech", training_steps=6))
    found = []
    for event in run_experiment(run):
        found.append(event)
        if isinstance(event, StepDone) and event.step == 2:
            controls.send(run, "learning_rate", 1e-4)
            controls.send(run, "guidance", 0.0)
    steps = [event for event in found if isinstance(event, StepDone)]
    assert "guidance" in steps[0].terms and "guidance" not in steps[-1].terms
    assert steps[3].learning_rate == pytest.approx(1e-4 * steps[3].step / 4, rel=0.5)


def test_what_decodes_tokens_refuses_a_voice_and_the_other_way_round(voice):
    with pytest.raises(RunError, match=r"tones is a voice: it writes sound.*attnlab say"):
        load(voice.run.path)
    with pytest.raises(RunError, match=r"demo/reverse-gru is no voice.*--task tts"):
        load_voice("demo/reverse-gru")


def test_a_voice_travels_in_a_zip_but_is_not_shipped(voice, tmp_path):
    archive.export_file(voice.run, tmp_path / "voice.zip")
    twin = load_voice(archive.import_run(tmp_path / "voice.zip", "twin").name)
    assert np.array_equal(twin.say("ab").frames, voice.say("ab").frames)
    with pytest.raises(RunError, match="voices are not shipped; hand it on with: attnlab runs export"):
        ship(voice.run, tmp_path / "shipped")


def test_recordings_that_changed_stop_a_resumption(place):
    folder = folder_of_speech(place / "changing", 10)
    run = create_voice("changing", config(folder, training_steps=4))
    (folder / "metadata.csv").write_text("take0|xyz\ntake1|xy\n", "utf-8")
    with pytest.raises(RunError, match="have changed since it was made"):
        next(run_experiment(run))


# ---------------------------------------------------------------- what it says
def test_it_says_tones_in_their_order(voice):
    """Each half of a spoken pair is loudest at the tone of its letter."""
    from tests.spoken import _RATES

    right = 0
    for text in ("ae", "fb", "ce", "db", "af", "eb"):
        said = voice.say(text)
        samples = said.sound.samples
        assert len(samples) == round(said.seconds * RATE) and np.abs(samples).max() > 0.02
        assert 0.05 < said.seconds < 0.4  # two tones of 40 to 80 ms
        halves = np.array_split(samples, 2)
        for letter, part in zip(text, halves):
            spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), RATE))
            loudness = {one: spectrum[rate - 60 : rate + 60].sum() for one, rate in _RATES.items()}
            right += max(loudness, key=loudness.__getitem__) == letter
    assert right >= 8  # of 12; guessing gets two


def test_longer_texts_take_longer_and_chance_is_a_seed(voice):
    assert voice.say("abcabc").seconds > voice.say("a").seconds
    one, other = voice.say("abc", 3), voice.say("abc", 3)
    assert np.array_equal(one.frames, other.frames)
    assert not np.array_equal(voice.say("abc", 4).frames[:8], one.frames[:8])


def test_the_doctors_words_have_seconds_and_tokens(voice):
    said = voice.say("abc")
    assert len(said.told) >= len(examine(said.matrix.weights[0][:, :-1])) - 1
    stuck = said.matrix.weights[0].copy() * 0 + np.eye(4)[0]
    object.__setattr__(said.matrix, "weights", stuck[None])
    assert any("b c at 2" in one for one in said.told)
    object.__setattr__(said.matrix, "weights", 0 * stuck[None])
    assert said.told == ("it looks at nothing",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" ", "the text is empty; type one, for example: "),
        ("abz", "tones never learned to say 'z'; it knows: a b c d e f"),
        ("a" * 201, "the text has 201 tokens; at most 200 can be said"),
    ],
)
def test_a_text_that_cannot_be_said_gets_one_sentence(voice, text, told):
    with pytest.raises(InputError, match=told):
        voice.say(text)


@pytest.mark.slow
def test_a_mandarin_voice_says_words_once_to_four_times():
    trained("mandarin", VoiceConfig.preset("fast").changed({"training.steps": 1200}))
    voice, asked = load_voice("mandarin"), [(word, times) for word in WORDS for times in RUNGS]
    said = [voice.say(word * times) for word, times in asked]
    heard = [listen(one.frames, *pair)[0] for one, pair in zip(said, asked)]
    assert sum(one == pair for one, pair in zip(heard, asked)) >= 44  # of 48; the recognizer offers 19 each time
    assert all(one.stopped for one in said)


# ---------------------------------------------------------------- what it learns from
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("take0|abc\ntake99|abc\n", "1 of 2 recordings have no WAV file .take99 .line 2.."),
        ("take0|abc\nbroken|abc\n", r"broken\.wav is not a WAV file"),
        ("take0|abc\n", "1 recording to learn from, and one must be held out"),
        ("long|abc\n", "longer than 10 s; raise longest"),
    ],
)
def test_a_folder_that_cannot_be_used_stops_before_there_is_a_run(place, rows, told):
    folder = folder_of_speech(place / "bad", 2)
    (folder / "broken.wav").write_bytes(b"no sound, though long enough to have been a header of one")
    write_wav(Sound(np.zeros(11 * RATE, np.float32)), folder / "long.wav")
    (folder / "metadata.csv").write_text(rows, "utf-8")
    with pytest.raises(DataError, match=told):
        create_voice("bad", config(folder))
    assert store.list_runs(include_demo=False) == []


def test_settings_that_cannot_be_say_what_can():
    with pytest.raises(SettingError, match="tokens=pinyin reads Mandarin only"):
        Synthesis(tokens="pinyin", language="english")
    with pytest.raises(SettingError, match="the model of a voice is speaker, not 'gru'"):
        VoiceConfig.from_dict({"model": {"name": "gru"}})
    with pytest.raises(SettingError, match=r"unknown setting task\.foldr .did you mean folder"):
        VoiceConfig.preset("fast").changed({"task.foldr": "x"})
    with pytest.raises(SettingError, match="there is no preset 'slow'"):
        VoiceConfig.preset("slow")


def test_espeak_speaks_texts_of_a_file_as_pinyin_or_words(tmp_path):
    (tmp_path / "texts.txt").write_text("发财\nni3 hao3\n\n发财\n", "utf-8")
    task = Synthesis(texts=str(tmp_path / "texts.txt"), tokens="pinyin")
    learned, held_out = task.corpus
    assert len(learned.utterances) == len(held_out.utterances) == 1
    assert {one.text for part in task.corpus for one in part.utterances} == {"发财", "ni3 hao3"}
    assert task.tokenize("ni3 hao3 zhong1 an1") == ["n", "i3", "h", "ao3", "zh", "ong1", "an1"]
    with pytest.raises(AttentionLabError, match="cannot be spoken as Mandarin"):
        task.tokenize("hello")
    english, rest = Synthesis(language="english", utterances=40).corpus
    assert not {one.text for one in english.utterances} & {one.text for one in rest.utterances}
    assert set(english.vocabulary.tokens[6:]) <= set(" abcdefghijklmnopqrstuvwxyz")


@needs_data
def test_a_voice_learns_from_real_recordings(place):
    plan = config(DATA / "ljspeech-sample", training_steps=1, training_batch_size=2)
    trained("reader", plan)
    voice = load_voice("reader")
    assert len(plan.task.corpus[0].utterances) == 5 and voice.texts
    assert voice.say("in being").seconds > 0
