"""What is filled in about a webhook."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from studyhub import stored
from studyhub.outside import AddressRefused

from .catalogue import KINDS
from .posting import check_url


class EndpointForm(forms.Form):
    """Where something is sent, and what."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.TextInput(
            attrs={"placeholder": "https://", "inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text=_("It begins with https:// and lies in no private network."),
    )
    events = forms.MultipleChoiceField(
        label=_("What is sent there"),
        choices=[(kind.name, kind.label) for kind in KINDS.values()],
        initial=list(KINDS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )

    def clean_url(self) -> str:
        """The address. Raises ValidationError for one that nothing is sent to."""
        url: str = self.cleaned_data["url"]
        try:
            check_url(url)
        except AddressRefused as refusal:
            raise ValidationError(stored.told(str(refusal))) from None
        return url
