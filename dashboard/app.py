"""The router: look and pages. Started with `streamlit run dashboard/app.py` or `attnlab app`."""

from pathlib import Path

import streamlit as st

VIEWS = Path(__file__).parent / "views"


def main() -> None:
    """Draw the frame and the page that was chosen."""
    st.set_page_config(page_title="Attention Lab", page_icon="🔬", layout="wide")
    page = st.navigation([
        st.Page(VIEWS / "attention.py", title="Attention", icon=":material/grid_view:", default=True),
        st.Page(VIEWS / "decoder.py", title="Decoder", icon=":material/account_tree:"),
        st.Page(VIEWS / "compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page(VIEWS / "train.py", title="Train", icon=":material/model_training:"),
    ], position="top")  # fmt: skip
    with st.spinner("Starting: PyTorch takes a few seconds the first time …"):
        from dashboard.resources import settle  # here, so that the frame is on screen before torch is imported

        settle()
    page.run()


main()
