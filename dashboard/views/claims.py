"""Claims: what every statement of the lecture came to when it was measured, and its experiment again, here."""

import streamlit as st

from core.language import tr
from dashboard.components import claim_table, claim_trial
from dashboard.components.heading import heading
from dashboard.components.panel import guarded


def page() -> None:
    """Filter, choose, look, try."""
    heading(
        tr("Claims"),
        tr(
            "What the lecture says, as experiments: what each came to, beside its baseline, and a button to run it here."
        ),
    )
    guarded(tr("The claims"))(_claims)()


def _claims() -> None:
    verdicts, step = claim_table.filters()
    claim_table.table(verdicts, step)
    name = claim_table.chosen()
    guarded(tr("This claim"))(claim_trial.claim)(name)
    st.caption(
        tr(
            "The same table is the document docs/claims-table.md and the command attnlab claims --measured; attnlab claims NAME "
            "--seeds 3 runs a claim with several seeds."
        )
    )


page()
