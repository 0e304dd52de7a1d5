"""Messages are fit to be shown, whatever a file has put into them."""

import pytest

from core.errors import AttentionLabError, DataError, MissingExtra


@pytest.mark.parametrize("sign", ["\n", "\r", "\0", "\x1b[31m", "\x85", "\u2028", "\u202e", "\u2066", "\ud800", "\x7f"])
def test_a_message_is_one_line_that_every_terminal_and_page_takes(sign):
    said = str(DataError(f"no word {sign} in line 2"))
    assert (
        sign[0] not in said
        and len(said.splitlines()) == 1
        and said.startswith("no word \\")
        and said.endswith("in line 2")
    )
    said.encode()


def test_a_message_has_an_end_and_prose_stays_as_it_is():
    assert len(str(AttentionLabError("x" * 10**6))) < 5000
    for prose in ("Σ log p ≤ 0 → choose «3»", "发财, line 2: expected a tab", str(MissingExtra("a", "b", "c"))):
        assert str(DataError(prose)) == prose
