"""Which axis is which: the shapes that programs write, each with sizes all different; names and steps."""

import json

import numpy as np
import pytest

from core.adapters.axes import READINGS
from core.adapters.dumps import read_dump, read_paths
from core.adapters.mending import AS_FOUND, Reading
from core.errors import DataError
from tests.adapters.written import npy, npz, soft

T, S = 11, 7


def stack(*sizes: int) -> np.ndarray:
    """Maps that are all different, of shape (*sizes, T, S)."""
    count = int(np.prod(sizes))
    return np.stack([soft(T, S, at) for at in range(count)]).reshape(*sizes, T, S)


def places(array: np.ndarray, name: str = "attn.npy", reading: Reading = AS_FOUND) -> list[tuple[int | None, ...]]:
    maps = read_dump([(name, npy(array))], reading).maps
    return [(one.place.step, one.place.layer, one.place.item, one.place.head) for one in maps]


def test_leading_axes_are_read_by_their_number():
    assert places(stack()) == [(None, None, None, None)]
    assert places(stack(3)) == [(None, None, None, head) for head in range(3)]
    assert places(stack(2, 3)) == [(None, layer, None, head) for layer in range(2) for head in range(3)]
    assert sorted(places(stack(2, 4, 3))) == [
        (None, layer, item, head) for layer in range(2) for item in range(4) for head in range(3)
    ]
    assert places(stack(1, 3)) == places(stack(3)), "an axis of size one says nothing"


def test_every_map_keeps_its_own_numbers():
    values = stack(2, 3)
    for one in read_dump([("attn.npy", npy(values))]).maps:
        np.testing.assert_array_equal(one.weights, values[one.place.layer, one.place.head])


def test_what_names_say_is_not_looked_for_among_the_axes():
    names = [f"decoder.decoders.{layer}.src_attn" for layer in (0, 1)]  # ESPnet: (B, H, T, S) for each layer
    dump = read_dump([("att_ws.npz", npz(**dict.fromkeys(names, stack(2, 3))))])
    assert {(one.place.layer, one.place.item, one.place.head) for one in dump.maps} == {
        (layer, item, head) for layer in (0, 1) for item in (0, 1) for head in range(3)
    }
    assert dump.groups == (("decoder src attn", 0), ("decoder src attn", 1))


def test_a_tuple_over_layers_as_hugging_face_gives_it():
    unnamed = read_dump([("cross.npz", npz(arr_0=stack(1, 3), arr_1=stack(1, 3)))])
    listed = read_dump([("cross.json", json.dumps(stack(2, 1, 3).tolist()).encode())])
    expected = [(layer, head) for layer in (0, 1) for head in range(3)]
    assert [(one.place.layer, one.place.head) for one in unnamed.maps] == expected
    assert [(one.place.layer, one.place.head) for one in listed.maps] == expected


def test_one_row_a_time_is_put_together_to_a_map():
    rows = soft(T, S)
    tacotron = rows[:, None, :]  # a list over decoder steps of (1, S)
    generated = np.moveaxis(stack(2, 3), -2, 0)[:, :, None, :, None, :]  # (T, L, 1, H, 1, S)
    (one,) = read_dump([("steps.npy", npy(tacotron))]).maps
    np.testing.assert_array_equal(one.weights, rows)
    maps = read_dump([("generated.npy", npy(generated))]).maps
    assert len(maps) == 6
    for each in maps:
        np.testing.assert_array_equal(each.weights, stack(2, 3)[each.place.layer, each.place.head])


def test_items_of_a_padded_batch_are_told_from_heads_and_their_padding_is_cut():
    batch = np.zeros((3, T, S), np.float32)
    for item, (rows, columns) in enumerate([(11, 7), (9, 5), (4, 3)]):
        batch[item, :rows, :columns] = soft(rows, columns, item)
    dump = read_dump([("alignments.npy", npy(batch))])
    assert [(one.place.item, one.weights.shape) for one in dump.maps] == [(0, (11, 7)), (1, (9, 5)), (2, (4, 3))]
    assert any("padding cut at the end: 2 empty rows and 2 empty columns" in note for note in dump.done)


def test_a_person_may_say_what_the_axes_are():
    assert places(stack(3), reading=Reading("item")) == [(None, None, item, None) for item in range(3)]
    assert places(stack(3), reading=Reading("step"))[2] == (2, None, None, None)
    assert places(stack(2, 3), reading=Reading("step head"))[1] == (1, None, None, 0)
    rows = stack()[:, None, :]
    assert read_dump([("a.npy", npy(rows))], Reading("head")).maps[0].shape == (1, S)
    for count, readings in READINGS.items():
        for reading in readings:
            values = np.stack([soft(2, 3, at) for at in range(2**count)]).reshape(*[2] * count, 2, 3)
            assert read_dump([("a.npy", npy(values))], Reading(reading)).maps


# ---------------------------------------------------------------- names and steps
@pytest.mark.parametrize(
    ("names", "steps"),
    [
        (["alignment_step9.npy", "alignment_step10.npy", "alignment_step100.npy"], (9, 10, 100)),
        (["step-000400-align.npy", "step-012000-align.npy"], (400, 12000)),
        (["9ep.npy", "10ep.npy"], (9, 10)),
        (["align_5k.npy", "align_25k.npy"], (5000, 25000)),
        (["7.npy", "30.npy", "200.npy"], (7, 30, 200)),
        (["run2_ckpt-7.npy", "run2_ckpt-70.npy"], (7, 70)),
        (["seed1_attn_20.npy", "seed1_attn_100.npy"], (20, 100)),
        (["a.npy", "b.npy"], ()),
    ],
)
def test_the_step_is_read_from_the_name_and_sorted_as_a_number(names, steps):
    dump = read_dump([(name, npy(soft(T, S, at))) for at, name in enumerate(names)][::-1])
    assert dump.steps == steps
    if steps:
        assert [one.place.step for one in dump.maps] == list(steps) and len(dump.groups) == 1
        followed = dump.over_steps(dump.maps[0].place)
        assert len(followed) == len(steps)
        np.testing.assert_array_equal(followed[-1].weights, soft(T, S, len(names) - 1))


def test_a_strange_file_among_them_does_not_hide_the_steps():
    files = [(f"align_{step}.npy", npy(soft(T, S, step))) for step in (5, 40)]
    dump = read_dump([*files, ("model.pt", b"\x80\x02}"), ("readme.txt", b"hello")])
    assert dump.steps == (5, 40) and len(dump.groups) == 1 and len(dump.maps) == 2


def test_two_maps_of_one_name_do_not_hide_each_other():
    dump = read_dump([("a/x.npy", npy(soft(T, S, 0))), ("b/x.npy", npy(soft(T, S, 1)))])
    assert [one.place.name for one in dump.maps] == ["x #1", "x #2"]


def test_a_folder_is_read_with_all_below_it(tmp_path):
    for step in (5, 40):
        (tmp_path / f"{step}").mkdir()
        (tmp_path / f"{step}" / f"align_{step}.npy").write_bytes(npy(soft(T, S, step)))
    (tmp_path / "notes.md").write_text("hello")
    assert read_paths([tmp_path]).steps == (5, 40)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no attention maps"):
        read_paths([tmp_path / "5", tmp_path / "empty"])
    with pytest.raises(DataError, match="there is no file"):
        read_paths([tmp_path / "nothing.npy"])
