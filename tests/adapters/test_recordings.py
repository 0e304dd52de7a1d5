"""Dumps of whole models become lists of attention matrices: every tool's shape, sizes all different, every cell held."""

import json

import numpy as np
import pytest

from core.adapters.recordings.reading import read_recordings
from core.adapters.recordings.recording import Given, Opened, Recording
from core.errors import DataError
from core.figures.export import to_json, to_npz
from core.recording.matrix import AttentionMatrix
from tests.adapters import generated
from tests.adapters.written import npy, npz, safetensors, soft

L, B, H, T, S = 2, 3, 4, 11, 7


def known(*sizes: int, rows: int = T, columns: int = S) -> np.ndarray:
    """Maps that are all different, of shape (*sizes, rows, columns)."""
    count = int(np.prod(sizes))
    return np.stack([soft(rows, columns, at) for at in range(count)]).reshape(*sizes, rows, columns)


def opened(*files: tuple[str, bytes], row: int = 0, program: str = "by names and numbers", **given: str) -> Opened:
    (recording,) = read_recordings(list(files), program)
    return recording.opened(recording.crowd.all[row], Given(**given))


def sites(one: Opened) -> list[str]:
    return [matrix.site.name for matrix in one.matrices]


def same(matrix: AttentionMatrix, weights: np.ndarray) -> None:
    np.testing.assert_array_equal(matrix.weights, weights)


# ---------------------------------------------------------------- Hugging Face
@pytest.mark.parametrize("form", generated.FORMS)
def test_every_hypothesis_of_generate_has_the_rows_that_it_was_written_with(form):
    (recording,) = read_recordings([(form, generated.FORMS[form]())])
    assert [recording.crowd.label(one) for one in recording.crowd.all] == [
        f"sentence {sentence} · hypothesis {number}" for sentence in (1, 2) for number in (1, 2)
    ]
    for one in recording.crowd.all:
        seen = recording.opened(one)
        assert not seen.warnings and not seen.noticed
        assert sites(seen) == [
            f"{stack}.layers.{layer}.{kind}"
            for stack, kind in (("encoder", "self"), ("decoder", "self"), ("decoder", "cross"))
            for layer in range(generated.LAYERS)
        ]
        source, target = generated.SOURCES[one.sentence], generated.TARGETS[one.row][:-1]
        for matrix in seen.matrices:
            what = matrix.site.kind if matrix.site.kind == "cross" else f"{matrix.site.stack} self"
            np.testing.assert_allclose(matrix.weights, generated.truth(one.row, what, matrix.site.layer), atol=1e-7)
            assert matrix.queries == tuple(source if what == "encoder self" else target)
            assert matrix.keys == tuple(target if what == "decoder self" else source)


def test_rows_that_were_joined_over_the_steps_follow_the_beam_too():
    arrays = generated.tensors()
    joined = [
        np.concatenate([arrays[f"cross_attentions.{step}.{layer}"] for step in range(generated.STEPS)], axis=2)
        for layer in range(generated.LAYERS)
    ]
    files = npz(
        cross_attentions=np.stack(joined), beam_indices=generated.SLOTS, source=np.array(json.dumps(generated.SOURCES))
    )
    for row in range(4):
        one = opened(("joined.npz", files), row=row)
        np.testing.assert_allclose(one.matrices[1].weights, generated.truth(row, "cross", 1), atol=1e-7)


def test_sentences_of_a_batch_end_where_their_tokens_do():
    steps = {f"cross_attentions.{at}.0": known(B, H, rows=1) + at for at in range(5)}  # greedy: no slot is reordered
    ends = [6, 5, 3]  # tokens with begin and end, the last of which was never read
    targets = [[f"{item}{at}" for at in range(end)] for item, end in enumerate(ends)]
    for item, end in enumerate(ends):
        one = opened(("greedy.npz", npz(target=np.array(json.dumps(targets)), **steps)), row=item)
        assert one.matrices[0].queries == tuple(targets[item][:-1]) and not one.warnings
        same(one.matrices[0], np.stack([known(B, H, rows=1)[item, :, 0] + at for at in range(end - 1)], axis=1))


def test_a_beam_search_without_its_beam_indices_is_warned_of():
    arrays = generated.tensors() | {"beam_indices": None}
    one = opened(("beams.npz", npz(**{name: value for name, value in arrays.items() if value is not None})))
    assert "6 slots for 2 sentences, and there is no beam_indices" in one.warnings[0]


def test_one_sentence_written_greedily_after_a_prompt():
    cross, own = known(L, H, rows=5), np.tril(known(L, H, rows=5, columns=5))
    cuts = [(0, 3), (3, 4), (4, 5)]  # a prompt of three tokens, then one a step
    arrays = {
        f"cross_attentions.{at}.{layer}": cross[layer, None, :, a:b]
        for at, (a, b) in enumerate(cuts)
        for layer in (0, 1)
    }
    arrays |= {
        f"decoder_attentions.{at}.{layer}": own[layer, None, :, a:b, :b]
        for at, (a, b) in enumerate(cuts)
        for layer in (0, 1)
    }
    one = opened(("whisper.safetensors", safetensors(**arrays)))
    assert sites(one) == [
        "decoder.layers.0.self",
        "decoder.layers.1.self",
        "decoder.layers.0.cross",
        "decoder.layers.1.cross",
    ]
    for layer in (0, 1):
        same(one.matrices[layer], own[layer])
        same(one.matrices[2 + layer], cross[layer])


def test_a_cache_of_fixed_size_is_read_as_far_as_it_is_filled_and_a_window_is_not():
    own = np.tril(known(H, rows=5, columns=5))
    steps = {
        f"decoder_attentions.{at}.0": np.pad(own[None, :, at : at + 1], [(0, 0)] * 3 + [(0, 4)]) for at in range(5)
    }
    same(opened(("static.npz", npz(**steps))).matrices[0], own)
    window = {f"decoder_attentions.{at}.0": own[None, :, at : at + 1, max(0, at - 2) : at + 1] for at in range(5)}
    with pytest.raises(
        DataError, match="after 4 tokens there are 4 heads with 3 keys, expected 4 with 4; a cache with a window"
    ):
        opened(("window.npz", npz(**window)))


def test_standard_names_may_be_those_of_files():
    alone = opened(("cross_attentions.npy", npy(known(L, H))))
    assert sites(alone) == ["decoder.layers.0.cross", "decoder.layers.1.cross"]
    cuts = [
        (f"cross_attentions.{at}.{layer}.npy", npy(known(L, H)[layer, None, :, at : at + 1]))
        for at in range(T)
        for layer in range(L)
    ]
    one = opened(*cuts)
    assert sites(one) == sites(alone)
    same(one.matrices[1], known(L, H)[1])


def test_one_pass_through_a_model_and_models_of_one_stack():
    forced = opened(("pass.npz", npz(**{f"cross_attentions.{layer}": known(1, H) + layer for layer in range(L)})))
    assert [matrix.weights.shape for matrix in forced.matrices] == [(H, T, S)] * L
    same(forced.matrices[1], known(H) + 1)
    encoder = opened(("bert.npz", npz(attentions=known(L, B, H, rows=T, columns=T))), row=2)
    assert sites(encoder) == ["encoder.layers.0.self", "encoder.layers.1.self"]
    same(encoder.matrices[1], known(L, B, H, rows=T, columns=T)[1, 2])
    decoder = opened(
        ("gpt.npz", npz(**{f"attentions.{layer}": np.tril(known(1, H, rows=T, columns=T)) for layer in range(L)}))
    )
    assert sites(decoder) == ["decoder.layers.0.self", "decoder.layers.1.self"]


# ---------------------------------------------------------------- other programs
def padded(ends: list[tuple[int, int]], *heads: int) -> np.ndarray:
    """A batch whose sentences end at different rows and columns: (B, *heads, T, S)."""
    batch = np.zeros((len(ends), *heads, T, S), np.float32)
    for item, (rows, columns) in enumerate(ends):
        batch[item, ..., :rows, :columns] = (
            known(*heads, rows=rows, columns=columns) if heads else soft(rows, columns, item)
        )
    return batch


ENDS = [(11, 7), (9, 5), (4, 3)]


def test_fairseq_with_heads_averaged_and_with_all_of_them():
    batch, heads = padded(ENDS), np.moveaxis(known(B, H), 0, 1)  # (B, T, S) and (H, B, T, S)
    for item, (rows, columns) in enumerate(ENDS):
        same(
            opened(("attn.npy", npy(batch)), row=item, program="fairseq").matrices[0],
            batch[item, None, :rows, :columns],
        )
        same(opened(("attn.npy", npy(heads)), row=item, program="fairseq").matrices[0], heads[:, item])
    same(opened(("attn.npy", npy(known(L, H, B))), row=1, program="fairseq").matrices[1], known(L, H, B)[1, :, 1])


def test_opennmt_before_and_since_its_third_version():
    old = padded(ENDS).swapaxes(0, 1)  # (T, B, S)
    for item, (rows, columns) in enumerate(ENDS):
        wanted = old[:rows, item, :columns][None]
        same(opened(("attns.npz", npy(old)), row=item, program="OpenNMT-py up to 2").matrices[0], wanted)
        same(opened(("attns.npz", npz(std=old)), row=item).matrices[0], wanted)
        same(
            opened(("attns.npy", npy(old.swapaxes(0, 1))), row=item, program="OpenNMT-py from 3 on").matrices[0], wanted
        )
    same(opened(("a.npy", npy(known(B, H))), row=1, program="OpenNMT-py from 3 on").matrices[0], known(B, H)[1])


def test_joeynmt_writes_a_map_a_sentence():
    maps = [soft(rows, columns, rows) for rows, columns in ENDS]
    text = json.dumps([one.tolist() for one in maps]).encode()
    told = json.dumps(
        [
            {"src": list("abcdefg")[:c], "tgt": list("ABCDEFGHIJK")[:r], "attention": m.tolist()}
            for m, (r, c) in zip(maps, ENDS)
        ]
    )
    for item, wanted in enumerate(maps):
        np.testing.assert_allclose(opened(("att.json", text), row=item).matrices[0].weights[0], wanted, rtol=1e-6)
        one = opened(("att.json", told.encode()), row=item).matrices[0]
        np.testing.assert_allclose(one.weights[0], wanted, rtol=1e-6)
        assert "".join(one.keys) == "abcdefg"[: ENDS[item][1]] and len(one.queries) == ENDS[item][0]
    files = [(f"sentence_{at}.npy", npy(one)) for at, one in enumerate(maps)]
    recordings = read_recordings(files)
    assert [one.name for one in recordings] == ["sentence_0.npy", "sentence_1.npy", "sentence_2.npy"]
    same(recordings[2].opened(recordings[2].crowd.all[0]).matrices[0], maps[2][None])


def test_espnet_names_its_modules():
    arrays = {
        "encoder.encoders.0.self_attn": known(H, rows=S, columns=S),
        "decoder.decoders.0.self_attn": np.tril(known(H, rows=T, columns=T)),
        "decoder.decoders.0.src_attn": known(H),
        "decoder.decoders.1.src_attn": known(H) + 1,
    }
    one = opened(("att_ws.npz", npz(**arrays)))
    assert sites(one) == [
        "encoder.layers.0.self",
        "decoder.layers.0.self",
        "decoder.layers.0.cross",
        "decoder.layers.1.cross",
    ]
    for matrix, values in zip(one.matrices, arrays.values()):
        same(matrix, values)
    each = opened(*((f"{name}.npy", npy(values)) for name, values in arrays.items()))
    assert sites(each) == sites(one), "a file a module is one recording"


def test_coqui_writes_frames_by_characters_whichever_way_round():
    frames = soft(40, 9)
    same(opened(("alignment.npy", npy(frames))).matrices[0], frames[None])
    turned = opened(("alignment.npy", npy(frames.T)), source="发财发财发财发财!")
    same(turned.matrices[0], frames[None])
    assert "turned in 1 of the maps" in turned.noticed[0] and "".join(turned.matrices[0].keys) == "发财发财发财发财!"


def test_whisper_has_layers_of_heads_over_frames_of_twenty_milliseconds():
    values = known(L, H, rows=5, columns=1500)
    one = opened(("cross_qk.npy", npy(values)), program="Whisper", target="<|en|> hello there . <|end|>")
    for layer in range(L):
        same(one.matrices[layer], values[layer])
    assert one.matrices[0].keys[:3] == ("0.00 s", "0.02 s", "0.04 s") and one.matrices[0].queries[1] == "hello"
    scores = opened(("cross_qk.npy", npy(np.log(values))), program="Whisper", numbers="scores")
    np.testing.assert_allclose(scores.matrices[1].weights, values[1], atol=1e-6)


def test_what_this_program_writes_it_reads_again():
    first = opened(("beams.npz", generated.as_npz()), row=3)
    for name, write in (("ours.npz", to_npz), ("ours.json", to_json)):
        again = opened((name, write(first.matrices)))
        assert sites(again) == sites(first)
        for one, other in zip(again.matrices, first.matrices):
            np.testing.assert_allclose(one.weights, other.weights, atol=1e-7)
            assert (one.queries, one.keys) == (other.queries, other.keys)


def test_steps_of_a_training_are_recordings_beside_each_other():
    recordings: list[Recording] = read_recordings([("attn.npz", npz(step_9=known(H), step_100=known(H) + 1))])
    assert [one.name for one in recordings] == ["attn.npz · step 9", "attn.npz · step 100"]
    same(recordings[1].opened(recordings[1].crowd.all[0]).matrices[0], known(H) + 1)
