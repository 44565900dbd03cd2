"""`make test-postgres` takes the tests that touch rows, and no browser: they are found by what they ask for."""

import pytest


def marks(request) -> set[str]:
    return {mark.name for mark in request.node.iter_markers()}


def test_one_without_rows(request):
    assert "rows" not in marks(request)


def test_one_that_asks_for_the_database(request, db):
    assert "rows" in marks(request)


def test_one_that_asks_for_somebody(request, bob):
    assert "rows" in marks(request)


def test_one_in_a_browser(request, chromium):
    assert "browser" in marks(request)


@pytest.mark.django_db
def test_one_that_says_so(request):
    assert "rows" in marks(request)
