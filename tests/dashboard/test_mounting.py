"""A value that a page gives its box is sent until the browser knows it, and never over what somebody has typed."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from dashboard.mounting import give_until_known


def page() -> None:
    """Boxes with a first value of their own, and one that begins as it is."""
    import streamlit as st

    if "nodes" not in st.session_state:
        st.session_state["nodes"] = 8
        st.session_state["edges"] = "1-2"
    st.number_input("Nodes", step=1, key="nodes")
    st.text_input("Edges", key="edges")
    st.text_input("Names", key="names")


@pytest.fixture
def opened() -> AppTest:
    give_until_known()
    return AppTest.from_function(page).run()


def test_a_box_that_the_browser_has_not_drawn_yet_is_told_its_value_again(opened: AppTest) -> None:
    late = opened._run(WidgetStates())  # as a browser asks that has drawn nothing of it
    nodes, edges, names = late.number_input[0].proto, late.text_input[0].proto, late.text_input[1].proto
    assert (nodes.set_value, nodes.value) == (True, 8)
    assert (edges.set_value, edges.value) == (True, "1-2")
    assert not names.set_value, "it shows its default by itself"


def test_what_is_typed_is_not_sent_back(opened: AppTest) -> None:
    typed = opened.number_input[0].set_value(5).run()
    assert typed.session_state["nodes"] == 5
    assert not typed.number_input[0].proto.set_value and not typed.text_input[0].proto.set_value
