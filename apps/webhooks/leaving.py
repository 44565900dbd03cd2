"""What the log of deliveries knows of somebody who leaves."""

from __future__ import annotations

from apps.accounts.models import User

from .models import Delivery


def forget(user: User) -> None:
    """Called in the transaction in which an account goes: messages that name its owner go too, sent or not.

    As listening.py writes them: a learner or an author is their id and their name; in a text quotes are escaped.
    """
    Delivery.objects.filter(body__contains=f'{{"id":{user.pk},"name":').delete()
