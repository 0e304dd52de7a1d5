"""The page to log in: plain HTML, so that nothing of the app runs for somebody who has not logged in.

What comes out of it is a badge (core/runs/classroom/badges.py) in a cookie that no script can read and no other site can send along
with anything but a link that was followed.
"""

import asyncio
import logging
import secrets
import time
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.endpoints import HTTPEndpoint
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from core.errors import AttentionLabError, InputError, RunError
from core.language import language, mark, tr, tr_each
from core.runs.classroom import accounts, badges
from core.runs.classroom.attempts import Attempts
from core.runs.classroom.room import Classroom, Member, load_classroom
from dashboard import provider
from dashboard.language import TAGS, speak_to
from dashboard.place import here

PATH = "/log-in"
COOKIE = "attnlab_badge"
_LARGEST = 8_000  # bytes of a filled-in form
_NOT_SENT_HERE = mark("this form was not sent from this page; open the page anew and try again")
_FORM_WORDS = {
    "log_in": "Log in",
    "your_name": "Your name here",
    "of_name": "of your workspace: small letters, digits, - and _",
    "password": "Password of the class",
    "phrase": "Your own pass phrase",
    "of_phrase": "keeps your workspace yours; lecturers leave it empty",
    "first_time": "For the first time here?",
    "again": "Your pass phrase again",
    "of_again": "choose any of 6 characters or more; it opens your workspace from now on",
    "with_account": "Log in with your account",
    "attention_lab": "Attention Lab",
}
_log = logging.getLogger("attention_lab")
_attempts = Attempts()
_turns = asyncio.Semaphore(2)  # scrypt takes 32 MB a try; those who wait for their turn cost nothing


def badge_of(asked: HTTPConnection) -> str:
    """The badge that a browser shows; "" where it shows none, or several: then one of them is somebody else's doing."""
    pairs = [one.partition("=") for header in asked.headers.getlist("cookie") for one in header.split(";")]
    shown = [value.strip() for name, _, value in pairs if name.strip() == COOKIE]
    return shown[0] if len(shown) == 1 else ""


class LogIn(HTTPEndpoint):
    """GET shows the form, POST is the filled-in form."""

    async def get(self, request: Request) -> Response:
        """The form; or on to the page, for somebody who is logged in or whom a provider has confirmed."""
        speak_to(request.headers.get("accept-language", ""))
        wanted, room = _inside(request.query_params.get("next", "")), None
        if badges.bearer(badge_of(request)) is not None:
            return RedirectResponse(wanted, 303)
        try:
            room = load_classroom()
            if "account" in request.query_params and provider.offered():
                return RedirectResponse(provider.door(), 303)
            said = provider.identity(request.cookies)
            return (
                _form(room, wanted)
                if said is None
                else _in(request, accounts.confirmed(room, said), wanted, float(said["iat"]))
            )
        except AttentionLabError as error:
            return _form(room, wanted, _told(error))

    async def post(self, request: Request) -> Response:
        """Let somebody in, or say what to do."""
        speak_to(request.headers.get("accept-language", ""))
        said = await _filled_in(request) if _from_here(request) else None
        if said is None:
            return _form(None, here("/"), tr(_NOT_SENT_HERE), 403)
        name, password, phrase, again, wanted = (
            said.get(key, [""])[0] for key in ("name", "password", "phrase", "again", "next")
        )
        # uvicorn has put X-Forwarded-For in the place of a proxy on this computer, and of no other
        room, who = None, (request.client.host if request.client else "", name.strip().lower()[:80])
        try:
            room = load_classroom()
            wait = _attempts.ask(*who, time.monotonic())
            if wait > 0:
                raise InputError(tr("too many tries; wait {n} seconds and try again", n=int(wait) + 1))
            async with _turns:
                member = await run_in_threadpool(accounts.enter, room, name, password, phrase, again)
        except AttentionLabError as error:
            return _form(room, _inside(wanted), _told(error), 401, name, bool(again))
        _attempts.succeeded(*who, time.monotonic())
        return _in(request, member, _inside(wanted))


async def _filled_in(request: Request) -> dict[str, list[str]] | None:
    """What stands in a form; None for one that is too large, does not say how large it is, or is none."""
    size = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not size.isdecimal() or len(size) > 9 or int(size) > _LARGEST:
        return None  # in pieces it would have no end, whatever length is named beside
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            return None
    try:
        return parse_qs(body.decode("utf-8", errors="replace"), max_num_fields=10)
    except ValueError:
        return None


def _told(refusal: AttentionLabError) -> str:
    """A reason for somebody who is not logged in: what is wrong with the server, and where on its disk, is not for them."""
    if not isinstance(refusal, RunError):
        return str(refusal)
    _log.error("nobody can log in: %s", refusal)
    return tr("the server cannot let anybody in now; whoever runs it finds the reason in what it prints")


def _in(request: Request, member: Member, wanted: str, since: float | None = None) -> Response:
    answer = RedirectResponse(wanted, 303)
    # Lax, not Strict: a link to a run, followed from a mail or a course's page, must find its reader logged in
    answer.set_cookie(
        COOKIE, badges.give(member, since), max_age=badges.HOURS * 3600, path=here("/"), httponly=True, samesite="lax",
        secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto", "")),
    )  # fmt: skip
    return answer


def _form(
    room: Classroom | None, wanted: str, problem: str = "", status: int = 200, name: str = "", first: bool = False
) -> Response:
    """Args:
    first: whether somebody said that they are here for the first time.
    """
    nonce = secrets.token_urlsafe(16)
    door = f"{here(PATH)}?account" if room is not None and provider.offered() else ""
    page = _page().substitute(
        title=escape(room.name if room is not None else "Attention Lab"), nonce=nonce, action=escape(here(PATH)),
        next=escape(wanted), name=escape(name[:80]), problem=escape(problem[:1].upper() + problem[1:]),
        first="open" if first else "", door=escape(door),
        no_problem="" if problem else "hidden", no_password="" if room is not None and room.password else "hidden",
        no_door="" if door else "hidden", lang=TAGS[language()],
        **{f"said_{name}": escape(text) for name, text in tr_each(_FORM_WORDS).items()},
    )  # fmt: skip
    guarded = {
        "content-security-policy": f"default-src 'none'; img-src data:; style-src 'nonce-{nonce}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "cache-control": "no-store", "referrer-policy": "same-origin", "x-content-type-options": "nosniff",
    }  # fmt: skip
    return HTMLResponse(page, status, guarded)


def _from_here(request: Request) -> bool:
    """Whether a form comes from a page of this server, as far as a browser says."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _inside(wanted: str) -> str:
    """A path on this server; what leads anywhere else is the first page."""
    fine = wanted.startswith(here("/")) and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if fine else here("/")


@cache
def _page() -> Template:
    return Template((Path(__file__).parent / "log_in.html").read_text(encoding="utf-8"))
