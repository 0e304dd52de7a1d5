"""The router: look, sidebar, pages. Started with `streamlit run dashboard/app.py` or `attnlab app`."""

from pathlib import Path

import streamlit as st

from dashboard import resources

VIEWS = Path(__file__).parent / "views"
PROJECTOR = "<style>html { font-size: 21px; }</style>"


def main() -> None:
    """Draw the frame and the page that was chosen."""
    st.set_page_config(page_title="Attention Lab", page_icon="🔬", layout="wide")
    resources.settle()
    page = st.navigation([
        st.Page(VIEWS / "attention.py", title="Attention", icon=":material/grid_view:", default=True),
        st.Page(VIEWS / "decoder.py", title="Decoder", icon=":material/account_tree:"),
        st.Page(VIEWS / "compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page(VIEWS / "train.py", title="Train", icon=":material/model_training:"),
    ])  # fmt: skip
    with st.sidebar:
        if st.toggle("Projector", key="projector", bind="query-params", help="larger letters everywhere"):
            st.html(PROJECTOR)
    page.run()


main()
