"""OpenID Connect from end to end, against a small provider on loopback: Streamlit's login, the gate, a workspace."""

import base64
import hashlib
import http.client
import http.server
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from core.runs import workspace
from core.runs.classroom import badges
from core.runs.classroom import room as classroom
from core.runs.classroom.room import LECTURER
from tests.browser.serving import Server


class Provider(http.server.ThreadingHTTPServer):
    """Confirms whoever comes as `claims`; keeps codes, checks what Streamlit must send (client, redirect, PKCE)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.claims: dict[str, object] = {}
        self.asked: dict[str, dict[str, str]] = {}

    def token(self, said: dict[str, str]) -> dict[str, object]:
        """For a code that was given out, once."""
        asked = self.asked.pop(said["code"])
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(said["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        assert challenge == asked["code_challenge"] and said["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 600,
            "nonce": asked["nonce"],
            **self.claims,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


class Answering(http.server.BaseHTTPRequestHandler):
    """The four addresses of a provider."""

    server: Provider

    def do_GET(self) -> None:
        path, asked = (
            urlsplit(self.path).path,
            {key: one[0] for key, one in parse_qs(urlsplit(self.path).query).items()},
        )
        if path == "/authorize":
            self.server.asked["code"] = asked
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': 'code', 'state': asked['state']})}"
            )
            self.end_headers()
        elif path == "/keys":
            self.say({"keys": [self.server.key.as_dict(private=False)]})
        else:
            here = self.server.url
            self.say(
                {
                    "issuer": here, "authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token", "jwks_uri": f"{here}/keys",
                    "code_challenge_methods_supported": ["S256"], "id_token_signing_alg_values_supported": ["RS256"],
                }
            )  # fmt: skip

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.say(self.server.token({key: one[0] for key, one in parse_qs(body).items()}))

    def say(self, what: object) -> None:
        """As JSON."""
        data = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *said: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    one = Provider()
    threading.Thread(target=one.serve_forever, daemon=True).start()
    yield one
    one.shutdown()
    one.server_close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Server]:
    """A classroom that nobody enters by a password."""
    one = Server(tmp_path_factory.mktemp("class"), page="gate.py")
    secrets = one.home / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text(
        f'[auth]\nredirect_uri = "{one.url}/oauth2callback"\ncookie_secret = "{"s" * 40}"\nclient_id = "lab"\n'
        f'client_secret = "secret"\nserver_metadata_url = "{provider.url}/.well-known/openid-configuration"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(one.home / "lab"))
        classroom.keep_classroom(classroom.Classroom("Autumn", lecturers=("prof@uni.edu",), domains=("uni.edu",)))
        one.start()
        yield one
        one.stop()


class Visitor:
    """A browser without a screen: it keeps cookies and goes where it is sent."""

    def __init__(self, url: str) -> None:
        self.url, self.cookies = url, CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), urllib.request.ProxyHandler({})
        )

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, where it ended, and the text."""
        asked = urllib.request.Request(self.url + path, headers={"Accept": "text/html"})
        try:
            with self._opener.open(asked, timeout=60) as answer:
                return answer.status, answer.url.removeprefix(self.url), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.url.removeprefix(self.url), error.read().decode()

    @property
    def badge(self) -> str:
        """What the gate gave, if it did."""
        return next((one.value or "" for one in self.cookies if one.name == "attnlab_badge"), "")


def test_who_the_provider_confirms_has_a_workspace_until_they_log_out(server, provider):
    provider.claims = {"sub": "17", "email": "Ann@uni.edu", "email_verified": True}
    visitor = Visitor(server.url)
    status, where, page = visitor.get("/")
    assert (status, where) == (200, "/log-in?next=%2F") and 'href="/log-in?account"' in page
    assert '<form method="post" action="/log-in" hidden>' in page
    status, where, page = visitor.get("/log-in?account")
    assert (status, where) == (200, "/") and "stcore" not in where and "<title>Streamlit</title>" in page
    member = badges.bearer(visitor.badge)
    assert member is not None and member.name == "ann@uni.edu" and not member.lecturer
    assert workspace.workspace(member.workspace).is_dir()

    badges.take_back(visitor.badge)  # as the button Log out does; then the browser goes to Streamlit's own log out
    visitor.get("/auth/logout")
    status, where, _ = visitor.get("/")
    assert where.startswith("/log-in") and badges.bearer(visitor.badge) is None
    again = Visitor(server.url)
    again.get("/log-in?account")
    assert badges.bearer(again.badge) == member


def test_the_lecturer_is_named_by_a_confirmed_address_and_nobody_from_elsewhere_comes_in(server, provider):
    provider.claims = {"sub": "1", "email": "prof@uni.edu", "email_verified": True}
    lecturer = Visitor(server.url)
    lecturer.get("/log-in?account")
    found = badges.bearer(lecturer.badge)
    assert found is not None and found.lecturer and found.workspace == LECTURER
    for claims in (
        {"sub": "2", "email": "prof@uni.edu"},
        {"sub": "3", "email": "eve@evil.edu", "email_verified": True},
    ):
        provider.claims = claims
        stranger = Visitor(server.url)
        _, where, page = stranger.get("/log-in?account")
        assert where.startswith("/log-in") and "confirmed addresses of uni.edu" in page and stranger.badge == ""


def test_a_cookie_that_streamlit_did_not_sign_says_nothing(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/log-in", headers={"Cookie": '_streamlit_user="eyJzdWIiOiAiMSJ9.x.y"'})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.getheader("set-cookie") is None
    connection.close()
