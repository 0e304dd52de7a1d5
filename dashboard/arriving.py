"""Who comes late waits less: what pages need is imported while the first page is looked at, and looked up once.

The page Start needs no PyTorch: it is on screen first, and PyTorch is imported behind it. Thirty people who open thirty
pages would each wait for that page's imports, and all others with them. And everything that stays for good is put out of
the garbage collector's sight once more: going through it stops every session for a tenth of a second.
"""

import gc
import importlib
import logging
import pkgutil
import threading
from copy import copy
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit import runtime

_AFTER = 1.0  # seconds; importing holds up everything else, and what was drawn shall be on screen first
_log = logging.getLogger("attention_lab")
_door = threading.Lock()
_settled = threading.Event()


def is_settled() -> bool:
    """Whether `settle` has nothing left to do."""
    return _settled.is_set()


def settle() -> None:
    """What all pages but Start stand on, PyTorch above all: one thread imports it, once per server, and others wait for it."""
    with _door:
        from dashboard.resources import settle

        settle()
        _settled.set()


def known_page(path: Path, title: str, icon: str, first: bool) -> st.Page:
    """A page for the navigation; the first one is where the app's own address leads.

    Each run of the app names all forty, and Streamlit looks each up on the disk: here that is done once.
    """
    return copy(_page(path, title, icon, first))


@cache
def _page(path: Path, title: str, icon: str, first: bool) -> st.Page:
    return st.Page(path, title=title, icon=icon, default=first)


@cache
def prepare_pages() -> None:
    """Once per server, after its first page was drawn: import what all pages are made of, in a thread of its own."""
    if runtime.exists() and type(runtime.get_instance()) is runtime.Runtime:  # a test of one page has a stand-in for it
        soon = threading.Timer(_AFTER, _prepare)
        soon.daemon = True
        soon.start()


def _prepare() -> None:
    try:
        settle()
    except Exception:  # the page that needs it will say so
        _log.exception("preparing the server")
    _import_all()


def _import_all() -> None:
    components = importlib.import_module("dashboard.components")
    for module in pkgutil.iter_modules(components.__path__):
        try:
            importlib.import_module(f"{components.__name__}.{module.name}")
        except Exception:  # the page that needs it will say so; the others shall still be prepared
            _log.exception("preparing %s", module.name)
    gc.collect()
    gc.freeze()
