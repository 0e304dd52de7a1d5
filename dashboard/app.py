"""The router: look and pages. Started with `streamlit run dashboard/app.py` or `attnlab app`."""

from pathlib import Path

import streamlit as st

from dashboard import resources

VIEWS = Path(__file__).parent / "views"


def main() -> None:
    """Draw the frame and the page that was chosen."""
    st.set_page_config(page_title="Attention Lab", page_icon="🔬", layout="wide")
    resources.settle()
    page = st.navigation([
        st.Page(VIEWS / "attention.py", title="Attention", icon=":material/grid_view:", default=True),
        st.Page(VIEWS / "decoder.py", title="Decoder", icon=":material/account_tree:"),
        st.Page(VIEWS / "compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page(VIEWS / "train.py", title="Train", icon=":material/model_training:"),
    ], position="top")  # fmt: skip
    page.run()


main()
