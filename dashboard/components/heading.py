"""The head of a page: what it is for in one sentence, the tools of all pages, and the place to open a figure.

Its name stands in the menu.
"""

from core.language import tr
from dashboard import links, state
from dashboard.components.figure_bar import arrive, figure_bar, figure_told
from dashboard.components.page_head import page_head


def heading(title: str, sentence: str) -> None:
    """Draw the head of a page."""
    state.carry(title, links.RUN, links.SOURCE)
    arrive(title)
    page_head(f"**{tr(title)}** · {sentence}", figure_bar)
    figure_told(title)
