"""What is measured how is decided by the task, and each figure is sacreBLEU's or jiwer's on what it says it compares."""

import jiwer
import pytest
import sacrebleu

from core.runs.trained import load
from core.tasks.copying import Copying
from core.tasks.recognition import Recognition
from core.tasks.text import Text
from core.training.measures import measures_of

OUTPUT, REFERENCE = "the cat sat on a mat.", "the cat sat on the mat."


@pytest.fixture
def spelled(monkeypatch):
    """A text task, and one that transcribes, whose targets are letters."""
    for kind in (Text, Recognition):
        monkeypatch.setattr(kind, "join_target", lambda task, tokens: "".join(tokens))
    return {"text": Text(), "asr": Recognition()}


def test_running_text_is_measured_word_by_word(spelled):
    found = measures_of(spelled["text"], [list(OUTPUT)], [list(REFERENCE)])
    assert found.values["BLEU"] == pytest.approx(sacrebleu.corpus_bleu([OUTPUT], [[REFERENCE]]).score)
    assert found.values["chrF"] == pytest.approx(sacrebleu.corpus_chrf([OUTPUT], [[REFERENCE]]).score)
    assert found.values["TER"] == pytest.approx(sacrebleu.corpus_ter([OUTPUT], [[REFERENCE]]).score)
    assert "tok:13a" in found.signatures["BLEU"] and "word error rate" not in found.values


def test_chinese_is_cut_into_characters(spelled):
    output, reference = "我喜欢小狗和猫", "我喜欢小猫和狗"
    found = measures_of(spelled["text"], [list(output)], [list(reference)])
    assert found.values["BLEU"] == pytest.approx(sacrebleu.corpus_bleu([output], [[reference]], tokenize="zh").score)
    assert "tok:zh" in found.signatures["BLEU"] and "asian:yes" in found.signatures["TER"]
    assert 0.0 < found.values["TER"] < 100.0


def test_transcripts_have_error_rates_of_words_and_characters(spelled):
    found = measures_of(spelled["asr"], [list(OUTPUT)], [list(REFERENCE)]).values
    assert found["word error rate"] == pytest.approx(jiwer.wer(REFERENCE, OUTPUT)) == 1 / 6
    assert found["character error rate"] == pytest.approx(jiwer.cer(REFERENCE, OUTPUT))


def test_everything_else_is_measured_over_its_own_tokens():
    found = measures_of(Copying(), [list("abcdx")], [list("abcde")])
    theirs = sacrebleu.corpus_bleu(["a b c d x"], [["a b c d e"]], tokenize="none")
    assert found.values["BLEU"] == pytest.approx(theirs.score) and "tok:none" in found.signatures["BLEU"]
    assert found.values["TER"] == pytest.approx(20.0) and found.values["token error rate"] == pytest.approx(0.2)
    assert measures_of(Copying(), [list("A")], [list("a")]).values["TER"] == 100.0  # another letter is another token


def test_a_run_is_evaluated_so():
    found = load("demo/pinyin-gru").evaluate("validation", n=20)
    assert set(found.measures) == {"BLEU", "chrF", "TER", "token error rate"} and set(found.signatures) == {
        "BLEU",
        "chrF",
        "TER",
    }
    assert found.measures["BLEU"] > 50 > found.measures["TER"]


def test_where_some_lines_are_the_same_copying_is_measured_beside_the_model(spelled, monkeypatch):
    monkeypatch.setattr(Text, "join", lambda task, tokens: "".join(tokens))
    sources, references = ["我 愛 貓", "伊 有 狗 仔"], ["我愛貓", "她有小狗"]
    outputs = ["我愛狗", "她有小狗"]
    found = measures_of(spelled["text"], *([list(one) for one in side] for side in (outputs, references, sources)))
    assert found.values["lines that differ"] == 0.5 and found.values["exact where they differ"] == 1.0
    own, copied = found.values["BLEU where they differ"], found.values["BLEU of copying where they differ"]
    assert own == pytest.approx(sacrebleu.corpus_bleu(outputs[1:], [references[1:]], tokenize="zh").score) == 100.0
    assert copied == pytest.approx(sacrebleu.corpus_bleu(sources[1:], [references[1:]], tokenize="zh").score)
    assert found.values["BLEU of copying"] == pytest.approx(
        sacrebleu.corpus_bleu(sources, [references], tokenize="zh").score
    )
    none = measures_of(spelled["text"], [list("ab")], [list("cd")], [list("xy")])
    assert "BLEU of copying" not in none.values
