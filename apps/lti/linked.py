"""Which platforms lead to an account, and the end of that."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from lti_tool.models import LtiUser

from apps.accounts import ways
from apps.accounts.models import User

from .identity import LinkRefused, signs_in_itself


def of(user: User) -> QuerySet[LtiUser]:
    """Who `user` is at each platform that leads here (one query)."""
    return LtiUser.objects.filter(auth_user=user).select_related("registration").order_by("registration__name", "pk")


def is_only_way(person: LtiUser) -> bool:
    """Whether nothing else would let them in."""
    user = person.auth_user
    if ways.has_own(user):
        return False
    others = of(user).filter(registration__is_active=True).exclude(pk=person.pk)
    return signs_in_itself(user) or not others.exists()


def unlink(person: LtiUser) -> None:
    """The platform leads to the account no more, and what it told goes. Raises LinkRefused for the only way in.

    In groups they stay; scores are passed on no more. Opening a link there begins as the first time.
    """
    with transaction.atomic():
        # Of two that are ended at once the second sees that the first is gone.
        User.objects.select_for_update().get(pk=person.auth_user_id)
        if is_only_way(person):
            raise LinkRefused(
                gettext("It is your only way in. Add an e-mail address and a password first, or a passkey.")
            )
        person.delete()
