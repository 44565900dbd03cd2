"""A learning platform on this machine: real keys, real tokens, and services over HTTP that do as they are told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from lti_tool.models import Key, LtiDeployment, LtiRegistration

CLIENT = "studyhub-client"
DEPLOYMENT = "1:the-school"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
LEARNER, INSTRUCTOR = f"{MEMBERSHIP}Learner", f"{MEMBERSHIP}Instructor"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Platform:
    """What it signs with, what its course holds, and what came."""

    key: rsa.RSAPrivateKey
    url: str = ""
    published: dict[str, Any] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    # In a browser: what the page of the course frames, what is claimed there, and what was chosen.
    frames: str = ""
    says: dict[str, Any] = field(default_factory=dict)
    returned: list[str] = field(default_factory=list)
    page_size: int = 100
    next_host: str = ""
    tool_keys: list[dict[str, Any]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    score_paths: list[str] = field(default_factory=list)
    tokens_for: list[dict[str, Any]] = field(default_factory=list)
    gives: dict[str, Any] = field(default_factory=lambda: {"access_token": "let-me-in", "token_type": "Bearer"})
    # How scores are answered, in turn, the last for ever; "hang" waits until the client has gone.
    answers: list[int | str] = field(default_factory=lambda: [200])
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def registration(self, **changes: Any) -> LtiRegistration:
        """As an operator adds it, and its deployment let in."""
        fields = {
            "name": "The school",
            "issuer": self.url,
            "client_id": CLIENT,
            "auth_url": f"{self.url}/auth",
            "token_url": f"{self.url}/token",
            "keyset_url": f"{self.url}/keys",
        }
        made = LtiRegistration.objects.create(**fields | changes)
        LtiDeployment.objects.create(registration=made, deployment_id=DEPLOYMENT, is_active=True)
        self.tool_keys = Key.objects.as_jwks()["keys"]
        return made

    def claims(self, nonce: str, /, **changes: Any) -> dict[str, Any]:
        """Bob opens a link in the course; `changes` are by the end of a claim's name, None leaves it out."""
        now = int(time.time())
        found: dict[str, Any] = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "bob-17",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "name": "Bob of the School",
            "email": "bob@example.org",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": "http://testserver/lti/launch/",
            f"{CLAIM}roles": [LEARNER],
            f"{CLAIM}context": {"id": "course-9", "title": "Machine learning 101", "label": "ML101"},
            f"{CLAIM}resource_link": {"id": "link-1", "title": "Doubling"},
            f"{CLAIM}custom": {"studyhub": "exercise:doubling"},
            f"{AGS}claim/endpoint": {
                "scope": [f"{AGS}scope/score"],
                "lineitem": f"{self.url}/columns/5?type=lti",
            },
            f"{NRPS}claim/namesroleservice": {
                "context_memberships_url": f"{self.url}/names",
                "service_versions": ["2.0"],
            },
        }
        for name, value in changes.items():
            full = next((key for key in found if key == name or key.endswith(f"/{name}")), name)
            if value is None:
                found.pop(full, None)
            else:
                found[full] = value
        return found

    def sign(self, claims: dict[str, Any], *, key: Any = None, kid: str = "first", alg: str = "RS256") -> str:
        return jwt.encode(claims, key or self.key, algorithm=alg, headers={"kid": kid})

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """What a request is answered."""
        parts = urlsplit(handler.path)
        match handler.command, parts.path:
            case "GET", "/course":
                return 200, f'<!doctype html><title>Course</title><iframe src="{self.frames}"></iframe>', {}
            case "GET", "/auth":
                return 200, self._signed_in({name: value[0] for name, value in parse_qs(parts.query).items()}), {}
            case "POST", "/return":
                self.returned.append(parse_qs(body.decode())["JWT"][0])
                return 200, "<!doctype html><title>Back</title><h1>Added to the course</h1>", {}
            case "GET", "/keys":
                return 200, self.published, {}
            case "POST", "/token":
                asked = {name: value[0] for name, value in parse_qs(body.decode()).items()}
                key = jwt.PyJWK(self.tool_keys[0])
                told = jwt.decode(asked["client_assertion"], key, algorithms=["RS256"], audience=f"{self.url}/token")
                assert told["iss"] == told["sub"] == CLIENT
                with self.lock:
                    self.tokens_for.append(asked)
                return 200, self.gives, {}
        if handler.headers.get("Authorization") != "Bearer let-me-in":
            return 401, {}, {}
        if parts.path == "/names":
            start = int(parse_qs(parts.query).get("from", ["0"])[0])
            following = start + self.page_size
            more = (
                {"Link": f'<{self.next_host or self.url}/names?from={following}>; rel="next"'}
                if following < len(self.members)
                else {}
            )
            return 200, {"members": self.members[start:following]}, more
        if parts.path == "/columns/5/scores":
            with self.lock:
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer == "hang":
                    pass
                elif isinstance(answer, int) and answer < 300:
                    self.scores.append(json.loads(body))
                    self.score_paths.append(handler.path)
            if answer == "hang":
                self.closing.wait(30)
                return 200, {}, {}
            return int(answer), {}, {}
        return 404, {}, {}

    def _signed_in(self, asked: dict[str, str]) -> str:
        """The page that sends somebody on, as a platform writes it for whoever is signed in there."""
        token = self.sign(self.claims(asked["nonce"], **self.says))
        return (
            f'<!doctype html><title>On</title><form method="post" action="{asked["redirect_uri"]}">'
            f'<input name="id_token" value="{token}"><input name="state" value="{asked["state"]}"></form>'
            "<script>document.forms[0].submit()</script>"
        )


def public(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    """A key as a JWKS has it."""
    found = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return found | {"kid": kid, "alg": "RS256", "use": "sig"}


@contextmanager
def running(key: rsa.RSAPrivateKey) -> Iterator[Platform]:
    """A platform that answers until the block ends."""
    platform = Platform(key, published={"keys": [public(key, "first")]})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, said, headers = platform.answer(self, body)
            is_page = isinstance(said, str)
            text = (said if is_page else json.dumps(said)).encode()
            kind = "text/html" if is_page else "application/json"
            try:
                self.send_response(status)
                for name, value in ({"Content-Type": kind, "Content-Length": str(len(text))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)
            except OSError:
                return  # who hung up early

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    platform.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        platform.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
