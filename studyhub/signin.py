"""Who else may vouch for people: GitHub, Google and OpenID Connect, by the environment alone. Imports no Django."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlsplit

from studyhub import env

VERIFICATION = "STUDYHUB_EMAIL_VERIFICATION"
KINDS = ("mandatory", "optional", "none")
# The names of one OpenID Connect provider; those of others have a number in them: STUDYHUB_OIDC_2_URL.
PART = re.compile(r"STUDYHUB_OIDC_(\d+)_URL\Z")
NEAR = {"localhost", "127.0.0.1", "::1"}

App = dict[str, Any]


def email_verification(*, can_mail: bool) -> str:
    """Whether an address has to be proved: where the site can send mail it has to, unless the site says otherwise.

    Raises SettingError for a word that means nothing.
    """
    found = env.text(VERIFICATION) or ("mandatory" if can_mail else "optional")
    if found not in KINDS:
        raise env.SettingError(f"{VERIFICATION}={found!r} is unknown. Use {', '.join(KINDS[:-1])} or {KINDS[-1]}.")
    return found


def providers() -> dict[str, Any]:
    """What allauth calls SOCIALACCOUNT_PROVIDERS: whoever is set up. Raises SettingError for half of one."""
    known: dict[str, Any] = {}
    github = _app("GITHUB", env.text("STUDYHUB_GITHUB_CLIENT_ID"), env.secret("STUDYHUB_GITHUB_CLIENT_SECRET"))
    if github:
        known["github"] = {"APPS": [github], "SCOPE": ["read:user", "user:email"], "OAUTH_PKCE_ENABLED": True}
    google = _app("GOOGLE", env.text("STUDYHUB_GOOGLE_CLIENT_ID"), env.secret("STUDYHUB_GOOGLE_CLIENT_SECRET"))
    if google:
        known["google"] = {"APPS": [google], "SCOPE": ["profile", "email"], "OAUTH_PKCE_ENABLED": True}
    if connected := _openid():
        known["openid_connect"] = {"APPS": connected, "OAUTH_PKCE_ENABLED": True}
    return known


def _openid() -> list[App]:
    first = _connection(
        "OIDC",
        "oidc",
        env.text("STUDYHUB_OIDC_URL"),
        env.text("STUDYHUB_OIDC_CLIENT_ID"),
        env.secret("STUDYHUB_OIDC_CLIENT_SECRET"),
        env.text("STUDYHUB_OIDC_NAME", "your organisation"),
    )
    numbers = sorted(int(found[1]) for found in map(PART.match, os.environ) if found)
    read_secret = env.secret
    others = [
        _connection(
            prefix,
            f"oidc-{number}",
            env.text(f"STUDYHUB_{prefix}_URL"),
            env.text(f"STUDYHUB_{prefix}_CLIENT_ID"),
            read_secret(f"STUDYHUB_{prefix}_CLIENT_SECRET"),
            env.text(f"STUDYHUB_{prefix}_NAME", f"your organisation ({number})"),
        )
        for number, prefix in ((number, f"OIDC_{number}") for number in numbers)
    ]
    return [one for one in (first, *others) if one]


def _connection(prefix: str, key: str, url: str, client: str, password: str, name: str) -> App | None:
    if not url and not client:
        return None
    address = urlsplit(url)
    safe = address.scheme == "https" or (address.scheme == "http" and address.hostname in NEAR)
    if not safe or not address.netloc:
        raise env.SettingError(
            f"STUDYHUB_{prefix}_URL={url!r} must be the provider's address, such as https://id.example.org."
        )
    app = _app(prefix, client, password)
    if app is None:
        raise env.SettingError(f"STUDYHUB_{prefix}_URL is set, but STUDYHUB_{prefix}_CLIENT_ID is not.")
    return app | {"provider_id": key, "name": name, "settings": {"server_url": url.rstrip("/")}}


def _app(prefix: str, client: str, password: str) -> App | None:
    if bool(client) != bool(password):
        raise env.SettingError(
            f"Set both STUDYHUB_{prefix}_CLIENT_ID and STUDYHUB_{prefix}_CLIENT_SECRET, or neither of them."
        )
    return {"client_id": client, "secret": password} if client else None
