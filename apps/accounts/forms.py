"""What people may change about themselves."""

from typing import Any

from django import forms
from django.conf import settings

from apps.accounts.kinds import KINDS
from apps.accounts.models import Scope, User
from apps.accounts.zones import zone_choices

THEMES = [("auto", "Like the system"), ("light", "Light"), ("dark", "Dark")]


def own_zone_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """All zones, and none."""
    return [("", "The group's, elsewhere UTC"), *zone_choices()]


class ProfileForm(forms.ModelForm):
    """The name that others see and where, and the clock by which times are shown."""

    time_zone = forms.ChoiceField(
        choices=own_zone_choices,
        required=False,
        help_text="Meetings and due dates are shown by its clocks, and reminders come at eight in the morning by them.",
    )

    theme = forms.ChoiceField(choices=THEMES, required=False, label="Colours", help_text="In this browser.")

    class Meta:
        model = User
        fields = ["name", "on_leaderboards", "language", "time_zone", "reduced_motion"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class ThemeForm(forms.Form):
    """A choice of colours, and the page to go back to."""

    theme = forms.ChoiceField(choices=THEMES)
    next = forms.CharField(required=False)


class LanguageForm(forms.Form):
    """A language of the site's, and the page to go back to."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)
    next = forms.CharField(required=False)


class TokenForm(forms.Form):
    """A token for a program: what it is for, what it may do, how long."""

    name = forms.CharField(
        max_length=80, label="What it is for", widget=forms.TextInput(attrs={"placeholder": "My laptop"})
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=Scope.choices,
        initial=[Scope.READ, Scope.SUBMIT],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    days = forms.TypedChoiceField(
        label="It works for",
        choices=[(7, "A week"), (30, "A month"), (90, "Three months"), (365, "A year")],
        initial=90,
        coerce=int,
    )


class ChoicesForm(forms.Form):
    """How the reader is told, for each kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS.values():
            self.fields[kind.name] = forms.ChoiceField(label=kind.label, choices=kind.choices, help_text=kind.about)
