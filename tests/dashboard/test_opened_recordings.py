"""The page Recordings under AppTest: files in, matrices out; what was dropped is there again; whatever comes, it lives."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.adapters import generated
from tests.adapters.test_formats import torch_file
from tests.adapters.test_recordings import known
from tests.adapters.written import npy, npz, soft
from tests.dashboard.test_pages import APP, by_label, home

__all__ = ["home"]
LAYERS, SPREAD = "Through the layers", "Spread of the heads"


def opened() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run().switch_page("views/recordings.py").run()


def dropped(at: AppTest, **files: bytes) -> AppTest:
    return lives(at.file_uploader[0].set_value([(name, data, "") for name, data in files.items()]).run())


def lives(at: AppTest) -> AppTest:
    assert not at.exception and not at.error
    return at


def told(at: AppTest) -> str:
    return " ".join(one.value for one in [*at.markdown, *at.caption, *at.warning, *at.info]).replace("\\", "")


def part(at: AppTest, name: str) -> AppTest:
    return lives(next(one for one in at.button_group if one.key == "recorded section").set_value(name).run())


def test_without_a_file_a_shipped_model_is_shown_in_every_part():
    at = lives(opened())
    assert "Nothing dropped yet" in told(at) and "demo/dates-transformer" in told(at) and not at.warning
    assert "a state holds, by rollout" in told(part(at, LAYERS))
    at.session_state["take away recorded"] = True
    taken = by_label(at.run().button_group, "Of").options
    assert taken[1] == "rollout · layers 1 to 2" and taken[-1] == "all heads" and len(taken) == 5
    assert len(part(at, SPREAD).dataframe[0].value) == 24


def test_a_hypothesis_of_a_beam_search_is_chosen_by_its_words():
    at = dropped(opened(), **{"beams.npz": generated.as_npz()})
    assert "beams.npz · sentence 1 · hypothesis 1 · 24 heads of 6 attentions".replace(" · 24", "** · 24") in told(at)
    box = by_label(at.selectbox, "Sentence and hypothesis")
    assert box.options == [
        "sentence 1 · hypothesis 1 · <s> we go out today </s>", "sentence 1 · hypothesis 2 · <s> we leave </s>",
        "sentence 2 · hypothesis 1 · <s> yes </s>", "sentence 2 · hypothesis 2 · <s> yes of course </s>",
    ]  # fmt: skip
    at = lives(box.select_index(3).run())
    assert "sentence 2 · hypothesis 2" in told(at) and not at.warning
    assert "a state holds, by rollout" in told(part(at, LAYERS)) and "carried" not in said_wrong(at)
    assert len(part(at, SPREAD).dataframe[0].value) == 24


def said_wrong(at: AppTest) -> str:
    return " ".join(one.value for one in [*at.warning, *at.info])


def test_the_head_that_aligns_is_found_among_all():
    vague = soft(11, 7, sharp=0.5)
    heads = [np.stack([vague, vague, vague]), np.stack([vague, soft(11, 7, sharp=90), vague])]
    at = dropped(opened(), **{"cross.npy": npy(np.stack(heads))})
    at = part(at, "Which head aligns")
    box = next(one for one in at.selectbox if one.label.startswith("Layer and head"))
    assert box.options[0].startswith("cross-attention · layer 2 · head 2 · quality") and len(box.options) == 6
    at = dropped(at, **{"encoder.self_attn.npy": npy(known(4, rows=5, columns=5))})
    at = lives(by_label(at.button, "Close").click().run())
    at = dropped(at, **{"encoder.self_attn.npy": npy(known(4, rows=5, columns=5))})
    assert "There is no cross-attention in this recording" in told(at)


def test_nothing_is_lost_where_the_page_is_left_and_come_back_to():
    at = dropped(opened(), **{"beams.npz": generated.as_npz()})
    lives(by_label(at.selectbox, "Sentence and hypothesis").select_index(2).run())
    lives(by_label(at.text_input, "Target tokens").set_value("anfang ja").run())
    at = lives(at.switch_page("views/attention.py").run())
    at = lives(at.switch_page("views/recordings.py").run())
    assert "sentence 2 · hypothesis 1" in told(at) and "`beams.npz`" in told(at)
    assert by_label(at.text_input, "Target tokens").value == "anfang ja"
    at = lives(by_label(at.button, "Close").click().run())
    assert "Nothing dropped yet" in told(at)


def test_files_of_one_recording_may_come_one_after_the_other():
    at = dropped(opened(), **{"decoder.decoders.0.src_attn.npy": npy(known(4))})
    at = dropped(at, **{"decoder.decoders.1.src_attn.npy": npy(known(4) + 1)})
    assert "2 files** · 8 heads of 2 attentions" in told(at)
    at = dropped(at, **{"decoder.decoders.1.src_attn.npy": npy(known(3))})
    assert "2 files** · 7 heads of 2 attentions" in told(at), "a file of the same name takes its place"


def test_tokens_program_and_kind_are_said_by_hand_and_what_does_not_fit_is_warned_of():
    at = dropped(opened(), **{"attn.npy": npy(known(2, 4))})
    assert "8 heads of 2 attentions" in told(at)
    at = lives(by_label(at.text_input, "Source tokens").set_value("a b c d").run())
    assert "columns of cross-attention: 7, but you give 4" in said_wrong(at).replace("\\", "")
    at = lives(by_label(at.text_input, "Source tokens").set_value("a b c d e f g").run())
    assert not at.warning
    at = lives(by_label(at.selectbox, "Axes as they are written by").select("Hugging Face").run())
    assert by_label(at.selectbox, "Sentence").options == [
        "sentence 1",
        "sentence 2",
    ] and "4 heads of one attention" in told(at)
    at = lives(by_label(at.selectbox, "Where no name says what it is, it is").select("encoder self").run())
    assert "Rows and columns are the source" in told(at)


def test_more_heads_than_a_page_carries_are_those_nearest_to_the_output():
    at = dropped(opened(), **{"attn.npy": npy(np.full((30, 60, 2, 2), 0.5, np.float32))})
    assert "1,800 heads of 30 attentions" in told(at) and "The last 20 of 30 attentions are drawn" in told(at)


def test_recordings_of_the_same_attention_stand_beside_each_other():
    at = dropped(opened(), **{"monday.npy": npy(known(4)), "tuesday.npy": npy(known(3))})
    at = lives(by_label(at.selectbox, "Recording").select_index(1).run())
    assert "tuesday.npy** · 3 heads" in told(at)


WRONG = {
    "model.npz": (torch_file(), "is a pickle"),
    "scores.npz": (npz(scores=np.ones((2, 3))), "no attention in it"),
    "beams.npz": (npz(**(generated.tensors() | {"beam_indices": generated.SLOTS + 9})), "save both of the same call"),
    "half.npz": (
        npz(**{"layer0.cross": known(2), "layer1.cross": known(1, 1, 1, 2, 4)}),
        "left out: layer1.cross: 7 axes",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_read_is_said_and_the_page_lives(name):
    data, words = WRONG[name]
    at = dropped(opened(), **{name: data})
    assert words in said_wrong(at).replace("\\", "")


def test_a_path_is_opened_and_what_is_no_recording_is_not_even_read(tmp_path):
    (tmp_path / "cross.npy").write_bytes(npy(known(2, 4)))
    (tmp_path / "secret.txt").write_text("a b c")
    at = opened()
    by_label(at.text_input, "Or a file or folder on this computer").set_value(str(tmp_path / "cross.npy"))
    at = lives(by_label(at.button, "Open").click().run())
    assert "cross.npy** · 8 heads of 2 attentions" in told(at)
    by_label(at.text_input, "Or a file or folder on this computer").set_value(str(tmp_path / "secret.txt"))
    at = lives(by_label(at.button, "Open").click().run())
    assert "ends in none of .npz" in said_wrong(at).replace("\\", "") and "cross.npy** · 8 heads" in told(at)
    by_label(at.text_input, "Or a file or folder on this computer").set_value("nothing.npz")
    assert "there is no file nothing.npz" in said_wrong(lives(by_label(at.button, "Open").click().run())).replace(
        "\\", ""
    )


def test_the_large_map_is_offered_in_every_form_and_all_heads_in_every_part():
    at = opened()
    at.session_state["take away recorded"] = True
    at = dropped(at, **{"attn.npy": npy(known(7, 6, rows=80, columns=90))})
    of = by_label(at.button_group, "Of")
    assert of.options == ["this map", "all heads"] and of.value == "this map"
    forms = ["SVG", "PNG", "PDF", "HTML", "CSV", "NPZ", "JSON"]
    assert [one.label for one in at.get("download_button")] == forms
    at = lives(of.set_value("all heads").run())
    assert [one.label for one in at.get("download_button")] == forms
    at = part(at, SPREAD)
    assert by_label(at.button_group, "Of").options == ["all heads"]
