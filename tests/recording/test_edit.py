"""Edits by hand and as laws: heads off, rows set, nothing else changed, nobody else touched."""

import copy
import json
import threading

import pytest
import torch

from core.attention.multihead import MultiHeadAttention
from core.errors import InputError
from core.recording.edit import Edit, Edited, Edits
from core.recording.recorded import Recorded
from core.recording.recorder import Recorder, attention_paths, site_of
from core.recording.tap import Tap
from tests.laws.models import CHOICES, LETTERS, batch, model

every_model = pytest.mark.parametrize("name", CHOICES)
TARGET = [LETTERS.encode(token)[0] for token in "cba"]


def numbers(word):
    return [*LETTERS.encode(word), LETTERS.end]


def crosses(net):
    return [path for path in attention_paths(net) if site_of(path).kind == "cross"]


def walked(stepped, word):
    """Log-probabilities of the next token after <begin>, c, b, a: [step, vocab]; and the recorded rows of each step."""
    state, laws, rows = stepped.start([numbers(word)]), [], []
    for token in [LETTERS.begin, *TARGET]:
        step = stepped.step(torch.tensor([[token]]), state)
        laws.append(step.log_probs[0, 0])
        rows.append(step.rows())
        state = step.state
    return torch.stack(laws), rows


def read(net, word, edits=()):
    """The same in one pass: [step, vocab]."""
    with torch.no_grad(), Edits(net, edits).hold():
        return torch.log_softmax(net(batch([word])), dim=-1)[0]


# ---------------------------------------------------------------- by hand
def heads_by_hand(attention, states):
    """Values of both heads, [head][time, dim], from the matrices alone."""
    value = states[0] @ attention.w_value.T  # time width
    return [value[:, :3], value[:, 3:]]


def test_a_row_that_is_set_mixes_the_values_by_hand():
    torch.manual_seed(0)
    attention = MultiHeadAttention(6, 2).eval()
    net = torch.nn.ModuleDict({"cross": attention})
    states, looked_at = torch.randn(1, 2, 6), torch.randn(1, 4, 6)
    row = (0.5, 0.0, 0.25, 0.25)
    with torch.no_grad(), Recorder(net) as recorder, Edits(net, [Edit("cross.attention", 1, row, 2)]).hold():
        given = attention(states, attention.prepare(looked_at))
    first, second = heads_by_hand(attention, looked_at)
    own = recorder.tensor("cross.attention")[0]  # head query key
    mixed = 0.5 * second[0] + 0.25 * second[2] + 0.25 * second[3]
    assert own[1, 1].tolist() == list(row)
    expected = torch.cat([own[0, 1] @ first, mixed]) @ attention.w_output.weight.T
    assert given[0, 1].tolist() == pytest.approx(expected.tolist(), abs=1e-6)
    untouched = torch.cat([own[0, 0] @ first, own[1, 0] @ second]) @ attention.w_output.weight.T
    assert given[0, 0].tolist() == pytest.approx(untouched.tolist(), abs=1e-6)


def test_a_head_that_is_off_says_nothing_and_the_other_is_not_made_louder():
    torch.manual_seed(0)
    attention = MultiHeadAttention(6, 2).eval()
    net = torch.nn.ModuleDict({"encoder": attention})
    states = torch.randn(1, 4, 6)
    with torch.no_grad(), Recorder(net) as recorder, Edits(net, [Edit("encoder.attention", 0)]).hold():
        given = attention(states, attention.prepare(states))
    weights = recorder.tensor("encoder.attention")[0]
    assert weights[0].sum(dim=-1).tolist() == pytest.approx([1.0] * 4)  # it looks, but nobody listens
    second = weights[1] @ heads_by_hand(attention, states)[1]
    expected = second @ attention.w_output.weight[:, 3:].T
    assert given[0].flatten().tolist() == pytest.approx(expected.flatten().tolist(), abs=1e-6)


def test_what_came_is_not_written_to_but_copied():
    net = torch.nn.ModuleDict({"cross": MultiHeadAttention(6, 2)})
    came = torch.ones(1, 2, 1, 3)
    with Edits(net, [Edit("cross.attention", 1)]).hold():
        went = net["cross"].attention.tap_context(came)
    assert came.tolist() == [[[[1.0] * 3], [[1.0] * 3]]] and went.tolist() == [[[[1.0] * 3], [[0.0] * 3]]]


def test_a_one_hot_row_gives_a_recurrent_decoder_the_state_of_that_token_by_hand():
    net = model("gru-additive")
    decoder, row = net.decoder, (0.0, 0.0, 1.0, 0.0)  # "abc<end>": looks at c
    laws, _ = walked(Edited(net, [Edit("decoder.cross_attention", 0, row, 1)]), "abc")
    with torch.no_grad():
        memory = net.encoder(batch(["abc"]).source, batch(["abc"]).source_valid)
        context, hidden = memory.states[0, 2], decoder.first(memory)[0]
        token = decoder.embedding(torch.tensor([[LETTERS.begin]]), torch.zeros(1, 1, dtype=torch.long))[0, 0]
        state = decoder.recurrence(torch.cat([token, context])[None, None], hidden)[0][0, 0]
        logits = decoder.output(torch.tanh(decoder.join(torch.cat([state, context, token]))))
    assert laws[0].tolist() == pytest.approx(torch.log_softmax(logits, dim=-1).tolist(), abs=1e-6)


# ---------------------------------------------------------------- laws over the choices of a model
def deafened(net, path, head):
    """A copy whose weights have zeros where this head's context comes in."""
    other = copy.deepcopy(net)
    with torch.no_grad():
        if path == "decoder.cross_attention":
            width = net.decoder.join.out_features
            other.decoder.join.weight[:, width : 2 * width] = 0  # states, contexts (, embedded)
            taken = other.decoder.recurrence.weight_ih_l0
            taken[:, width:] = 0  # embedded (, context)
        else:
            around = other.get_submodule(path.removesuffix(".attention"))
            part = around.width // around.heads
            around.w_output.weight[:, head * part : (head + 1) * part] = 0
    return other


@every_model
def test_switching_a_head_off_is_a_model_with_zeros_where_it_comes_in(name):
    net = model(name)
    for path in attention_paths(net):
        head = 0 if path == "decoder.cross_attention" else 1
        edit, other = Edit(path, head), deafened(net, path, head)
        laws, _ = walked(Edited(net, [edit]), "abcde")
        assert torch.allclose(laws, walked(Recorded(other), "abcde")[0], atol=1e-5)
        assert torch.allclose(read(net, "cabbage", [edit]), read(other, "cabbage"), atol=1e-5)
        assert not torch.allclose(laws, walked(Recorded(net), "abcde")[0], atol=1e-5)


@every_model
def test_setting_a_row_to_what_it_is_changes_nothing(name):
    net = model(name)
    plain, rows = walked(Recorded(net, "*cross*"), "abcde")
    edits = [
        Edit(path, head, tuple(rows[at][path][0, head, 0].tolist()), at + 1)
        for path in crosses(net)
        for at in range(len(rows))
        for head in range(rows[at][path].shape[1])
    ]
    laws, again = walked(Edited(net, edits), "abcde")
    assert float((laws - plain).abs().max()) <= 1e-6
    for path in crosses(net):
        assert all(torch.equal(one[path], other[path]) for one, other in zip(rows, again))


@every_model
def test_without_edits_and_after_them_every_number_is_the_same_bit_for_bit(name):
    net = model(name)
    plain, whole = walked(Recorded(net), "abcde")[0], read(net, "abcde")
    edits = [*(Edit(path, 0) for path in attention_paths(net)), Edit(crosses(net)[0], 0, (1.0, 0, 0, 0, 0, 0))]
    assert not torch.equal(walked(Edited(net, edits), "abcde")[0], plain)
    assert torch.equal(walked(Edited(net, ()), "abcde")[0], plain)
    assert torch.equal(walked(Recorded(net), "abcde")[0], plain) and torch.equal(read(net, "abcde"), whole)


@every_model
def test_a_row_of_one_step_is_set_at_that_step_and_a_whole_pass_agrees_with_steps(name):
    net = model(name)
    path, row = crosses(net)[-1], (0.0, 0.125, 0.125, 0.75)
    edits = [Edit(path, 0, row, 2)]
    plain, before = walked(Recorded(net, "*cross*"), "abc")
    laws, after = walked(Edited(net, edits), "abc")
    assert after[1][path][0, 0, 0].tolist() == list(row)
    assert torch.equal(laws[0], plain[0]) and torch.equal(after[0][path], before[0][path])
    assert not torch.allclose(laws[1], plain[1], atol=1e-6)
    assert after[2][path][0, 0, 0].tolist() != list(row)
    assert torch.allclose(read(net, "abc", edits), laws, atol=1e-5)
    every, rows = walked(Edited(net, [Edit(path, 0, row)]), "abc")
    assert all(one[path][0, 0, 0].tolist() == list(row) for one in rows)
    assert torch.allclose(read(net, "abc", [Edit(path, 0, row)]), every, atol=1e-5)


@every_model
def test_edited_sources_side_by_side_are_edited_as_one_by_one_and_rows_leave_padding_alone(name):
    net = model(name)
    off = [Edit(attention_paths(net)[0], 0)]
    words = ["abcdefgh", "ab", "cafe"]
    stepped = Edited(net, off)
    state = stepped.start([numbers(word) for word in words])
    together = stepped.step(torch.full((3, 1), LETTERS.begin), state).log_probs[:, 0]
    for word, law in zip(words, together):
        assert torch.allclose(walked(stepped, word)[0][0], law, atol=1e-5)
    path, row = crosses(net)[0], (0.5, 0.0, 0.5)  # of "ab<end>", which is padded beside "abcdefgh<end>"
    with torch.no_grad(), Recorder(net, path) as recorder, Edits(net, [Edit(path, 0, row)]).hold():
        padded = torch.log_softmax(net(batch(["abcdefgh", "ab"])), dim=-1)[1, :3]
    assert recorder.tensor(path)[1, 0, 0].tolist() == [0.5, 0.0, 0.5, *[0.0] * 6]
    assert torch.allclose(padded, read(net, "ab", [Edit(path, 0, row)]), atol=1e-5)


def test_hypotheses_that_are_reordered_keep_the_step_they_are_at():
    net = model("transformer-pre-sinusoidal")
    path, row = crosses(net)[0], (0.0, 0.0, 0.0, 1.0)
    stepped = Edited(net, [Edit(path, 1, row, 2)])
    state = stepped.step(torch.tensor([[LETTERS.begin]]), stepped.start([numbers("abc")])).state
    spread = state.select(torch.tensor([[0, 0, 0]]))
    step = stepped.step(torch.tensor([TARGET]), spread)
    assert step.rows()[path].shape == (1, 2, 3, 4)
    assert step.rows()[path][0, 1].tolist() == [list(row)] * 3


# ---------------------------------------------------------------- order, threads, exceptions
def test_a_recorder_keeps_what_the_model_went_on_with_whichever_was_opened_first():
    net, row = model("gru-dot"), (0.25, 0.75, 0.0, 0.0)
    edits = Edits(net, [Edit("decoder.cross_attention", 0, row)])
    with torch.no_grad():
        with Recorder(net) as outside, edits.hold():
            net(batch(["abc"]))
        with edits.hold(), Recorder(net) as inside:
            net(batch(["abc"]))
    for recorder in (outside, inside):
        assert recorder.tensor("decoder.cross_attention")[0, 0, 2].tolist() == list(row)


def test_of_two_edits_of_one_row_the_later_one_holds():
    net, path = model("gru-dot"), "decoder.cross_attention"
    edits = [Edit(path, 0, (1.0, 0.0, 0.0, 0.0)), Edit(path, 0, (0.0, 1.0, 0.0, 0.0), 2)]
    rows = [one[path][0, 0, 0].tolist() for one in walked(Edited(net, edits), "abc")[1]]
    assert [row.index(1.0) for row in rows] == [0, 1, 0, 0]
    rows = [one[path][0, 0, 0].tolist() for one in walked(Edited(net, edits[::-1]), "abc")[1]]
    assert [row.index(1.0) for row in rows] == [0, 0, 0, 0]


def test_somebody_else_who_runs_the_same_model_meanwhile_sees_nothing_of_the_edits():
    net = model("transformer-pre-sinusoidal")
    plain, seen, ready, done = read(net, "abcde"), [], threading.Event(), threading.Event()

    def other():
        ready.wait(30)
        seen.append(read(net, "abcde"))
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with torch.no_grad(), Edits(net, [Edit(path, 0) for path in attention_paths(net)]).hold():
        edited = torch.log_softmax(net(batch(["abcde"])), dim=-1)[0]
        ready.set()
        assert done.wait(30)
        again = torch.log_softmax(net(batch(["abcde"])), dim=-1)[0]
    thread.join()
    assert torch.equal(seen[0], plain) and torch.equal(edited, again) and not torch.equal(edited, plain)


def test_an_exception_leaves_no_edit_behind():
    net = model("gru-general")
    plain = read(net, "abcde")
    with pytest.raises(ZeroDivisionError), Edits(net, [Edit("decoder.cross_attention", 0)]).hold():
        raise ZeroDivisionError
    with pytest.raises(InputError):
        read(net, "abcde", [Edit("decoder.cross_attention", 1)])
    assert torch.equal(read(net, "abcde"), plain)
    value = torch.ones(1, 1, 1, 1)
    assert Tap()(value) is value


# ---------------------------------------------------------------- what cannot be
CROSS = "decoder.layers.0.cross_attention.attention"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"row": [0.5, 0.4, 0.0, 0.0]}, r"cross · layer 1, head 2: the weights of a row must sum to 1, these sum to 0\.9"),
        ({"row": [1.5, -0.5, 0.0, 0.0]}, "must be weights between 0 and 1"),
        ({"row": [float("nan"), 1.0, 0.0, 0.0]}, "must be weights between 0 and 1"),
        ({"row": [10**400, 0, 0, 0]}, "must be weights between 0 and 1"),
        ({"head": 10**400}, "an edit's head must be a whole number, not 1000"),
        ({"row": []}, "must be weights between 0 and 1"),
        ({"row": ["1", 0, 0, 0]}, "an edit's row must be a list of weights"),
        ({"row": "1000"}, "an edit's row must be a list of weights"),
        ({"row": [1, 0, 0, 0], "step": 0}, "an edit's step must be a whole number, at least 1, not 0"),
        ({"step": 2}, "a head is switched off for all steps"),
        ({"head": -1}, "an edit's head must be a whole number, at least 0, not -1"),
        ({"head": True}, "an edit's head must be a whole number, not True"),
        ({"head": None}, "an edit's head must be a whole number, not None"),
        ({"step": 1.5, "row": [1, 0, 0, 0]}, "an edit's step must be a whole number, not 1.5"),
        ({"head": 2}, "cross · layer 1, head 3: there is no such head, cross · layer 1 has 2 heads"),
        ({"site": "decoder.layers.7.cross"}, r"there is no attention 'decoder\.layers\.7\.cross' in this model; it has: enc"),
        ({"site": 3}, "says its attention by its path, not by 3"),
        ({"site": "encoder.layers.0.self_attention.attention", "row": [1, 0, 0, 0]}, "in cross-attention only"),
        ({"row": [0.5, 0.5, 0.0]}, "a row of 3 weights was set, but the source has 4 tokens, <end> counted"),
        ({"row": [0.5, 0.5, 0.0, 0.0, 0.0]}, "a row of 5 weights was set, but the source has 4 tokens"),
        ({"colour": "red"}, "not an edit: .* it has a site and a head, and may have a row and a step"),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_is_said_in_one_sentence(values, words):
    net = model("transformer-pre-sinusoidal")
    with pytest.raises(InputError, match=words):
        walked(Edited(net, [Edit.from_dict({"site": CROSS, "head": 1, **values})]), "abc")


def test_an_edit_goes_through_json_and_comes_back_the_same():
    for edit in (Edit(CROSS, 1), Edit(CROSS, 0, (0.1, 0.2, 0.7)), Edit(CROSS, 0, (1.0, 0.0), 12)):
        assert Edit.from_dict(json.loads(json.dumps(edit.to_dict()))) == edit
    assert Edit(CROSS, 1).to_dict() == {"site": CROSS, "head": 1}
