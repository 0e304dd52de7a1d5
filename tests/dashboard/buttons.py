"""The buttons of a page, as its tests read them."""

from streamlit.testing.v1 import AppTest

FRAME = ("Link, code", "Open figure")  # stand at the head of every page


def labels(at: AppTest) -> list[str]:
    """What can be pressed on a page, in its order; what stands on every page is left out."""
    return [button.label for button in at.button if not button.disabled and button.label not in FRAME]
