"""What people may change about themselves."""

from django import forms

from apps.accounts.models import User


class ProfileForm(forms.ModelForm):
    """The name that others see, and where."""

    class Meta:
        model = User
        fields = ["name", "on_leaderboards"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class ThemeForm(forms.Form):
    """A choice of colours, and the page to go back to."""

    theme = forms.ChoiceField(choices=[("auto", "Like the system"), ("light", "Light"), ("dark", "Dark")])
    next = forms.CharField(required=False)
