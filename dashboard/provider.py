"""OpenID Connect through Streamlit's own login: where to go to be confirmed, and who came back confirmed.

Streamlit keeps what the provider said in a cookie that it signs (`[auth]` of secrets.toml). It has no public way to read it
before a session exists, and here none shall exist before somebody is let in; so the reader of its WebSocket is used.
tests/dashboard/test_provider.py fails when a version of it no longer works this way.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from streamlit.auth_util import get_origin_from_redirect_uri, get_secrets_auth_section, is_authlib_installed
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.starlette import starlette_websocket
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from core.errors import MissingExtra
from core.language import tr
from core.runs.classroom import badges


def offered() -> bool:
    """Whether secrets.toml names a provider."""
    return bool(get_secrets_auth_section())


def door() -> str:
    """The address on this server that leads to the provider; it holds for two minutes.

    Raises:
        MissingExtra: the package that talks to the provider is not installed.
    """
    if not is_authlib_installed():
        raise MissingExtra("authlib", "oidc", tr("to log in with OpenID Connect"))
    return generate_login_redirect_url("default")


def identity(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """What the provider said of somebody, if the cookie is Streamlit's own and the provider said it not long ago."""
    if not offered():
        return None
    kept = starlette_websocket._get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
    if kept is None:
        return None
    try:
        said = json.loads(kept)
        fresh = time.time() - float(said["iat"]) < badges.HOURS * 3600
    except (ValueError, KeyError, TypeError):
        return None
    known = said.get("is_logged_in") is True and said.get("origin") == get_origin_from_redirect_uri()
    return said if known and fresh else None
