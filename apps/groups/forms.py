"""What is filled in about a group: itself, its invitations, and what a member lets it know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.zones import zone_choices

from .models import Group, Membership, Role

if TYPE_CHECKING:
    from django.utils.functional import Promise

DAYS = [(1, _("A day")), (7, _("A week")), (30, _("30 days")), (90, _("90 days"))]
ADDRESSES_AT_ONCE = 50
# "Ada Lovelace <ada@example.org>", as mail programs copy it.
IN_BRACKETS = re.compile(r"<([^<>]+)>")


class GroupForm(forms.ModelForm):
    """What a group is called and is about, and by which clock it meets."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        initial="UTC",
        help_text=_("Meetings are planned in it. Each member reads them in their own."),
    )

    class Meta:
        model = Group
        fields = ["name", "summary", "time_zone"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}
        labels = {"name": _("Name"), "summary": _("What it is about")}


class InvitationForm(forms.Form):
    """How long an invitation holds."""

    days = forms.TypedChoiceField(label=_("Holds for"), choices=DAYS, coerce=int, initial=7)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Two of them stand on one page.
        super().__init__(*args, **({"auto_id": f"{type(self).__name__.lower()}-%s"} | kwargs))


class LinkForm(InvitationForm):
    """A link for whoever has it."""

    limit = forms.IntegerField(
        label=_("How many may join by it"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("Empty: as many as come."),
    )


class AddressesForm(InvitationForm):
    """Addresses, each of which gets an invitation of its own."""

    emails = forms.CharField(
        label=_("E-mail addresses"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ["emails", "days"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = gettext("One or more, on lines of their own or with commas between them; at most %(n)d.")
        self.fields["emails"].help_text = text % {"n": ADDRESSES_AT_ONCE}

    def clean_emails(self) -> list[str]:
        """The addresses, each once. Raises ValidationError that names the first one that is none."""
        pieces = [piece for piece in re.split(r"[,;\n]+", self.cleaned_data["emails"]) if piece.strip()]
        found: list[str] = []
        for piece in pieces:
            bracketed = IN_BRACKETS.search(piece)
            found += [bracketed[1].strip()] if bracketed else piece.split()
        for email in found:
            try:
                validate_email(email)
            except ValidationError:
                raise ValidationError(gettext("“%(email)s” is no e-mail address.") % {"email": email}) from None
        if not found:
            raise ValidationError(gettext("At least one address."))
        if len(found) > ADDRESSES_AT_ONCE:
            text = gettext("These are %(n)d addresses; at most %(most)d at once.")
            raise ValidationError(text % {"n": len(found), "most": ADDRESSES_AT_ONCE})
        return list(dict.fromkeys(found))


class RoleForm(forms.Form):
    """What somebody may do; only leads may name leads."""

    role = forms.ChoiceField(choices=Role.choices)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_to_give(by)  # type: ignore[attr-defined]


def roles_to_give(by: Membership) -> list[tuple[str, str | Promise]]:
    """The roles that `by` may give to others."""
    return [(value, label) for value, label in Role.choices if value != Role.LEAD or by.role == Role.LEAD]


class PreferencesForm(forms.ModelForm):
    """What a member lets their leads see, and whether they want to be reminded."""

    class Meta:
        model = Membership
        fields = ["shares_all", "reminders"]
        labels = {"shares_all": _("Show my leads all of my learning"), "reminders": _("Remind me of what is due here")}
