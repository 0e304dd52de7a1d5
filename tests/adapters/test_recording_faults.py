"""Recordings that do not fit themselves: one message each, with what, where and what to do; the rest is shown."""

import io
import json
import zipfile

import numpy as np
import pytest

from core.adapters.recordings.reading import read_recording_paths, read_recordings
from core.adapters.recordings.recording import MOST_CELLS, Given, Opened
from core.errors import DataError, SettingError
from tests.adapters import generated
from tests.adapters.test_formats import bomb, torch_file
from tests.adapters.test_recordings import known
from tests.adapters.written import npy, npz, soft


def opened(name: str, data: bytes, row: int = 0, **given: str) -> Opened:
    (recording,) = read_recordings([(name, data)])
    return recording.opened(recording.crowd.all[row], Given(**given))


# ---------------------------------------------------------------- tokens and shapes
def test_tokens_that_do_not_fit_are_one_message_and_rows_are_numbered():
    data = npz(cross=known(2, 4), source=np.array(list("abcde")), target=np.array(list("ABC")))
    one = opened("dump.npz", data)
    assert one.matrices[0].keys == tuple("1234567") and one.matrices[0].queries[-1] == "11"
    assert one.warnings == (
        "rows of cross-attention: 11, but target has 3 target tokens, so they are numbered; give the tokens as the model read "
        "them, with what marks begin, end and padding",
        "columns of cross-attention: 7, but source has 5 source tokens, so they are numbered; give the tokens as the model "
        "read them, with what marks begin, end and padding",
    )


def test_what_a_person_types_comes_before_the_file_and_is_cut_as_it_fits():
    data = npz(cross=known(2, 4), source=np.array(list("abcde")))
    one = opened("dump.npz", data, source="w x y z 1 2 3", target="发财发财发财发财发财发财")
    assert one.matrices[0].keys == ("w", "x", "y", "z", "1", "2", "3") and not one.warnings
    assert "".join(one.matrices[0].queries) == "发财发财发财发财发财发", "the last of twelve was never read"
    wrong = opened("dump.npz", data, source="a b")
    assert "7, but you give 2 source tokens" in wrong.warnings[0]


def test_a_batch_of_another_size_is_left_out_and_the_rest_is_shown():
    arrays = generated.tensors() | {"decoder_attentions.2.1": known(9, 4, rows=1, columns=3)}
    arrays["decoder_attentions.2.0"] = known(6, 4, rows=1, columns=2)
    one = opened("beams.npz", npz(**arrays))
    assert [matrix.site.name for matrix in one.matrices if matrix.site.stack == "decoder"][:2] == [
        "decoder.layers.1.self", "decoder.layers.0.cross",
    ]  # fmt: skip
    assert "decoder self, layer 1, left out: after 3 tokens there are 4 heads with 2 keys" in one.warnings[0]


@pytest.mark.parametrize(
    ("beams", "said"),
    [
        (generated.SLOTS + 4, "attention was recorded in 6 slots"),
        (np.full((2, 5), -1), "attention was recorded in 6 slots"),
        (generated.SLOTS + 0.5, "not whole numbers"),
        (np.zeros((2, 2, 2), int), "not whole numbers"),
    ],
)
def test_beam_indices_of_another_call_are_refused(beams, said):
    with pytest.raises(DataError, match=said):
        read_recordings([("beams.npz", npz(**(generated.tensors() | {"beam_indices": beams})))])


# ---------------------------------------------------------------- numbers
def test_what_is_no_weight_is_said_once_with_its_first_place():
    values = known(2, 4)
    values[1, 2, 3, 4], values[1, 3, 0, 0], values[0, 0, 5, 2] = np.nan, -np.inf, -0.25
    one = opened("cross.npy", npy(values))
    assert (
        "2 of 616 cells are NaN, infinite or beyond a million (first: cross, layer 2, head 3, row 4, column 5)"
        in one.noticed[0]
    )
    assert "1 of 616 cells are below 0 (down to -0.25)" in one.noticed[1]
    assert "rows do not sum to one" in one.noticed[2] and len(one.noticed) == 3
    assert one.matrices[1].weights[2, 3, 4] == 0 and one.matrices[0].weights[0, 5, 2] == np.float32(-0.25)


def test_scores_and_logarithms_become_weights_when_somebody_says_so():
    logs = np.log(known(2, 4))
    for numbers in ("scores", "logarithms"):
        one = opened("cross.npy", npy(logs), numbers=numbers)
        np.testing.assert_allclose(one.matrices[1].weights, known(2, 4)[1], atol=1e-6)
    barred = np.where(np.tril(np.ones((3, 3), bool), -1), 0.0, -np.inf).astype(np.float32)  # the first row sees nothing
    one = opened("decoder.self.npy", npy(barred), numbers="scores")
    np.testing.assert_array_equal(one.matrices[0].weights[0], [[0, 0, 0], [1, 0, 0], [0.5, 0.5, 0]])
    assert "1 of 3 rows have no weight at all" in one.noticed[0]
    with pytest.raises(SettingError, match="choose one of: weights, scores, logarithms"):
        opened("cross.npy", npy(logs), numbers="sums")


def test_ragged_json_is_read_as_far_as_it_is_a_map():
    ragged = {"cross": [[[0.5, 0.5], [1.0]], [[0.5, 0.5], [0.25, 0.75]]]}
    one = opened("ragged.json", json.dumps(ragged).encode())  # of its first sentence nothing can be read
    np.testing.assert_array_equal(one.matrices[0].weights, [[[0.5, 0.5], [0.25, 0.75]]])
    assert any("left out" in warning and "a list of 1 numbers, not a map" in warning for warning in one.warnings)


# ---------------------------------------------------------------- size
def test_more_cells_than_a_page_may_hold_are_made_smaller_by_weight(monkeypatch):
    assert MOST_CELLS >= 3 * 6 * 8 * 512 * 512, "a model of 6 layers with 8 heads at 512 tokens is shown whole"
    monkeypatch.setattr("core.adapters.recordings.recording.MOST_CELLS", 600)
    one = opened("cross.npy", npy(known(2, 4, rows=13, columns=10)))
    assert {matrix.weights.shape for matrix in one.matrices} == {(4, 7, 5)} and "stands for 2 rows" in one.noticed[-1]
    whole = known(2, 4, rows=13, columns=10)[1]
    np.testing.assert_allclose(one.matrices[1].weights.sum(-1), 1, atol=1e-6)
    np.testing.assert_allclose(one.matrices[1].weights[:, 2, 3], whole[:, 4:6, 6:8].sum(-1).mean(-1), rtol=1e-5)
    assert one.matrices[0].keys == ("1", "3", "5", "7", "9")


def test_a_map_longer_than_a_screen_is_made_smaller():
    long = opened("long.npy", npy(soft(2100, 5)), source="a b c d e")
    assert long.matrices[0].weights.shape == (1, 1050, 3) and long.matrices[0].keys == ("a…b", "c…d", "e")


BAD = {
    "a pickle": ("model.npz", torch_file(), "is a pickle"),
    "a bomb": ("maps.npz", bomb(), "at most 1,024.0 MB"),
    "one number": ("one.npy", npy(np.float32(1)), r"0 axes \(\)"),
    "a list": ("list.npz", npz(cross=np.ones(7)), "cross: a list of 7 numbers, not a map"),
    "a corpus": ("all.npy", npy(np.ones((5000, 2, 2))), "5,000 along the axis taken for head, at most 256 are read"),
    "seven axes": ("many.npy", npy(np.ones([1, 1, 1, 1, 1, 2, 2])), "7 axes"),
    "text": ("text.npz", npz(a=np.array(["x"])), "no array of numbers"),
    "complex": ("c.npy", npy(np.ones((2, 2), complex)), "complex128"),
    "no cells": ("none.npy", npy(np.ones((3, 0))), "no weights"),
    "only scores": ("out.npz", npz(**{"scores.0": np.ones((2, 9)), "sequences": np.ones((2, 4), int)}), "no attention in it"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_recording_is_refused_in_one_sentence(what):
    name, data, said = BAD[what]
    with pytest.raises(DataError, match=said) as caught:
        read_recordings([(name, data)])
    assert "\n" not in str(caught.value)


def test_a_bad_file_beside_a_good_one_is_said_and_the_good_one_read(tmp_path):
    (tmp_path / "cross.npy").write_bytes(npy(known(4)))
    (tmp_path / "model.npz").write_bytes(torch_file())
    (recording,) = read_recording_paths([tmp_path])
    assert "model.npz is a pickle" in recording.warnings[0] and recording.name == "cross.npy"
    with pytest.raises(SettingError, match="there is no program 'marian'; choose one of: by names"):
        read_recording_paths([tmp_path], "marian")
    with pytest.raises(SettingError, match="there is no kind 'self'; choose one of: cross"):
        read_recording_paths([tmp_path], kind="self")


def test_a_file_of_very_many_steps_is_read(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for step in range(300):
            for layer in range(14):  # more arrays than a stack of heads ever has
                archive.writestr(f"cross_attentions.{step}.{layer}.npy", npy(soft(1, 3, step + layer)[None, None]))
    one = opened("long.npz", file.getvalue())
    assert [matrix.weights.shape for matrix in one.matrices] == [(1, 300, 3)] * 14
    np.testing.assert_array_equal(one.matrices[5].weights[0, 7], soft(1, 3, 12)[0])
