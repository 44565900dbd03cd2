"""What a lead fills in about a member's work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Resource
from apps.exercises.models import Exercise
from apps.submissions.services.reviewing import GRANTED_AT_ONCE, REASON_LENGTH

from .models import Membership
from .services.acting import MEMBERS_AT_ONCE

if TYPE_CHECKING:
    from django.utils.functional import Promise

WHY = _("Why")
REASON_HELP = _("The learner reads it.")


class ActForm(forms.Form):
    """Several of them stand on one page: the ids of their fields begin with the form's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": f"{type(self).__name__.lower()}-%s"} | kwargs))


def _reason(label: str | Promise = WHY) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=REASON_LENGTH, widget=widget, help_text=REASON_HELP)


class ScoreForm(ActForm):
    """A score by hand."""

    points = forms.FloatField(widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}))
    reason = _reason()

    def __init__(self, *args: Any, most: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["points"]
        field.label = gettext("Points, of %(most)s") % {"most": number_format(f"{most:g}")}
        field.widget.attrs |= {"min": "0", "max": f"{most:g}"}


class TakeBackForm(ActForm):
    """The grader's score counts again."""

    reason = _reason(_("Why you take it back"))


class AttemptsForm(ActForm):
    """Further attempts."""

    attempts = forms.IntegerField(label=_("How many"), min_value=1, max_value=GRANTED_AT_ONCE, initial=1)
    reason = _reason()


class PinForm(ActForm):
    """A resource to recommend."""

    resource = forms.ModelChoiceField(
        Resource.objects.none(), label=_("Resource"), empty_label=pgettext_lazy("resource", "Choose one")
    )
    note = forms.CharField(label=_("A word on it"), max_length=300, required=False, help_text=REASON_HELP)

    def __init__(self, *args: Any, exercise: Exercise | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["resource"]
        field.queryset = Resource.objects.current().select_related("section__track")
        field.choices = [("", pgettext("resource", "Choose one")), *_by_track(field.queryset, exercise)]


class MessageForm(ActForm):
    """A message to some members, each of whom gets it alone."""

    members = forms.MultipleChoiceField(
        label=pgettext_lazy("message", "To"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose whom to write to.")},
    )
    subject = forms.CharField(label=_("Subject"), max_length=120)
    text = forms.CharField(
        label=_("Message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 8}), help_text=_("Markdown.")
    )

    def __init__(self, *args: Any, others: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {str(member.user_id): member for member in others}
        choices = [(key, member.user.display_name) for key, member in self.by_id.items()]
        self.fields["members"].choices = choices  # type: ignore[attr-defined]

    def clean_members(self) -> list[Membership]:
        """The members themselves. Raises ValidationError for too many at once."""
        chosen = [self.by_id[key] for key in self.cleaned_data["members"]]
        if len(chosen) > MEMBERS_AT_ONCE:
            raise forms.ValidationError(gettext("Write to at most %(n)d at once.") % {"n": MEMBERS_AT_ONCE})
        return chosen


def _by_track(resources: Iterable[Resource], exercise: Exercise | None) -> list[tuple[str, list[tuple[int, str]]]]:
    """Choices in groups: what looks at the exercise's concepts first, then each track."""
    shared = Resource.objects.filter(concepts__exercises=exercise) if exercise else Resource.objects.none()
    near = set(shared.values_list("pk", flat=True))
    first = gettext("On the concepts of this exercise")
    groups: dict[str, list[tuple[int, str]]] = {first: []} if near else {}
    for resource in resources:
        name = first if resource.pk in near else resource.section.track.title
        groups.setdefault(name, []).append((resource.pk, resource.title))
    return list(groups.items())
