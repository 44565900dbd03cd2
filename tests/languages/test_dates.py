"""Dates in templates, as each language writes them."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

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
