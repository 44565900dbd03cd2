"""What people may change about themselves."""

from django import forms

from apps.accounts.models import User
from apps.accounts.zones import zone_choices


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

    class Meta:
        model = User
        fields = ["name", "on_leaderboards", "time_zone"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class ThemeForm(forms.Form):
    """A choice of colours, and the page to go back to."""

    theme = forms.ChoiceField(choices=[("auto", "Like the system"), ("light", "Light"), ("dark", "Dark")])
    next = forms.CharField(required=False)
