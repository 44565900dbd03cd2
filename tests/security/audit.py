"""Audits that `make check` and CI run: secrets in files, known holes in dependencies.

`python -m tests.security.audit secrets [--update]`: whatever looks like a secret and isn't in the baseline, which
holds what only looks like one, ends with 1. `python -m tests.security.audit dependencies [--where-reachable]`: a
pinned package with a known hole ends with 1, and 2 where nobody could be asked: nothing was audited then. With
`--where-reachable` it says so and ends with 0.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

PROJECT = Path(__file__).resolve().parents[2]
BASELINE = PROJECT / "tests" / "security" / "secrets.json"
LOCK = PROJECT / "requirements.lock"
# Hashes and figures by their nature, or not ours.
LEFT_OUT = re.compile(
    r"requirements\.lock|.*/package-lock\.json|.*/vendor/.*|notebooks/.*\.json|.*\.(?:npy|safetensors|woff2|png|svg|webp)|"
    + str(BASELINE.relative_to(PROJECT))
)
# The passwords of the people of the tests, who are nobody.
OF_TESTS = {"Secret Keyword", "Basic Auth Credentials"}
SETTINGS: dict[str, Any] = {
    "plugins_used": [
        {"name": "Base64HighEntropyString", "limit": 4.5},
        {"name": "HexHighEntropyString", "limit": 3.0},
        *(
            {"name": name}
            for name in (
                "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector",
                "DiscordBotTokenDetector", "GitHubTokenDetector", "GitLabTokenDetector", "JwtTokenDetector",
                "KeywordDetector", "MailchimpDetector", "NpmDetector", "OpenAIDetector", "PrivateKeyDetector",
                "PypiTokenDetector", "SendGridDetector", "SlackDetector", "SquareOAuthDetector", "StripeDetector",
                "TelegramBotTokenDetector", "TwilioKeyDetector",
            )
        ),
    ],
    "filters_used": [
        {"path": f"detect_secrets.filters.heuristic.{name}"}
        for name in (
            "is_indirect_reference", "is_likely_id_string", "is_not_alphanumeric_string", "is_potential_uuid",
            "is_prefixed_with_dollar_sign", "is_sequential_string", "is_templated_secret",
        )
    ],
}  # fmt: skip


def tracked() -> list[str]:
    """The files that git knows and that somebody writes."""
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if not LEFT_OUT.fullmatch(name) and (PROJECT / name).is_file()]


def suspects(root: Path, files: Iterable[str]) -> dict[str, list[str]]:
    """What looks like a secret in these files: file → kind and hash of each."""
    found = SecretsCollection(root=str(root))
    with transient_settings(SETTINGS):
        found.scan_files(*files, num_processors=2)
    places: dict[str, list[str]] = {}
    for name, secret in sorted(found, key=lambda pair: (pair[0], pair[1].type, pair[1].secret_hash)):
        if not (name.startswith("tests/") and secret.type in OF_TESTS):
            places.setdefault(name, []).append(f"{secret.type} {secret.secret_hash}")
    return places


def audit_secrets(*, update: bool = False) -> int:
    """Compare with the baseline, or write it anew; returns the exit status."""
    if not (PROJECT / ".git").exists():
        print("NOT AUDITED: this is no checkout, so nothing says which files are the project's.")  # noqa: T201
        return 0
    found = suspects(PROJECT, tracked())
    if update:
        BASELINE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return 0
    known = json.loads(BASELINE.read_text(encoding="utf-8"))
    new = {name: set(some) - set(known.get(name, ())) for name, some in found.items()}
    gone = {name: set(some) - set(found.get(name, ())) for name, some in known.items()}
    for name, some in new.items():
        for one in sorted(some):
            print(f"{name}: this looks like a secret: {one}")  # noqa: T201
    if any(new.values()):
        print("Take it out and make it worthless where it is used. If it is none: make audit-secrets UPDATE=1")  # noqa: T201
    elif any(gone.values()):
        print(f"No longer there: {', '.join(name for name in gone if gone[name])}: make audit-secrets UPDATE=1")  # noqa: T201
    return int(any(new.values()) or any(gone.values()))


def audit_dependencies(*, where_reachable: bool = False) -> int:
    """Ask PyPI's list of known holes for every pinned version; returns the exit status."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--no-deps", "--disable-pip"]
    ended = subprocess.run([*command, "--progress-spinner", "off", "--format", "json"], capture_output=True, text=True)
    return judged(ended.stdout, ended.stderr, where_reachable=where_reachable)


def judged(told: str, complaint: str, *, where_reachable: bool) -> int:
    """What pip-audit's JSON comes to: 0 nothing known, 1 holes or packages nobody knows, 2 nobody could be asked."""
    try:
        packages = json.loads(told)["dependencies"]
    except (json.JSONDecodeError, KeyError, TypeError):
        packages = []
    asked = [one for one in packages if "skip_reason" not in one]
    if not asked:
        lines = complaint.strip().splitlines()
        why = lines[-1][:300] if lines and not packages else "It answered for none of the packages."
        print(f"NOT AUDITED: the list of known holes can't be reached from here. {why}")  # noqa: T201
        return 0 if where_reachable else 2
    for one in packages:
        for hole in one.get("vulns", ()):
            mended = ", ".join(hole.get("fix_versions") or ["no version yet"])
            print(f"{one['name']} {one['version']}: {hole['id']}, mended in {mended}")  # noqa: T201
        if "skip_reason" in one:
            print(f"{one['name']}: not audited. {one['skip_reason']}")  # noqa: T201
    print(f"{len(asked)} of {len(packages)} pinned packages audited.")  # noqa: T201
    return int(len(asked) < len(packages) or any(one.get("vulns") for one in asked))


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["secrets", "dependencies"])
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--where-reachable", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.what == "secrets":
        return audit_secrets(update=chosen.update)
    return audit_dependencies(where_reachable=chosen.where_reachable)


if __name__ == "__main__":
    sys.exit(main())
