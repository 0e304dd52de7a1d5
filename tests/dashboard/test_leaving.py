"""What a session remembers of widgets does not outlive them; one that comes back works."""

from streamlit.testing.v1 import AppTest

from dashboard.leaving import forget_widgets_left


def page() -> None:
    """A box that is another one with every sentence, as the stepper is, beside one that stays."""
    import streamlit as st

    sentence = st.session_state.get("sentence", 0)
    st.text_input("Stays", key="stays")
    if st.checkbox(f"About {sentence}", key=f"about {sentence}", on_change=lambda: None):
        st.markdown("ticked")


def known(test: AppTest) -> int:
    """Of how many widgets the session knows how to read them."""
    return len(test.session_state._state._state._new_widget_state.widget_metadata)


def test_widgets_that_are_gone_are_forgotten_and_come_back_alive() -> None:
    forget_widgets_left()
    test = AppTest.from_function(page).run()
    at_first = known(test)
    test.text_input(key="stays").input("kept")
    for sentence in range(1, 6):
        test.session_state["sentence"] = sentence
        test.run()
        test.checkbox[0].check().run()
        assert test.markdown[0].value == "ticked"
    assert known(test) == at_first
    test.session_state["sentence"] = 1
    test.run()
    test.checkbox[0].check().run()
    assert test.markdown[0].value == "ticked" and test.text_input(key="stays").value == "kept"
