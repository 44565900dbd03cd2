"""Dates in templates, as each language writes them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

LAST, FIRST = datetime(2026, 10, 29, 18, 0, tzinfo=UTC), datetime(2026, 7, 1, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "at", "form", "written"),
    [
        ("en-gb", LAST, "D j M, H:i", "Thu 29 Oct, 18:00"),
        ("fr", LAST, "D j M, H:i", "jeu. 29 oct., 18:00"),
        ("fr", LAST, "l j F Y", "jeudi 29 octobre 2026"),
        ("en-gb", FIRST, "j F", "1 July"),
        ("fr", FIRST, "j F", "1er juillet"),
        ("fr", FIRST, "j M Y", "1er juil. 2026"),
        ("fr", FIRST, "j", "1"),
        ("fr", LAST, "SHORT_DATE_FORMAT", "29/10/2026"),
        ("fr", LAST, "c", "2026-10-29T18:00:00+00:00"),
        ("fr", None, "j M", ""),
    ],
)
def test_a_date_is_written_as_the_language_does(language, at, form, written):
    with translation.override(language):
        assert Template("{{ at|date:form }}").render(Context({"at": at, "form": form})) == written


@pytest.mark.parametrize(
    ("language", "ahead", "form", "told"),
    [
        ("en-gb", 0, "", "today, 23:30"),
        ("en-gb", -1, "", "yesterday, 23:30"),
        ("en-gb", 1, "l j F", "tomorrow, 23:30"),
        ("en-gb", -2, "", "28 May, 23:30"),
        ("en-gb", 2, "l j F", "Monday 1 June, 23:30"),
        ("en-gb", -200, "", "11 Nov 2025, 23:30"),
        ("fr", 0, "", "aujourd’hui, 23:30"),
        ("fr", 2, "l j F", "lundi 1er juin, 23:30"),
    ],
)
def test_a_moment_near_by_is_told_by_its_day(monkeypatch, language, ahead, form, told):
    now = datetime(2026, 5, 29, 22, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    # By the clocks of whoever reads: in UTC the half hour before midnight is on the day before.
    with translation.override(language), timezone.override("Asia/Kolkata"):
        at = datetime(2026, 5, 30, 18, 0, tzinfo=UTC) + timedelta(days=ahead)
        page = Template("{{ at|when:form }}").render(Context({"at": at, "form": form}))
    assert page == told


def test_no_moment_is_told_as_nothing():
    assert Template("{{ at|when }}").render(Context({"at": None})) == ""
