"""The router: look and pages. Started with `streamlit run dashboard/app.py` or `attnlab app`."""

from pathlib import Path

import streamlit as st

from core.runs.classroom.authority import asker
from core.runs.workspace import in_classroom
from dashboard import links, state
from dashboard.arriving import prepare_pages
from dashboard.language import settle as settle_language
from dashboard.leaving import forget_pages_left, forget_widgets_left
from dashboard.member import settle as settle_member
from dashboard.one_at_a_time import answers

VIEWS = Path(__file__).parent / "views"
SECTIONS = {
    "": (("train", "Train", "model_training"),),  # without a name it stands alone, before the others
    "Look": (
        ("attention", "Attention", "grid_view"),
        ("attention_by_hand", "Attention by hand", "calculate"),
        ("depth", "Depth", "layers"),
        ("your_models", "Your models", "folder_open"),
        ("recordings", "Recordings", "movie"),
    ),
    "Parts": (
        ("positions", "Positions", "pin_drop"),
        ("masks", "Masks", "grid_on"),
        ("norms", "Norms", "equalizer"),
        ("rivals", "Rivals", "balance"),
    ),
    "Alignment": (
        ("guided", "Guided or not", "timeline"),
        ("alignment_kinds", "Attention types", "route"),
        ("ladder", "The 发财 ladder", "record_voice_over"),
        ("inspect_alignment", "Inspect my alignment", "stethoscope"),
        ("gold_alignments", "Gold alignments", "verified"),
    ),
    "Training": (
        ("wrong_word", "One wrong word", "running_with_errors"),
        ("copying", "Copy or generate", "content_copy"),
        ("train_on_bleu", "Train on BLEU", "trophy"),
        ("all_at_once", "All at once", "dynamic_feed"),
        ("machines", "One sentence, four machines", "view_module"),
    ),
    "Systems": (
        ("inputs", "Inputs", "input"),
        ("tagging", "Tagging", "sell"),
        ("one_label", "One label", "label_important"),
        ("fill_in", "Fill in", "edit_square"),
        ("speech_window", "Speech", "graphic_eq"),
        ("pictures", "Pictures", "image"),
        ("gan", "GAN", "auto_awesome"),
        ("detection", "Detection", "center_focus_strong"),
        ("graphs", "Graphs", "hub"),
        ("parsing", "Parsing", "schema"),
        ("labels", "Labels", "label"),
    ),
    "Decode": (
        ("decoder", "Decoder", "account_tree"),
        ("compare", "Compare", "compare_arrows"),
        ("intervene", "Intervene", "tune"),
        ("sampling", "Sampling", "casino"),
        ("beam_size", "Beam size", "stacked_line_chart"),
        ("by_hand", "Search by hand", "edit_note"),
    ),
}
FIRST = "attention"
CLASS = ("class_room", "Class", "groups")  # the lecturer's; nobody else has such a page


def main() -> None:
    """Draw the frame and the page that was chosen."""
    forget_pages_left()
    forget_widgets_left()
    settle_member()
    settle_language()
    st.set_page_config(page_title="Attention Lab", page_icon="🔬", layout="wide")
    if in_classroom() and asker() is None:
        from dashboard.components.log_out import logged_out

        logged_out()
        st.stop()
    page = st.navigation(
        {
            section: [
                st.Page(VIEWS / f"{file}.py", title=title, icon=f":material/{icon}:", default=file == FIRST)
                for file, title, icon in pages
            ]
            for section, pages in _sections().items()
        },
        position="top",
    )
    state.put(links.PAGE, page.url_path or FIRST)
    with st.spinner("Starting: PyTorch takes a few seconds the first time …"):
        from dashboard.resources import settle  # here, so that the frame is on screen before torch is imported

        settle()
    with answers.turn():
        from dashboard.components.class_bar import class_bar

        class_bar()
        page.run()
    prepare_pages()


def _sections() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """The pages of whoever asks: the page Class is the lecturer's of a classroom, and exists for nobody else."""
    who = asker()
    return {**SECTIONS, "": (*SECTIONS[""], CLASS)} if who is not None and who.lecturer else SECTIONS


main()
