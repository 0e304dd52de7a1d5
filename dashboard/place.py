"""Where on its host the app is served: at the root, or below a path that a proxy gives it (server.baseUrlPath)."""

from streamlit import config


def here(path: str) -> str:
    """A path of this server, from the root of the host.

    >>> here("/log-in")
    '/log-in'
    """
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{path}" if base else path
