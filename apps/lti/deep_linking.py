"""Choosing what a link of a platform's course opens; what was chosen goes back to it, signed by us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.utils import timezone
from lti_tool.models import LtiLaunch
from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem

from . import keys, targets
from .models import Launch
from .passing import FULL
from .refusals import Refused

SALT = "lti.choosing"
CHOOSE_FOR = timedelta(hours=1)
SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"


def open_choice(launch: Launch, said: LtiLaunch) -> str:
    """Keep where what is chosen goes; returns what the form shows for itself, in place of a cookie. Raises Refused."""
    told = said.get_claim(SETTINGS)
    back = told.get("deep_link_return_url")
    if not isinstance(back, str) or not back.isascii() or urlsplit(back).scheme not in {"http", "https"}:
        raise Refused("message", "deep_link_return_url")
    launch.choosing = {
        "deep_link_return_url": back,
        "data": told.get("data"),
        "column": told.get("accept_lineitem") is not False,
        "deployment": said.get_message_launch().get_tool_conf().deployment.deployment_id,
    }
    launch.save(update_fields=["choosing"])
    return signing.dumps(launch.pk, salt=SALT)


def find_choice(token: str) -> Launch:
    """The launch whose form this came from. Raises Refused."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=CHOOSE_FOR)
    except signing.BadSignature as problem:
        raise Refused("state") from problem
    launch = Launch.objects.select_related("registration").filter(pk=pk, registration__is_active=True).first()
    if launch is None or launch.choosing is None:
        raise Refused("state")
    if launch.ended_at:
        raise Refused("chosen", launch=launch)
    return launch


def choose(launch: Launch, opens: str, address: str) -> tuple[str, str]:
    """Where to send which signed answer; `address` is that of our launches. Once for each launch. Raises Refused."""
    item = targets.find(opens)
    if item is None:
        raise Refused("incomplete", opens[:80], launch=launch)
    if Launch.objects.filter(pk=launch.pk, ended_at=None).update(ended_at=timezone.now()) != 1:
        raise Refused("chosen", launch=launch)
    kept: dict[str, Any] = launch.choosing
    link = DeepLinkResource().set_url(address).set_title(item.title).set_custom_params({targets.PARAMETER: opens})
    link.set_target("window")
    if targets.is_graded(opens) and kept["column"]:
        column = LineItem().set_score_maximum(FULL).set_label(item.title).set_resource_id(opens)
        link.set_lineitem(column)
    answer = DeepLink(keys.signing(launch.registration), kept["deployment"], kept)
    message = answer.get_message_jwt([link])
    if kept["data"] is None:
        message.pop("https://purl.imsglobal.org/spec/lti-dl/claim/data")
    return kept["deep_link_return_url"], answer.encode_jwt(message)
