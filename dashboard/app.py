"""The router: look and pages. Started with `streamlit run dashboard/app.py` or `attnlab app`."""

from pathlib import Path

import streamlit as st

from core.language import mark, tr
from core.runs.classroom.authority import asker
from core.runs.workspace import in_classroom
from dashboard import links, state
from dashboard.arriving import is_settled, known_page, prepare_pages, settle
from dashboard.components import lesson_course
from dashboard.components.tour import tour
from dashboard.hearing import hear_every_press
from dashboard.language import settle as settle_language
from dashboard.leaving import forget_pages_left, forget_widgets_left
from dashboard.member import settle as settle_member
from dashboard.mounting import give_until_known, seed_what_fits
from dashboard.one_at_a_time import answers

VIEWS = Path(__file__).parent / "views"
SECTIONS = {
    "": (  # without a name they stand alone, before the others
        ("start", mark("Start"), "home"),
        ("lessons", mark("Lessons"), "school"),
        ("train", mark("Train"), "model_training"),
    ),
    mark("Look"): (
        ("attention", mark("Attention"), "grid_view"),
        ("attention_by_hand", mark("Attention by hand"), "calculate"),
        ("depth", mark("Depth"), "layers"),
        ("your_models", mark("Your models"), "folder_open"),
        ("recordings", mark("Recordings"), "movie"),
    ),
    mark("Parts"): (
        ("positions", mark("Positions"), "pin_drop"),
        ("masks", mark("Masks"), "grid_on"),
        ("norms", mark("Norms"), "equalizer"),
        ("rivals", mark("Rivals"), "balance"),
        ("claims", mark("Claims"), "fact_check"),
    ),
    mark("Alignment"): (
        ("guided", mark("Guided or not"), "timeline"),
        ("alignment_kinds", mark("Attention types"), "route"),
        ("ladder", mark("The 发财 ladder"), "record_voice_over"),
        ("inspect_alignment", mark("Inspect my alignment"), "stethoscope"),
        ("gold_alignments", mark("Gold alignments"), "verified"),
    ),
    mark("Training"): (
        ("wrong_word", mark("One wrong word"), "running_with_errors"),
        ("copying", mark("Copy or generate"), "content_copy"),
        ("train_on_bleu", mark("Train on BLEU"), "trophy"),
        ("all_at_once", mark("All at once"), "dynamic_feed"),
        ("machines", mark("One sentence, four machines"), "view_module"),
    ),
    mark("Systems"): (
        ("inputs", mark("Inputs"), "input"),
        ("tagging", mark("Tagging"), "sell"),
        ("one_label", mark("One label"), "label_important"),
        ("fill_in", mark("Fill in"), "edit_square"),
        ("speech_window", mark("Speech"), "graphic_eq"),
        ("pictures", mark("Pictures"), "image"),
        ("gan", mark("GAN"), "auto_awesome"),
        ("detection", mark("Detection"), "center_focus_strong"),
        ("graphs", mark("Graphs"), "hub"),
        ("parsing", mark("Parsing"), "schema"),
        ("labels", mark("Labels"), "label"),
    ),
    mark("Decode"): (
        ("decoder", mark("Decoder"), "account_tree"),
        ("compare", mark("Compare"), "compare_arrows"),
        ("intervene", mark("Intervene"), "tune"),
        ("sampling", mark("Sampling"), "casino"),
        ("beam_size", mark("Beam size"), "stacked_line_chart"),
        ("by_hand", mark("Search by hand"), "edit_note"),
    ),
}
FIRST = "start"
_WAITED = "waited for PyTorch"
_SIDEBAR = 330  # pixels; a lesson stands in it, nothing else
CLASS = ("class_room", mark("Class"), "groups")  # the lecturer's; nobody else has such a page


def main() -> None:
    """Draw the frame and the page that was chosen."""
    forget_pages_left()
    forget_widgets_left()
    hear_every_press()
    give_until_known()
    seed_what_fits()
    settle_member()
    settle_language()
    lesson_course.follow_address()
    st.set_page_config(
        page_title=tr("Attention Lab"), page_icon="🔬", layout="wide",
        initial_sidebar_state=_SIDEBAR if lesson_course.is_on() else "collapsed",
    )  # fmt: skip
    if in_classroom() and asker() is None:
        from dashboard.components.log_out import logged_out

        logged_out()
        st.stop()
    page = st.navigation(
        {
            tr(section): [
                known_page(VIEWS / f"{file}.py", tr(title), f":material/{icon}:", file == FIRST)
                for file, title, icon in pages
            ]
            for section, pages in _sections().items()
        },
        position="top" if lesson_course.navigates() else "hidden",
    )
    state.put(links.PAGE, page.url_path or FIRST)
    lesson_course.arrive(page.url_path or FIRST)
    if lesson_course.is_on():
        from dashboard.components.lesson_bar import lesson_bar

        lesson_bar(page.url_path or FIRST)
    tour(page.url_path or FIRST)
    _draw(page)
    prepare_pages()


def _draw(page: st.Page) -> None:
    """The page below the line of a classroom; the first one needs no PyTorch, and is on screen before that is imported."""
    classroom, first = asker() is not None, not page.url_path
    above = st.container() if classroom else None
    if first:
        page.run()
        if not classroom:
            return
    state.first(_WAITED, not is_settled())
    if state.get(_WAITED):  # as long as the session lives: without the spinner's place all below would be drawn anew
        with st.spinner(tr("Starting: PyTorch takes a few seconds the first time …")):
            settle()
    with answers.turn():
        if above is not None:
            from dashboard.components.class_bar import class_bar

            with above:
                class_bar()
        if not first:
            page.run()


def _sections() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """The pages of whoever asks: the page Class is the lecturer's of a classroom, and exists for nobody else."""
    who = asker()
    return {**SECTIONS, "": (*SECTIONS[""], CLASS)} if who is not None and who.lecturer else SECTIONS


main()
