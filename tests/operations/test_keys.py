"""A new secret key: what the one before signed still counts, until it is taken away."""

import pytest
from django.core import signing

from apps.runner import reach
from tests.operations.test_sentry import python


def test_what_the_key_before_signed_still_counts(settings):
    settings.SECRET_KEY = "the-first-key"
    signed = signing.dumps("bob")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the-second-key", ["the-first-key"]
    assert signing.loads(signed) == "bob"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(signing.BadSignature):
        signing.loads(signed)


def test_the_setting_is_where_django_looks(tmp_path):

    code = "from django.conf import settings; print(settings.SECRET_KEY_FALLBACKS)"
    assert python(code, tmp_path) == "[]"
    assert python(code, tmp_path, STUDYHUB_SECRET_KEY_OLD="the-first-key") == "['the-first-key']"


def test_no_runner_may_know_it():
    assert reach.known({"STUDYHUB_SECRET_KEY_OLD": "x"}) == ["STUDYHUB_SECRET_KEY_OLD"]
