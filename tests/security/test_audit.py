"""The audits find what they are for, and say so where they could ask nobody."""

from __future__ import annotations

import json

import pytest

from tests.security import audit

KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIB\n"
TOKEN = 'token = "ghp_' + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" + '"\n'
PASSWORD = 'password = "' + "Tr0ub4dor-and-3" + '"\n'


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("studyhub/key.py", KEY, "Private Key"),
        ("tests/key.py", KEY, "Private Key"),
        ("tests/token.py", TOKEN, "GitHub Token"),
        ("studyhub/password.py", PASSWORD, "Secret Keyword"),
        ("tests/password.py", PASSWORD, None),
        ("studyhub/calm.py", "password = env.secret('STUDYHUB_SMTP_PASSWORD')\n", None),
    ],
)
def test_a_secret_in_a_file_is_found(tmp_path, name, text, kind):
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(text)
    found = [one.rpartition(" ")[0] for some in audit.suspects(tmp_path, [name]).values() for one in some]
    assert found == [] if kind is None else kind in found


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A project of one file, with its baseline."""
    (tmp_path / "a.py").write_text(PASSWORD)
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(audit, "PROJECT", tmp_path)
    monkeypatch.setattr(audit, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr(audit, "tracked", lambda: ["a.py"])
    assert audit.main(["secrets", "--update"]) == 0
    return tmp_path / "a.py"


def test_what_is_in_the_baseline_passes_and_what_is_new_does_not(site, capsys):
    assert audit.main(["secrets"]) == 0
    site.write_text(PASSWORD + TOKEN)
    assert audit.main(["secrets"]) == 1
    assert "a.py: this looks like a secret: GitHub Token" in capsys.readouterr().out


def test_a_baseline_that_holds_more_than_there_is_fails_too(site, capsys):
    site.write_text("")
    assert audit.main(["secrets"]) == 1
    assert "No longer there: a.py" in capsys.readouterr().out


def told(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


FINE = {"name": "good", "version": "1.0", "vulns": []}
HOLED = {"name": "bad", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "odd", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("output", "where_reachable", "status", "words"),
    [
        (told(FINE), False, 0, "1 of 1 pinned packages audited."),
        (told(FINE, HOLED), False, 1, "bad 1.0: PYSEC-2026-1, mended in 1.1"),
        (told(FINE, HOLED), True, 1, "bad 1.0: PYSEC-2026-1, mended in 1.1"),
        (told(FINE, UNKNOWN), True, 1, "odd: not audited."),
        (told(UNKNOWN), False, 2, "NOT AUDITED"),
        (told(UNKNOWN), True, 0, "NOT AUDITED"),
        ("", False, 2, "NOT AUDITED"),
        ("", True, 0, "NOT AUDITED"),
    ],
)
def test_an_audit_that_asked_nobody_is_none(capsys, output, where_reachable, status, words):
    assert audit.judged(output, "ConnectionError: no such host", where_reachable=where_reachable) == status
    assert words in capsys.readouterr().out
