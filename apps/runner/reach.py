"""What a runner must not know. Its environment is looked through before it takes work: learners' code runs below it."""

from __future__ import annotations

import re
from collections.abc import Mapping

# For the trusted side alone, each also as a file (`<name>_FILE`).
TRUSTED_ONLY = (
    "STUDYHUB_SECRET_KEY",
    "STUDYHUB_SECRET_KEY_OLD",
    "STUDYHUB_DATABASE_URL",
    "STUDYHUB_STORAGE_URL",
    "STUDYHUB_CACHE_URL",
    "STUDYHUB_SMTP_PASSWORD",
    "STUDYHUB_METRICS_TOKEN",
    "STUDYHUB_GITHUB_CLIENT_SECRET",
    "STUDYHUB_GOOGLE_CLIENT_SECRET",
    "STUDYHUB_OIDC_CLIENT_SECRET",
)
# Of several OpenID Connect providers all but the first have a number.
NAME = re.compile(rf"(?:{'|'.join(TRUSTED_ONLY)}|STUDYHUB_OIDC_\d+_CLIENT_SECRET)(?:_FILE)?")


def known(environment: Mapping[str, str]) -> list[str]:
    """Names of the variables in `environment` that no runner may have."""
    return sorted(name for name, value in environment.items() if value and NAME.fullmatch(name))


def refusal(environment: Mapping[str, str]) -> str:
    """Why a runner does not start in `environment`, and what to do; empty where it may."""
    names = known(environment)
    return (names and f"A runner must not know {', '.join(names)}: remove from its environment.") or ""


def without(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment`, less what no runner may have."""
    return {name: value for name, value in environment.items() if not NAME.fullmatch(name)}
