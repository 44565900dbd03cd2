"""What people may change about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts import proof
from apps.accounts.kinds import KINDS
from apps.accounts.models import Scope, User
from apps.accounts.zones import zone_choices

THEMES = [("auto", _("Like the system")), ("light", _("Light")), ("dark", _("Dark"))]


def own_zone_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """All zones, and none."""
    return [("", gettext("The group's, elsewhere UTC")), *zone_choices()]


def own_language_choices() -> list[tuple[str, str]]:
    """All languages, and none."""
    return [("", gettext("The browser's")), *settings.LANGUAGES]


class ProfileForm(forms.ModelForm):
    """The name that others see and where, and the clock by which times are shown."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=own_language_choices,
        required=False,
        help_text=_("Of pages and mails."),
    )
    time_zone = forms.ChoiceField(
        choices=own_zone_choices,
        label=_("Time zone"),
        required=False,
        help_text=_(
            "Meetings and due dates are shown by its clocks, and reminders come at eight in the morning by them."
        ),
    )

    theme = forms.ChoiceField(choices=THEMES, required=False, label=_("Colours"), help_text=_("In this browser."))

    class Meta:
        model = User
        fields = ["name", "on_leaderboards", "language", "time_zone", "reduced_motion", "single_keys"]
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
        max_length=80, label=_("What it is for"), widget=forms.TextInput(attrs={"placeholder": _("My laptop")})
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        initial=[Scope.READ, Scope.SUBMIT],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    days = forms.TypedChoiceField(
        label=_("It works for"),
        choices=[(7, _("A week")), (30, _("A month")), (90, _("Three months")), (365, _("A year"))],
        initial=90,
        coerce=int,
    )


class CodeForm(forms.Form):
    """A code from a mail (proof.py)."""

    code = forms.CharField(
        label=_("Code"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"})
    )

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(*args)
        self.request = request

    def clean_code(self) -> str:
        """Called by Django. Raises ValidationError for a code that is not, or no more, the right one."""
        code: str = self.cleaned_data["code"]
        if proof.check(self.request, code):
            return code
        if proof.is_sent(self.request):
            raise forms.ValidationError(_("That is not the code."))
        raise forms.ValidationError(_("That code holds no more. Have another one sent."))


class ChoicesForm(forms.Form):
    """How the reader is told, for each kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS.values():
            self.fields[kind.name] = forms.ChoiceField(label=kind.label, choices=kind.choices, help_text=kind.about)
