"""The head of a page: what it is for in one sentence, the tools of all pages, and the place to open a figure.

Its name stands in the menu.
"""

from core.language import tr
from dashboard import links, state
from dashboard.components.figure_bar import arrive, figure_bar, figure_told
<<<<<<< HEAD
from dashboard.components.literal import literal
from dashboard.components.view_link import view_link

_PROJECTOR = "<style>html { font-size: 21px; }</style>"  # Streamlit and the drawn components size themselves by it
=======
from dashboard.components.page_head import page_head
>>>>>>> wt-hall


def heading(title: str, sentence: str) -> None:
    """Draw the head of a page."""
<<<<<<< HEAD
    state.carry(title, "projector", links.RUN, links.SOURCE)
    problems = links.restore(title)
    arrive(title)
    left, right = st.columns(2, vertical_alignment="center")
    left.markdown(f"**{tr(title)}** · {sentence}")
    with right, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if st.toggle(tr("Projector"), key="projector", bind="query-params", help=tr("larger letters everywhere")):
            st.html(_PROJECTOR)
        view_link(title)
        figure_bar()
    state.keep("projector")
    if problems:
        told = "; ".join(one.rstrip(".") for one in problems)
        st.warning(
            literal(tr("The link asks for what is not here, so something else is shown: {told}.", told=told)),
            icon=":material/link_off:",
        )
=======
    state.carry(title, links.RUN, links.SOURCE)
    arrive(title)
    page_head(f"**{tr(title)}** · {sentence}", figure_bar)
>>>>>>> wt-hall
    figure_told(title)
