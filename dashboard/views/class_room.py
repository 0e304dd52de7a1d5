"""Class, for the lecturer alone: everybody's runs as they train, who is here, what is locked and what is published."""

import streamlit as st

from core.language import tr
from core.runs import job_queue, limits
from core.runs.classroom import authority, roll
from core.runs.classroom.room import LECTURER, load_classroom
from dashboard import resources
from dashboard.components.class_deeds import class_deeds, opened_runs, published_runs
from dashboard.components.class_people import locks_for_all, one_person, people_table
from dashboard.components.class_runs import class_runs
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel

_TICK = 2.0  # seconds between looks at the class
_SLOW = 10.0  # at who is here and what they use


def page() -> None:
    """All runs above; people, locks and what is published below."""
    heading("Class", tr("Everybody's runs as they train; what you lock and publish here holds at once, for everyone."))
    guarded(tr("The class"))(_class)()


def _class() -> None:
    authority.check_lecturer(tr("this page"))
    panel(tr("The runs of the class"), every=_TICK)(_runs)()
    people, right = st.columns([3, 2], gap="large")
    with people:
        panel(tr("The people of the class"), every=_SLOW)(_people)()
        panel(tr("One person"))(_one)()
    with right:
        panel(tr("The locks"))(locks_for_all)()
        panel(tr("What is published"))(published_runs)()


def _runs() -> None:
    pages = roll.roll()
    line = job_queue.line()
    students = [page for page in pages if page.name != LECTURER]
    st.caption(
        tr(
            "{value} of {count} students here · {count2} of {trainings} places train · {count3} trainings wait",
            value=sum(page.here for page in students),
            count=len(students),
            count2=len(line.running),
            trainings=limits.trainings(),
            count3=len(line.waiting),
        )
    )
    table, deeds = st.columns([5, 2], gap="large")
    with table:
        chosen = class_runs(pages)
    with deeds:
        class_deeds(chosen)
        opened_runs()


def _people() -> None:
    st.markdown(tr("##### People"))
    people_table(roll.roll(), resources.megabytes(), load_classroom().quotas)


def _one() -> None:
    one_person(roll.roll())


page()
