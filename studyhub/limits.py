"""How often somebody may do what costs others something: the one table of it, and how a site changes it.

No limit is one that a person meets who learns, however fast. `STUDYHUB_RATE_LIMITS` changes them, for instance
`upload=60/600,comment=off`: sixty uploads in 600 seconds, comments without a limit; `off` alone ends all of them.
Imports no Django: settings are made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from studyhub import env
from studyhub.saying import gettext_noop as _

VARIABLE = "STUDYHUB_RATE_LIMITS"


@dataclass(frozen=True)
class Limit:
    """At most `most` times within `seconds`, by each person or address; `of` is what is counted, in words.

    `most` is 0 where there is no limit.
    """

    name: str
    most: int
    seconds: int
    of: str


TABLE = (
    # By the person who is signed in, else by address.
    Limit("upload", 30, 600, _("hand-ins")),
    Limit("answer", 300, 60, _("answers")),
    Limit("formula", 60, 60, _("formulas")),  # each costs a runner a second or two
    Limit("draft", 600, 60, _("drafts")),  # kept while somebody types
    Limit("comment", 60, 600, _("comments")),
    Limit("invitation", 30, 3600, _("rounds of invitations")),
    Limit("message", 30, 3600, _("messages")),
    Limit("webhook", 30, 600, _("messages to a webhook")),  # each costs somebody else's machine a request
    Limit("proposal", 20, 3600, _("proposals")),
    Limit("join", 60, 600, _("invitations")),
    Limit("launch", 1200, 60, _("launches")),  # by address: a whole school may sit behind one
    Limit("act", 300, 60, _("changes")),  # whatever else changes something
    # By token; by address where there is no token, or none of ours.
    Limit("api", 600, 60, _("requests")),
    Limit("api-unknown", 60, 60, _("requests without a token")),
    # Kept by allauth. By address: a whole class may sit behind one.
    Limit("sign-in", 60, 60, _("attempts to sign in")),
    Limit("sign-in-failed", 60, 300, _("attempts to sign in")),
    Limit("sign-up", 60, 600, _("new accounts")),
    Limit("reset", 30, 600, _("new passwords")),
    Limit("passkey", 60, 60, _("attempts to sign in")),
    # By account: whoever guesses at one is slowed down from wherever they come. Codes of a second factor count too.
    Limit("account-failed", 10, 900, _("attempts to sign in")),
    Limit("account-reset", 5, 900, _("new passwords")),
    # By person, signed in already.
    Limit("confirm", 20, 600, _("attempts to show who you are")),
    Limit("account-change", 30, 600, _("changes to your account")),
)
# What allauth calls them, and by what it counts.
FOR_ALLAUTH = {
    "login": (("sign-in", "ip"),),
    "login_failed": (("sign-in-failed", "ip"), ("account-failed", "key")),
    "signup": (("sign-up", "ip"),),
    "reset_password": (("reset", "ip"), ("account-reset", "key")),
    "reset_password_from_key": (("reset", "ip"),),
    "reauthenticate": (("confirm", "user"),),
    "change_password": (("account-change", "user"),),
    "manage_email": (("account-change", "user"),),
}
FOR_ALLAUTH_MFA = {"webauthn_login": (("passkey", "ip"),)}


def read_limits(changes: Iterable[str]) -> dict[str, Limit]:
    """The table by name, with the changes of a site. Raises SettingError for one that can't be read."""
    limits = {limit.name: limit for limit in TABLE}
    for change in changes:
        name, _, amount = change.partition("=")
        found = re.fullmatch(r"([1-9]\d{0,8})/([1-9]\d{0,6})", amount)
        if change == "off":
            limits = {name: replace(limit, most=0) for name, limit in limits.items()}
        elif name in limits and amount == "off":
            limits[name] = replace(limits[name], most=0)
        elif name in limits and found:
            limits[name] = replace(limits[name], most=int(found[1]), seconds=int(found[2]))
        else:
            raise env.SettingError(
                f"{VARIABLE}: {change!r} is no limit. Write off, or name=times/seconds or name=off with one of these "
                f"names: {', '.join(limits)}."
            )
    return limits


def for_allauth(
    limits: Mapping[str, Limit], actions: Mapping[str, tuple[tuple[str, str], ...]] = FOR_ALLAUTH
) -> dict[str, str | None]:
    """The limits that allauth keeps, as it reads them; of another part of it, where `actions` says so."""
    rates = {}
    for action, parts in actions.items():
        kept = [(limits[name], by) for name, by in parts if limits[name].most]
        rates[action] = ",".join(f"{limit.most}/{limit.seconds}s/{by}" for limit, by in kept) or None
    return rates
