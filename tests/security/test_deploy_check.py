"""`manage.py check --deploy` is silent for a site as it should be, and names what makes one unsafe."""

from __future__ import annotations

import pytest

from studyhub.checks import a_real_site_is_safe
from studyhub.limits import read_limits
from tests.site.test_settings import manage

REAL_SITE = {
    "STUDYHUB_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "STUDYHUB_HOSTS": "study.example.org",
    "STUDYHUB_ORIGINS": "https://study.example.org",
    "STUDYHUB_DATABASE_URL": "postgresql://study:hush@db.example.org/study",
    "STUDYHUB_BROKER_URL": "redis://broker.example.org/0",
    "STUDYHUB_CACHE_URL": "redis://cache.example.org/1",
    "STUDYHUB_SMTP_HOST": "mail.example.org",
    "STUDYHUB_METRICS_TOKEN": "0123456789abcdefghijklmnopqrstuv",
    "STUDYHUB_RUNS_NOTEBOOKS": "0",
}


def checked(tmp_path, **changes: str):
    return manage(
        "check", "--deploy", "--fail-level", "WARNING", **{**REAL_SITE, "STUDYHUB_VAR": str(tmp_path), **changes}
    )


def test_a_real_site_gets_no_warning(tmp_path):
    ended = checked(tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout + ended.stderr
    assert "WARNINGS" not in ended.stderr


def test_an_unsafe_one_is_told_all_of_it(tmp_path):
    ended = checked(
        tmp_path,
        STUDYHUB_SECRET_KEY="short",
        STUDYHUB_HOSTS="*",
        STUDYHUB_ORIGINS="http://study.example.org",
        STUDYHUB_URL="http://localhost",
        STUDYHUB_CACHE_URL="",
        STUDYHUB_SMTP_HOST="",
        STUDYHUB_METRICS_TOKEN="hush",
        STUDYHUB_TRUSTED_PROXIES="0",
        STUDYHUB_RATE_LIMITS="upload=off",
    )
    assert ended.returncode == 1
    told = [
        "security.W009",
        *(f"studyhub.{id}" for id in ("E001", "E002", "E003", "W004", "E005", "W006", "W007", "W008")),
    ]
    assert [id for id in told if id not in ended.stderr] == [], ended.stderr
    assert "hush" not in ended.stderr


def test_a_name_that_is_no_setting_is_told_with_the_one_that_was_meant(tmp_path):
    (tmp_path / "password").write_text("hush-hush")
    right = {"STUDYHUB_SMTP_PASSWORD_FILE": str(tmp_path / "password"), "STUDYHUB_OIDC_2_NAME": "Ours"}
    ended = checked(tmp_path, **right, STUDYHUB_ORIGIN="https://study.example.org", STUDYHUB_COFFEE="black")
    assert ended.returncode == 1
    told = " ".join(ended.stderr.split())
    assert "STUDYHUB_ORIGIN is no setting, so it changes nothing. HINT: Is STUDYHUB_ORIGINS meant?" in told
    assert "STUDYHUB_COFFEE is no setting, so it changes nothing. HINT: OPERATIONS.md lists those that" in told
    assert told.count("studyhub.W009") == 2


def test_one_that_says_nothing_of_https_has_it(tmp_path):
    say = (
        "from django.conf import settings as s; "
        "print(s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD, "
        "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.DEBUG)"
    )
    ended = manage("shell", "-v0", "-c", say, **REAL_SITE, STUDYHUB_VAR=str(tmp_path))
    assert ended.stdout.split() == [
        "True", "31536000", "True", "False", "__Host-sessionid", "__Host-csrftoken", "True", "True", "False"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "id"),
    [
        ({"ALLOWED_HOSTS": ["study.example.org", "*"]}, "E001"),
        ({"CSRF_TRUSTED_ORIGINS": ["http://study.example.org"]}, "E002"),
        ({"SITE_URL": "https://localhost"}, "E003"),
        ({"TRUSTED_PROXIES": 0}, "W004"),
        ({"METRICS_TOKEN": "guess"}, "E005"),
        ({"RATE_LIMITS": read_limits(["upload=off"])}, "W007"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "W008"),
    ],
)
def test_each_by_itself(settings, changes, id):
    safe = {
        "HTTPS": True,
        "TRUSTED_PROXIES": 1,
        "ALLOWED_HOSTS": ["study.example.org"],
        "SITE_URL": "https://study.example.org",
    }
    for name, value in safe.items():
        setattr(settings, name, value)
    assert a_real_site_is_safe(None) == []
    for name, value in changes.items():
        setattr(settings, name, value)
    (found,) = a_real_site_is_safe(None)
    assert found.id == f"studyhub.{id}"
    assert found.hint
