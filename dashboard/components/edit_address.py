"""Edits of the attention in the address of the page Intervene: what it asks for, and what the page writes into it."""

import json
from contextlib import suppress
from typing import Any

import streamlit as st

from core.decoding.search import AbstractSearch
from core.errors import InputError, SettingError
from core.language import tr
from core.recording.edit import Edit
from core.replay.searches import read_searches
from core.runs.intervention import check
from dashboard import links, state
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import literal
from dashboard.components.model_bar import Chosen
from dashboard.components.row_editor import History, begun

_WRITTEN, _LAST = "edits written", "edits last"  # in the session: what the page put there, and of which model
_TIMES, _PLACES, _SEARCH = "edits opened", "edits opened of", "edits search"  # how often, when of which source, and how


def edits_key(chosen: Chosen) -> str:
    """Of the editor: another one for each model and source, and whenever edits of them were opened."""
    return f"intervene {state.number('edited', _edited(chosen))}"


def _edited(chosen: Chosen) -> tuple[str, int, str, int | None]:
    """What edits are of: model, source, and how often any were opened when theirs were."""
    address, source = chosen.model.run.address, chosen.source
    return address, chosen.model.step, source, state.recall(_PLACES, (address, source))


def opened_search() -> tuple[AbstractSearch | None, str]:
    """The search that was opened with edits last, and what a key ends with that begins anew each time."""
    return state.get(_SEARCH), _ending(state.get(_TIMES))


def linked_search() -> AbstractSearch | None:
    """The search of the link that opened the page, its settings too; what cannot be read is said at the head of the page."""
    with suppress(SettingError):
        return read_searches(links.linked("settings") or "")[0]
    return None


def _ending(times: int | None) -> str:
    return f" {times}" if times else ""


def ask_for_edits(run: str, source: str, text: str | None, search: AbstractSearch) -> None:
    """Ask for edits as the address would, and for the settings of their search; before the page is drawn.

    Args:
        text: JSON, unread; None for no edits, whatever was off before.
    """
    times = state.get(_TIMES, 0) + 1
    state.put(_TIMES, times)
    state.remember(_PLACES, (run, source), times)
    state.put(_SEARCH, search)
    state.forget(_WRITTEN, _LAST)
    _write(text)


def wanted_history(chosen: Chosen, key: str) -> History:
    """The edits in force: the browser's, else those of an earlier visit, else of the link, else heads still off."""
    own = (state.get(key) or {}).get("history") or state.recall("histories", _edited(chosen))
    asked, (edits, problem) = st.query_params.get(links.EDITS), (None, None)
    if not own and asked is not None and asked != state.get(_WRITTEN):
        edits, problem = _linked(chosen, asked)
    link_notice("edits", problem)
    if own or edits is not None:
        return own or begun(edits)
    address, last = state.get(_LAST, ("", []))
    return begun([edit for edit in last if "row" not in edit] if address == chosen.model.run.address else [])


def _linked(chosen: Chosen, asked: str) -> tuple[list[dict[str, Any]], str | None]:
    """The edits that the address asks for; none where they cannot be, and why."""
    try:
        said = json.loads(asked)
        if not isinstance(said, list):
            raise InputError(tr("they are no list"))
        edits = [Edit.from_dict(one) for one in said]
        check(chosen.model, chosen.source, edits)
    except InputError as error:
        problem = str(error)
    except (ValueError, RecursionError):
        problem = tr("they are no JSON")
    else:
        return [edit.to_dict() for edit in edits], None
    return [], tr("The edits in the address cannot be made, so nothing is edited: {problem}.", problem=literal(problem))


def keep_history(chosen: Chosen, history: History) -> None:
    """Past the page in the session, and past the session in the address."""
    state.remember("histories", _edited(chosen), history)
    state.put(_LAST, (chosen.model.run.address, history["edits"]))
    text = edits_text(history)
    state.put(_WRITTEN, text)
    _write(text)


def edits_text(history: History) -> str | None:
    """The edits in force as the address has them; None where there are none."""
    return json.dumps(history["edits"], separators=(",", ":")) if history["edits"] else None


def _write(text: str | None) -> None:
    if text is None:
        st.query_params.pop(links.EDITS, None)
    elif st.query_params.get(links.EDITS) != text:
        st.query_params[links.EDITS] = text
