"""What is filled in about a plan. Days and times are those of the group's clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User

from .clocks import NoSuchTime, instant
from .models import Assignment, Group, Meeting

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
TIME = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
MINUTES = {"min_value": 5, "max_value": 24 * 60}


class Moment(forms.Form):
    """A day and a time, read by the clocks of `group`; they come out as `cleaned_data["moment"]`."""

    day = forms.DateField(label=_("Day"), widget=DAY)
    at = forms.TimeField(label=pgettext_lazy("of the day", "Time"), widget=TIME)
    needed = True

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.fields["at"].help_text = gettext("By the clocks of %(zone)s.") % {"zone": group.time_zone}

    def clean(self) -> dict[str, Any]:
        """Make one instant of both."""
        cleaned = super().clean() or {}
        day, at = cleaned.get("day"), cleaned.get("at")
        cleaned["moment"] = None
        if day and at:
            try:
                cleaned["moment"] = instant(day, at, self.group.time_zone)
            except NoSuchTime as error:
                self.add_error("at", str(error))
        elif bool(day) != bool(at) and not self.errors:
            self.add_error("at" if day else "day", gettext("Give both, the day and the time, or neither."))
        return cleaned


def moment_of(value: datetime | None, group: Group) -> dict[str, Any]:
    """The initial values of a `Moment`."""
    if value is None:
        return {}
    local = value.astimezone(ZoneInfo(group.time_zone))
    return {"day": local.date(), "at": local.time().replace(tzinfo=None)}


class MeetingForm(Moment):
    """When, where and what about."""

    title = forms.CharField(label=_("Title"), max_length=120)
    minutes = forms.IntegerField(label=_("How long, in minutes"), initial=90, **MINUTES)  # type: ignore[arg-type]
    place = forms.CharField(
        label=_("Place"), max_length=300, required=False, help_text=_("A room, or the address of a call.")
    )
    agenda = forms.CharField(
        label=_("Agenda"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Markdown."),
    )
    field_order = ["title", "day", "at", "minutes", "place", "agenda"]

    @classmethod
    def of(cls, meeting: Meeting, data: Any = None) -> MeetingForm:
        """For a meeting that is there."""
        names = ("title", "minutes", "place", "agenda")
        initial = {name: getattr(meeting, name) for name in names} | moment_of(meeting.starts_at, meeting.group)
        return cls(data, group=meeting.group, initial=initial)

    @property
    def values(self) -> dict[str, Any]:
        """The meeting's fields."""
        names = ("title", "minutes", "place", "agenda")
        return {name: self.cleaned_data[name] for name in names} | {"starts_at": self.cleaned_data["moment"]}


class AssignmentForm(Moment):
    """For which meeting, until when, and what to know about it."""

    meeting = forms.ModelChoiceField(
        Meeting.objects.none(), label=_("Meeting"), required=False, empty_label=_("No meeting in particular")
    )
    day = forms.DateField(label=_("Due on"), required=False, widget=DAY, help_text=_("Empty: when its meeting starts."))
    at = forms.TimeField(label=pgettext_lazy("of the day", "At"), required=False, widget=TIME)
    optional = forms.BooleanField(required=False, label=_("Optional: nobody is reminded of it, and it is never late"))
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, help_text=_("One sentence that stands below it.")
    )
    field_order = ["meeting", "day", "at", "note", "optional"]

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, group=group, **kwargs)
        self.fields["meeting"].queryset = group.meetings.all()  # type: ignore[attr-defined]

    @classmethod
    def of(cls, assignment: Assignment, data: Any = None) -> AssignmentForm:
        """For one that is on the plan."""
        initial = {name: getattr(assignment, name) for name in ("meeting", "optional", "note")}
        group = assignment.group
        return cls(data, group=group, initial=initial | moment_of(assignment.due_at, group))

    @property
    def values(self) -> dict[str, Any]:
        """The assignment's fields."""
        names = ("meeting", "optional", "note")
        return {name: self.cleaned_data[name] for name in names} | {"due_at": self.cleaned_data["moment"]}


class ExtensionForm(Moment):
    """Who gets more time, until when and why."""

    member = forms.ModelChoiceField(User.objects.none(), label=_("Member"), empty_label=_("Choose a member"))
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False, help_text=_("The member reads it too."))
    field_order = ["member", "day", "at", "reason"]

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, group=group, auto_id="extension-%s", **kwargs)
        members = User.objects.filter(memberships__group=group, memberships__left_at__isnull=True)
        self.fields["member"].queryset = members.order_by("name", "email")  # type: ignore[attr-defined]
        self.fields["day"].label = gettext("New date")

    def clean(self) -> dict[str, Any]:
        """A date that is over gives nobody time."""
        cleaned = super().clean()
        if cleaned["moment"] and cleaned["moment"] <= timezone.now():
            self.add_error("day", gettext("This is over already. Choose a later date."))
        return cleaned


class CourseForm(Moment):
    """When a plan from a template begins, and how it goes on."""

    day = forms.DateField(label=_("First meeting on"), widget=DAY)
    weeks = forms.TypedChoiceField(
        label=pgettext_lazy("after the first", "Then"),
        coerce=int,
        initial=1,
        choices=[(1, _("every week")), (2, _("every two weeks"))],
    )
    place = forms.CharField(
        label=_("Place"), max_length=300, required=False, help_text=_("A room, or the address of a call.")
    )
    field_order = ["day", "at", "weeks", "place"]
