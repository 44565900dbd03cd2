"""Sentences that were kept in English are told in the reader's language, with what stands in them."""

from __future__ import annotations

import pytest
from django.utils import translation

from apps.catalog import links
from apps.lti import platform, refusals, roster, services
from apps.webhooks import sending
from apps.webhooks import services as webhooks
from studyhub import outside, stored

NNBSP = "\u202f"
TITLE = refusals.REASONS["signature"][0]
MADE = [
    outside.ANSWERED % {"status": "404 Not Found"},
    outside.LATE % {"seconds": "10"},
    outside.TOO_LONG % {"most": 500},
    outside.BAD_CERTIFICATE % {"detail": "self-signed certificate"},
    *(outside.NO_ADDRESS, outside.WITH_NAME, outside.NOT_SECURE, outside.PRIVATE, outside.ELSEWHERE),
    *(outside.UNKNOWN_NAME, outside.NO_TLS, outside.NOBODY, outside.NO_HTTP, outside.BROKEN),
    platform.REFUSED_TOKEN % {"status": 400},
    platform.TOO_MUCH % {"most": 4},
    *(platform.NO_JWKS, platform.NO_TOKEN, platform.NO_JSON),
    *(roster.NO_LIST, roster.NO_MEMBERS, roster.ENDLESS, services.NO_KEY),
    services.OF_KEYS % {"problem": outside.ANSWERED % {"status": "500 Internal Server Error"}},
    services.OF_TOKEN % {"problem": platform.NO_JSON},
    *(title for title, _advice in refusals.REASONS.values()),
    services.REFUSAL % {"problem": TITLE, "detail": "Not enough segments (2)"},
    *(links.IN_CIRCLES, links.ON_AND_ON),
    *(sending.GONE_WHY, sending.FAILING_WHY, webhooks.SWITCHED_OFF),
]


@pytest.mark.parametrize("text", MADE)
def test_each_is_told_in_french(text):
    with translation.override("fr"):
        assert stored.told(text) != text
    assert stored.told(text) == text


def test_what_stands_in_it_is_kept():
    with translation.override("fr"):
        assert stored.told("It answered 404 Not Found.") == "La réponse est 404 Not Found."
        assert stored.told("Its keys: It answered 500.") == f"Ses clés{NNBSP}: La réponse est 500."
        said = stored.told(f"{TITLE} (Not enough segments)")
        assert said.endswith("(Not enough segments)")
        assert TITLE not in said


OTHERS = ["", "Late.", "Its keys: none of ours", "Somebody (who) wrote this", "It answered: no."]


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_none_of_ours_stays_as_it_is(text):
    with translation.override("fr"):
        assert stored.told(text) == text
