"""The gate of a classroom, spoken to as a server speaks to it: what gets through, with a badge and without."""

import re
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest

from core.runs import workspace
from core.runs.classroom import badges, passwords
from core.runs.classroom.attempts import Attempts
from core.runs.classroom.room import Member, keep_classroom, new_classroom
from tests.event_loop import run

CLASS, TEACHER, PHRASE = "class-pass", "teach-pass", "my own words"
PATHS = ("/", "/train", "/_stcore/stream", "/_stcore/upload_file/a/b", "/_stcore/host-config", "/_stcore/metrics", "/media/x.png",
         "/component/x/y.js", "/static/js/index.js", "/_stcore/bidi-components/x", "/log-in/", "/log-in/../train", "//log-in", "/LOG-IN",
         "/_stcore/health/x", "/app/static/x")  # fmt: skip


@pytest.fixture(autouse=True)
def room(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setenv(workspace.CLASSROOM, "1")  # importing the gate sets it: taken back after the test
    monkeypatch.setattr(passwords, "_COST", 16)
    keep_classroom(new_classroom("Autumn <b>&", CLASS, TEACHER))
    from dashboard import log_in

    monkeypatch.setattr(log_in, "_attempts", Attempts())


class Spoken:
    """What was sent back, and the scope that reached the app behind the gate, if it did."""

    def __init__(self) -> None:
        self.reached: dict[str, Any] | None = None
        self.heard: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def text(self) -> str:
        return b"".join(one.get("body", b"") for one in self.sent).decode()

    def header(self, name: str) -> str:
        return "; ".join(value.decode() for key, value in self.sent[0]["headers"] if key.decode().lower() == name)


def speak(path, *, method="GET", kind="http", headers=(), body=b"", messages=(), query="") -> Spoken:
    """One request, through the gate; behind it is an app that says yes, and the page to log in."""
    from starlette.routing import Route, Router

    from dashboard import gate, log_in

    told = Spoken()
    page = Router([Route(log_in.PATH, log_in.LogIn)])

    async def app(scope, receive, send):
        if scope["path"] == log_in.PATH:
            await page(scope, receive, send)
            return
        told.reached = scope
        if scope["type"] == "websocket":
            while (message := await receive())["type"] != "websocket.disconnect":
                told.heard.append(message)
            told.heard.append(message)
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"yes"})

    waiting = list(messages) or [{"type": "http.request", "body": body}]

    async def receive():
        message = waiting.pop(0)
        return message() if callable(message) else message

    async def send(message):
        told.sent.append(message)

    raw = [(key.lower().encode(), value.encode("latin-1")) for key, value in headers]
    scope = {"type": kind, "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": raw,
             "scheme": "http", "server": ("testing", 80), "client": ("127.0.0.1", 1), "root_path": "", "http_version": "1.1"}  # fmt: skip
    run(gate.Gate(app)(scope, receive, send))
    return told


def fill(name, password, phrase, again="", *, headers=(), **more) -> Spoken:
    body = urlencode({"name": name, "password": password, "phrase": phrase, "again": again, **more}).encode()
    length = ("content-length", str(len(body)))
    return speak("/log-in", method="POST", headers=[length, ("host", "testing"), *headers], body=body)


def badge_of(told: Spoken) -> str:
    return re.search(r"attnlab_badge=([\w-]+)", told.header("set-cookie"))[1]


# ---------------------------------------------------------------- without a badge
@pytest.mark.parametrize("path", PATHS)
def test_without_a_ticket_nothing_is_reached(path):
    cookies = ("", "attnlab_badge=" + "a" * 43, "attnlab_badge=../../x")
    for method, cookie in product(("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"), cookies):
        told = speak(path, method=method, headers=[("cookie", cookie), ("x-attnlab-badge", "a" * 43)])
        assert told.reached is None and told.status == 401


@pytest.mark.parametrize("path", ["/_stcore/stream", "/", "/train/_stcore/stream", "/log-in", "/_stcore/health"])
def test_without_a_ticket_no_websocket_opens(path):
    told = speak(
        path, kind="websocket", headers=[("cookie", "attnlab_badge=x")], messages=[{"type": "websocket.connect"}]
    )
    assert told.reached is None and told.sent == [{"type": "websocket.close", "code": 1008}]


def test_a_page_that_was_asked_for_is_reached_after_logging_in():
    told = speak("/train", headers=[("accept", "text/html")], query="run=a%26b")
    assert (told.status, told.header("location")) == (303, "/log-in?next=%2Ftrain%3Frun%3Da%2526b")
    shown = speak("/log-in", query="next=%2Ftrain%3Frun%3Da%2526b")
    assert 'value="/train?run=a%26b"' in shown.text
    assert fill("ann", CLASS, PHRASE, PHRASE, next="/train?run=a%26b").header("location") == "/train?run=a%26b"


def test_whether_the_server_lives_may_be_asked():
    assert speak("/_stcore/health").reached is not None


# ---------------------------------------------------------------- with a badge
def test_a_ticket_opens_every_door_and_only_the_gate_says_whose_session_it_is():
    badge, other = (badges.give(Member(name, name)) for name in ("ann", "bob"))
    cookie = ("cookie", f"attnlab_badge={badge}")
    forged = [("x-attnlab-badge", other), ("X-Attnlab-Badge", other)]
    for path in set(PATHS) - {"/_stcore/metrics"}:
        assert b"x-attnlab-badge" not in dict(speak(path, headers=[cookie, *forged]).reached["headers"])
    told = speak(
        "/_stcore/stream", kind="websocket", headers=[cookie, *forged], messages=[{"type": "websocket.disconnect"}]
    )
    assert [value for key, value in told.reached["headers"] if key == b"x-attnlab-badge"] == [badge.encode()]


def test_a_websocket_hears_nothing_more_from_who_has_logged_out():
    badge = badges.give(Member("ann", "ann"))

    def leave():
        badges.take_back(badge)
        return {"type": "websocket.receive", "bytes": b"press"}

    told = speak(
        "/_stcore/stream", kind="websocket", headers=[("cookie", f"attnlab_badge={badge}")],
        messages=[{"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": b"hello"}, leave],
    )  # fmt: skip
    assert [one["type"] for one in told.heard] == ["websocket.connect", "websocket.receive", "websocket.disconnect"]
    assert told.heard[1]["bytes"] == b"hello"


def test_nobodys_browser_clears_what_is_kept_for_all():
    from streamlit.proto.BackMsg_pb2 import BackMsg

    said = [BackMsg(clear_cache=True).SerializeToString(), BackMsg(app_heartbeat=True).SerializeToString(), b"\xff\xff"]
    told = speak(
        "/_stcore/stream", kind="websocket", headers=[("cookie", f"attnlab_badge={badges.give(Member('ann', 'ann'))}")],
        messages=[*({"type": "websocket.receive", "bytes": one} for one in said), {"type": "websocket.disconnect"}],
    )  # fmt: skip
    assert [one.get("bytes") for one in told.heard] == [*said[1:], None]


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/"])
def test_nobody_reads_off_what_the_server_counts(path):
    badge = badges.give(Member("Lecturer", "lecturer", lecturer=True))
    told = speak(path, headers=[("cookie", f"attnlab_badge={badge}")])
    assert told.reached is None and told.status == 404


def test_two_badges_are_none():
    mine, other = (badges.give(Member(name, name)) for name in ("ann", "bob"))
    one, two = f"attnlab_badge={mine}", f"attnlab_badge={other}"
    assert speak("/", headers=[("cookie", f"x=1; {one}")]).reached is not None
    for both in ([("cookie", f"{one}; {two}")], [("cookie", one), ("cookie", two)], [("cookie", f"{two};{one}")]):
        assert speak("/", headers=both).status == 401
        assert speak("/log-in", headers=both).status == 200


# ---------------------------------------------------------------- the page to log in
def test_logging_in_gives_a_ticket_in_a_cookie_that_no_script_and_no_other_site_gets():
    told = fill("ann", CLASS, PHRASE, PHRASE)
    assert told.status == 303 and badges.bearer(badge_of(told)) == Member("ann", "ann")
    cookie = told.header("set-cookie").lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "max-age=43200" in cookie and "secure" not in cookie
    behind = fill("bob", CLASS, PHRASE, PHRASE, headers=[("x-forwarded-proto", "https")])
    assert "secure" in behind.header("set-cookie").lower()
    assert fill("lecturer", TEACHER, "").status == 303


def test_a_wrong_password_is_said_on_the_page_and_gives_nothing():
    told = fill("<script>alert(1)</script>", "wrong", PHRASE)
    assert told.status == 401 and told.header("set-cookie") == ""
    assert "<script" not in told.text and "&lt;script" in told.text and "Autumn &lt;b&gt;&amp;" in told.text
    assert "default-src 'none'" in told.header("content-security-policy")


def test_who_guesses_is_told_to_wait_and_the_right_password_waits_as_well():
    fill("ann", CLASS, PHRASE, PHRASE)
    for _ in range(5):
        assert "does not fit" in fill("ann", CLASS, "other words").text
    assert (
        "wait 1 second" in fill("ann", CLASS, "other words").text or "wait 2 seconds" in fill("ann", CLASS, PHRASE).text
    )
    assert fill("bob", CLASS, PHRASE, PHRASE).status == 303


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/x\r\nset-cookie: a=b", "javascript:alert(1)", ""],
)
def test_nobody_is_sent_to_another_server(wanted):
    assert fill("ann", CLASS, PHRASE, PHRASE, next=wanted).header("location") == "/"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testing.evil.example"])
def test_a_form_of_another_site_is_refused(origin):
    told = fill("ann", CLASS, PHRASE, PHRASE, headers=[("origin", origin)])
    assert told.status == 403 and workspace.workspaces() == {}
    assert fill("ann", CLASS, PHRASE, PHRASE, headers=[("origin", "http://testing")]).status == 303


def test_a_form_that_is_no_form_is_refused():
    assert speak("/log-in", method="POST", headers=[("content-length", "9000000")]).status == 403
    assert speak("/log-in", method="POST").status == 403
    assert speak("/log-in", method="DELETE").status == 405
    assert speak("/log-in", method="POST", headers=[("content-length", "4")], body=b"\xff\xfe%z").status == 401


def test_a_form_in_pieces_is_refused_unread_and_a_long_one_is_read_no_further_than_its_limit():
    def never():
        raise AssertionError("read on")

    lengths = [("content-length", "10"), ("transfer-encoding", "chunked")]
    assert speak("/log-in", method="POST", headers=lengths, messages=[never]).status == 403
    pieces = [{"type": "http.request", "body": b"a" * 5_000, "more_body": True}] * 2
    assert speak("/log-in", method="POST", headers=lengths[:1], messages=[*pieces, never]).status == 403


def test_a_form_of_too_many_fields_is_refused():
    assert fill("ann", CLASS, PHRASE, PHRASE, **{f"x{n}": "y" for n in range(9)}).status == 403


def test_nobody_outside_learns_where_the_server_keeps_its_things(tmp_path, caplog):
    fill("ann", CLASS, PHRASE, PHRASE)
    (tmp_path / "accounts" / "ann.json").write_text("{")
    damaged = fill("ann", CLASS, PHRASE)
    (tmp_path / "classroom.toml").write_text("name = ")
    closed = fill("ann", CLASS, PHRASE), speak("/log-in")
    assert "That does not fit" in damaged.text and all("cannot let anybody in" in told.text for told in closed)
    assert not any(secret in told.text for told in (damaged, *closed) for secret in (str(tmp_path), ".json", ".toml"))
    assert str(tmp_path / "accounts") in caplog.text and "classroom.toml" in caplog.text


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [("127.0.0.1", "6.6.6.6, 10.0.0.9", "10.0.0.9"), ("10.0.0.7", "10.0.0.9", "10.0.0.7"), ("127.0.0.1", "", "127.0.0.1")],
)  # fmt: skip
def test_an_address_is_the_connections_or_the_last_that_a_proxy_on_this_computer_names(peer, said, address):
    import uvicorn
    from streamlit.web.server.starlette.starlette_server import _get_uvicorn_config_kwargs

    clients = []

    async def app(scope, receive, send):
        clients.append(scope["client"][0])

    served = uvicorn.Config(app, **_get_uvicorn_config_kwargs())
    served.load()
    headers = [(b"x-forwarded-for", said.encode())] if said else []
    run(served.loaded_app({"type": "http", "client": (peer, 1), "headers": headers}, None, None))
    assert clients == [address]
