"""What is told to somebody is in their own language, whoever's act it is."""

import subprocess
import sys

from django.utils import translation

from apps.accounts.models import Choice, Notification
from apps.accounts.notifications import notify
from apps.accounts.told_models import Mail
from studyhub import saying


def test_each_is_told_in_their_own_language(bob, charlie):
    charlie.language = "fr"
    with translation.override("fr"):
        notify([bob, charlie], kind="group", text=translation.get_language)
    told = dict(Notification.objects.values_list("user", "text"))
    assert told == {bob.pk: "en-gb", charlie.pk: "fr"}


def test_and_written_to_as_well(bob):
    bob.language = "fr"
    Choice.objects.create(user=bob, kind="group", channel="at-once")
    notify([bob], kind="group", text="x", subject=translation.get_language)
    assert Mail.objects.get().subject == "fr"


def test_modules_without_django_say_it_in_the_readers_language(monkeypatch):
    monkeypatch.setattr(translation, "gettext", lambda text: f"{translation.get_language()}: {text}")
    with translation.override("fr"):
        assert saying.gettext("Saved.") == "fr: Saved."


def test_and_in_english_where_nobody_translates():
    names = "gettext, ngettext, pgettext"
    code = f"from studyhub.saying import {names}; print(gettext('a'), ngettext('b', 'c', 2), pgettext('x', 'd'))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "a c d\n"
