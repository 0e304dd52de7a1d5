"""What is wrong with a link is said long enough to be read, however often the page is drawn again in its first moments."""

import pytest

from dashboard.components import link_notice
from tests.dashboard.test_pages import home, opened, said  # noqa: F401  (home is a fixture)

BROKEN = {  # of each page an address that asks for what is not here, and what is said of it
    "compare": ({"searches": "greedy;foo"}, "there is no search 'foo'"),
    "attention": ({"run": "gone"}, "There is no run “gone”"),
    "beam_size": ({"swept": "gone"}, "There is no run “gone”"),
    "train": ({"watch": "gone"}, "The link asks for what is not here"),
    "decoder": ({"session": "nothing"}, "The link's session is not opened"),
    "intervene": ({"run": "demo/reverse-transformer", "source": "abcd", "edits": "{"}, "so nothing is edited"),
    "sampling": ({"settings": "nothing"}, "The settings in this address cannot be used"),
    "masks": ({"window": "many"}, "The link asks for what is not here"),
}


@pytest.mark.parametrize(("page", "asked", "words"), [(page, *one) for page, one in BROKEN.items()], ids=BROKEN)
def test_it_stays_while_the_page_is_drawn_again_and_goes_with_what_is_pressed_later(page, asked, words, monkeypatch):
    now = 100.0
    monkeypatch.setattr(link_notice, "monotonic", lambda: now)
    at = opened(page, **asked)
    assert not at.exception and words in said(at)
    now += link_notice.READ / 2
    at.run()
    assert not at.exception and said(at).count(words) == 1
    now += link_notice.READ
    at.run()
    assert not at.exception and words not in said(at)
