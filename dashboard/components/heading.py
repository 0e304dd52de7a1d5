"""The head of a page: what it is for in one sentence, the tools of all pages, and the place to open a figure.

Its name stands in the menu.
"""

from functools import partial

from core.language import tr
from dashboard import links, state
from dashboard.components.figure_bar import arrive, figure_bar, figure_told
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import literal
from dashboard.components.page_head import page_head
from dashboard.components.view_link import view_link


def heading(title: str, sentence: str) -> None:
    """Draw the head of a page."""
    state.carry(title, links.RUN, links.SOURCE)
    problems = links.restore(title)
    arrive(title)
    page_head(f"**{tr(title)}** · {sentence}", partial(view_link, title), figure_bar)
    told = "; ".join(one.rstrip(".") for one in problems)
    asked = tr("The link asks for what is not here, so something else is shown: {told}.", told=told)
    link_notice("widgets", literal(asked) if told else None)
    figure_told(title)
