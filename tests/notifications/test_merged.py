"""Who had switched off all reminders before there were choices, has chosen so now."""

from importlib import import_module

from django.apps import apps

from apps.accounts.models import Choice
from apps.groups.models import Group, Membership

MIGRATION = import_module("apps.groups.migrations.0004_reminders_to_choices")


def test_reminders_become_a_choice(alice, bob, charlie):
    one, other = (Group.objects.create(slug=slug, name=slug) for slug in ("one", "other"))
    for user, group, reminders in (
        (alice, one, False),
        (alice, other, True),
        (bob, one, False),
        (bob, other, False),
        (charlie, one, True),
    ):
        Membership.objects.create(group=group, user=user, reminders=reminders)
    MIGRATION.choose(apps, None)
    assert list(Choice.objects.values_list("user", "kind", "channel")) == [(bob.pk, "due", "nothing")]
