"""What people are told of, by kinds that they choose for: on the site, by e-mail at once or in the morning, or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Channel(models.TextChoices):
    """How somebody is told; whatever goes by e-mail stands on the site as well."""

    NOTHING = "nothing", _("Not at all")
    INBOX = "inbox", _("On the site")
    DIGEST = "digest", _("On the site, and in the morning's e-mail")
    AT_ONCE = "at-once", _("On the site, and by e-mail at once")


@dataclass(frozen=True)
class Kind:
    """One kind: what people choose for, what holds until they do, and the words of notifications that belong to it.

    `only_mailed`: what stands in the morning's mail is not on the site as well.
    """

    name: str
    label: StrPromise
    about: StrPromise
    default: Channel
    channels: tuple[Channel, ...] = tuple(Channel)
    told: frozenset[str] = frozenset()
    only_mailed: bool = False

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The channels that one may choose, with their wording."""
        labels = {channel: str(channel.label) for channel in self.channels}
        if self.only_mailed:
            labels[Channel.DIGEST] = gettext("In the morning's e-mail")
        return [(channel.value, label) for channel, label in labels.items()]


# The morning's mail itself, as the kind of a mail: it ends as a whole.
MORNING = "morning"
DUE = "due"
KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "graded",
            pgettext_lazy("a kind of notification", "Graded"),
            _("Your hand-in is graded, or could not be by our fault. Its page shows it as well, while you watch."),
            Channel.NOTHING,
            told=frozenset({"graded"}),
        ),
        Kind(
            "score",
            pgettext_lazy("a kind of notification", "Scores"),
            _("Somebody gives you a score or attempts, or a hand-in is regraded."),
            Channel.INBOX,
            told=frozenset({"score", "attempts", "regrade"}),
        ),
        Kind(
            "comment",
            pgettext_lazy("a kind of notification", "Comments"),
            _("Somebody writes on your hand-in, or answers you on one of theirs."),
            Channel.DIGEST,
            told=frozenset({"comment"}),
        ),
        Kind(
            "message",
            pgettext_lazy("a kind of notification", "Messages"),
            _("A lead of your group writes to you. Messages are kept here, so they always are on the site."),
            Channel.AT_ONCE,
            (Channel.INBOX, Channel.DIGEST, Channel.AT_ONCE),
            frozenset({"message"}),
        ),
        Kind(
            DUE,
            pgettext_lazy("a kind of notification", "Due"),
            _("At eight in the morning: what is due within two days, and which meeting is tomorrow."),
            Channel.DIGEST,
            (Channel.NOTHING, Channel.INBOX, Channel.DIGEST),
            frozenset({"due"}),
            only_mailed=True,
        ),
        Kind(
            "plan",
            pgettext_lazy("a kind of notification", "Plans"),
            _("A group's plan changes, you get more time, or a resource is recommended to you."),
            Channel.INBOX,
            told=frozenset({"plan", "extension", "pin"}),
        ),
        Kind(
            "group",
            pgettext_lazy("a kind of notification", "Groups"),
            _("Invitations, who comes and goes, roles, and a webhook that was switched off."),
            Channel.INBOX,
            told=frozenset({"group", "webhook"}),
        ),
        Kind(
            "proposal",
            pgettext_lazy("a kind of notification", "Proposals"),
            _(
                "A resource that you proposed is taken up or not; "
                "for staff, one is proposed, or a link is to be mended."
            ),
            Channel.INBOX,
            told=frozenset({"proposal"}),
        ),
        Kind(
            "account",
            pgettext_lazy("a kind of notification", "Your account"),
            _("By our fault your data could not be packed, or your account is not deleted yet."),
            Channel.AT_ONCE,
            (Channel.INBOX, Channel.DIGEST, Channel.AT_ONCE),
            frozenset({"export", "leaving"}),
        ),
    )
}
_BY_WORD = {word: kind for kind in KINDS.values() for word in kind.told}


def kind_of(word: str) -> Kind:
    """The kind that a notification's word belongs to. Raises KeyError for one that has none yet."""
    return _BY_WORD[word]


def label_of(name: str) -> str:
    """What a mail of this kind is called."""
    return gettext("Morning e-mail") if name == MORNING else str(KINDS[name].label) if name in KINDS else name


def chosen_or_default(kind: Kind, chosen: Any) -> Channel:
    """The channel that holds: what was chosen, where that is one of the kind's."""
    return Channel(chosen) if chosen in kind.channels else kind.default
